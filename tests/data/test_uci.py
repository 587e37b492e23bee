"""The first invoices of UCI Online Retail with the mapping of the docs: every row goes in or is in the report."""

from pathlib import Path

import pytest

from tests.installation import Commands

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "uci_online_retail" / "onlineretail.parquet"
MAPPING = ROOT / "docs" / "how-to" / "mappings" / "uci-orders.yaml"
ROWS = 30_000

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason="the UCI Online Retail data is not on this machine"),
    pytest.mark.slow,
]


def test_every_row_goes_in_or_is_reported_and_a_second_run_changes_nothing(shell: Commands) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = shell.directory / "uci.parquet"
    parquet.write_table(parquet.read_table(DATA).slice(0, ROWS), path)
    options = ("--mapping", MAPPING, "--derive-items", "--derive-stock", "W1")

    shell.take("orders", path, *options, expect=2)
    first, refused = shell.state(), shell.refused(path)
    ((lines,),) = shell.rows("SELECT count(*) FROM order_line")
    assert lines > 28_000
    assert shell.rows("SELECT count(*) FROM quantity_group WHERE state NOT IN ('reserved', 'canceled')") == [
        (0,)
    ]
    assert len({row for row, _, _ in refused}) == len(refused)

    shell.take("orders", path, *options, expect=2)
    assert shell.state() == first
    assert shell.refused(path) == refused
