"""A piece of Olist with the mappings of the docs: files joined, several tenders, canceled orders."""

import csv
from pathlib import Path

import pytest

from tests.installation import Commands

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "olist_subset"
MAPPINGS = ROOT / "docs" / "how-to" / "mappings"
ORDERS = 600

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason="the Olist data is not on this machine"),
    pytest.mark.slow,
]


def test_sellers_products_and_orders(shell: Commands) -> None:
    for name in ("customers", "geolocation", "order_items", "order_payments", "products", "sellers"):
        shell.write(f"{name}.csv", (DATA / f"{name}.csv").read_bytes())
    with (DATA / "orders.csv").open(encoding="utf-8", newline="") as file:
        orders = [row for _, row in zip(range(ORDERS + 1), csv.reader(file), strict=False)]
    shell.write("orders.csv", "".join(",".join(row) + "\n" for row in orders))

    shell.take(
        "items", shell.directory / "products.csv", "--mapping", MAPPINGS / "olist-items.yaml", expect=0
    )
    sellers = ("locations", shell.directory / "sellers.csv", "--mapping", MAPPINGS / "olist-locations.yaml")
    shell.take(sellers[0], *sellers[1:], expect=0)
    path = shell.directory / "orders.csv"
    options = ("--mapping", MAPPINGS / "olist-orders.yaml", "--derive-stock", "W1")
    shell.take("orders", path, *options, expect=2)

    first, reasons = shell.state(), {reason for _, _, reason in shell.refused(path)}
    assert reasons <= {"order_without_lines", "tenders_do_not_add_up"}
    assert shell.rows("SELECT count(*) > 0 FROM tender WHERE installments > 1") == [(True,)]
    assert shell.rows("SELECT count(*) > 0 FROM quantity_group WHERE state = 'canceled'") == [(True,)]
    assert shell.rows("SELECT count(*) > 1000 FROM location WHERE latitude IS NOT NULL") == [(True,)]

    shell.take("orders", path, *options, expect=2)
    assert shell.state() == first
