"""`commissary import` from files to rows, typed as a person types it."""

import gzip
from pathlib import Path

import pytest

from tests.installation import Commands

ORDERS = """
entity: orders
time_zone: Europe/London
columns:
  number: invoice
  channel: {constant: wholesale}
  currency: {constant: GBP}
  customer.reference: customer
  placed_at: when
  ship_to.country: {constant: GB}
rows:
  - when: {sku: POST}
    as: charge
  - when: {sku: B}
    as: refused
    reason: bad_debt_is_no_sale
  - when: {invoice: {starts_with: C}}
    as: credit
lines:
  columns:
    sku: sku
    quantity: units
    unit_price_minor: {column: price, amount: decimal}
charges:
  - columns:
      kind: {constant: shipping}
      amount_minor: {column: price, amount: decimal, times: units}
credits:
  columns:
    number: invoice
    customer: customer
    sku: sku
    quantity: {column: units, sign: negate}
    placed_at: when
items:
  columns: {name: name}
"""
HEADER = "invoice,customer,when,sku,name,units,price\n"
INVOICES = (
    HEADER
    + """1,ann,2011-05-01T10:00,A,Lamp,10,1.50
2,ben,2011-05-01T11:00,B2,Vase,1,9.99
1,ann,2011-05-01T10:00,POST,POSTAGE,2,3.00
3,ann,2011-05-03T10:00,A,Lamp red,4,1.50
1,ann,2011-05-01T10:00,A,Lamp red,1,1.40
C4,ann,2011-05-05T10:00,A,Lamp,-6,1.50
C5,ann,2011-05-02T10:00,A,Lamp,-12,1.50
C6,,2011-05-06T10:00,A,Lamp,-1,1.50
7,ben,2011-05-06T10:00,B,Bad debt,1,11062.06
"""
)


@pytest.fixture
def replayed(shell: Commands) -> Commands:
    """With the invoices imported once."""
    path = shell.write("invoices.csv", INVOICES)
    mapping = shell.write("orders.yaml", ORDERS)
    shell.take("orders", path, "--mapping", mapping, "--derive-items", "--derive-stock", "W1", expect=2)
    return shell


def test_an_invoice_is_an_order_with_its_lines_and_charges(replayed: Commands) -> None:
    assert replayed.rows(
        "SELECT number, goods_minor, charges_minor, currency FROM customer_order ORDER BY 1"
    ) == [
        ("1", 1640, 600, "GBP"),
        ("2", 999, 0, "GBP"),
        ("3", 600, 0, "GBP"),
    ]
    lines = replayed.rows(
        "SELECT number, line_number, sku, quantity, unit_price_minor FROM order_line"
        " JOIN customer_order ON customer_order.id = order_id JOIN item ON item.id = item_id ORDER BY 1, 2"
    )
    assert lines == [
        ("1", 1, "A", 10, 150),
        ("1", 2, "A", 1, 140),
        ("2", 1, "B2", 1, 999),
        ("3", 1, "A", 4, 150),
    ]
    ((placed_at,),) = replayed.rows(
        "SELECT placed_at AT TIME ZONE 'UTC' FROM customer_order WHERE number = '1'"
    )
    assert placed_at.isoformat() == "2011-05-01T09:00:00"


def test_items_and_stock_come_from_the_lines(replayed: Commands) -> None:
    assert replayed.rows("SELECT sku, name FROM item ORDER BY 1") == [("A", "Lamp red"), ("B2", "Vase")]
    assert replayed.rows(
        "SELECT sku, available, reserved FROM stock_position JOIN item ON item.id = item_id ORDER BY 1"
    ) == [("A", 6, 9), ("B2", 0, 1)]


def test_credits_cancel_the_latest_orders_of_their_customer_or_are_reported(replayed: Commands) -> None:
    canceled = replayed.rows(
        "SELECT data ->> 'number', data ->> 'reason', data ->> 'quantities' FROM event"
        " WHERE kind = 'order.lines_canceled' ORDER BY 1"
    )
    assert canceled == [
        ("1", "credit C4", '{"1": 1, "2": 1}'),
        ("3", "credit C4", '{"1": 4}'),
    ] or canceled == [
        ("1", "credit C4", '{"2": 1, "1": 1}'),
        ("3", "credit C4", '{"1": 4}'),
    ]
    assert replayed.refused(replayed.directory / "invoices.csv") == [
        (10, "sku", "bad_debt_is_no_sale"),
        (9, "credit.customer", "credit_without_customer"),
        (8, "credit", "credit_above_open_units"),
    ]


def test_a_second_run_changes_nothing_and_says_so(replayed: Commands) -> None:
    before = replayed.state()
    output = replayed.take(
        "orders",
        replayed.directory / "invoices.csv",
        "--mapping",
        replayed.directory / "orders.yaml",
        "--derive-items",
        "--derive-stock",
        "W1",
        expect=2,
    )
    assert replayed.state() == before
    told = {
        line.split("│")[1].strip(): line.split("│")[2].strip() for line in output.splitlines() if "│" in line
    }
    assert told["orders already here"] == "3"
    assert told["credit rows already here"] == "1"
    assert told["items already here"] == "2"
    assert "orders captured" not in told
    assert len(replayed.refused(replayed.directory / "invoices.csv")) == 3


def test_an_order_that_changed_since_is_refused_with_all_its_rows(replayed: Commands) -> None:
    path = replayed.write("again.csv", HEADER + "2,ben,2011-05-01T11:00,B2,Vase,2,9.99\n")
    replayed.take("orders", path, "--mapping", replayed.directory / "orders.yaml", "--at", "W1", expect=2)
    assert replayed.refused(path) == [(2, "number", "order_number_taken")]


def test_a_dry_run_reports_the_same_and_writes_nothing(shell: Commands) -> None:
    path = shell.write("invoices.csv", INVOICES)
    mapping = shell.write("orders.yaml", ORDERS)
    options = ("--mapping", mapping, "--derive-items", "--derive-stock", "W1")
    before = shell.state()
    output = shell.take("orders", path, *options, "--dry-run", expect=2)
    rehearsed = shell.refused(path)
    assert "nothing was written" in output
    assert shell.state() == before
    shell.take("orders", path, *options, expect=2)
    assert shell.refused(path) == rehearsed != []


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("8,ann,2011-05-01T10:00,NONE,x,1,1", "line.sku", "sku_unknown"),
        ("8,ann,2011-05-01T10:00,A,x,0,1", "line.quantity", "out_of_bounds"),
        ("8,ann,2011-05-01T10:00,A,x,-1,1", "line.quantity", "out_of_bounds"),
        ("8,ann,2011-05-01T10:00,A,x,1.5,1", "line.quantity", "not_a_whole_number"),
        ("8,ann,2011-05-01T10:00,A,x,100000000000000000000000,1", "line.quantity", "number_too_large"),
        ("8,ann,2011-05-01T10:00,A,x,1e400,1", "line.quantity", "number_too_large"),
        ("8,ann,2011-05-01T10:00,A,x,NaN,1", "line.quantity", "not_a_number"),
        ("8,ann,2011-05-01T10:00,A,x,,1", "line.quantity", "field_missing"),
        ("8,ann,2011-05-01T10:00,A,x,1,1.234", "line.unit_price_minor", "more_decimals_than_currency"),
        ("8,ann,2011-05-01T10:00,A,x,1,-1", "line.unit_price_minor", "out_of_bounds"),
        ("8,ann,2011-02-30T10:00,A,x,1,1", "placed_at", "not_a_date"),
        ("8,ann,1011-02-03T10:00,A,x,1,1", "placed_at", "date_out_of_bounds"),
        ("8,ann,2011-05-01T10:00,A,x,999999999,1", "line.quantity", "stock_short"),
        (",ann,2011-05-01T10:00,A,x,1,1", "number", "field_missing"),
        ("8,ann,2011-05-01T10:00,A,x,1", "price", "cells_missing"),
        ("8,ann,2011-05-01T10:00,A,x,1,1,1", "", "too_many_cells"),
        ("8,a\x00n,2011-05-01T10:00,A,x,1,1", "customer", "nul_character"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_go_in(
    replayed: Commands, row: str, field: str, reason: str
) -> None:
    path = replayed.write("more.csv", HEADER + f"{row}\n" + "9,ann,2011-05-01T10:00,A,=cmd(),1,1\n")
    replayed.take("orders", path, "--mapping", replayed.directory / "orders.yaml", "--at", "W1", expect=2)
    assert replayed.refused(path) == [(2, field, reason)]
    assert replayed.rows("SELECT 1 FROM customer_order WHERE number = '9'") == [(1,)]
    assert replayed.rows("SELECT 1 FROM customer_order WHERE number = '8'") == []


def test_a_bad_line_keeps_its_whole_order_out(replayed: Commands) -> None:
    rows = "8,ann,2011-05-01,A,x,1,1\n9,ann,2011-05-01,A,x,1,1\n8,ann,2011-05-01,A,x,many,1\n"
    path = replayed.write("more.csv", HEADER + rows)
    replayed.take("orders", path, "--mapping", replayed.directory / "orders.yaml", "--at", "W1", expect=2)
    assert replayed.refused(path) == [(4, "line.quantity", "not_a_number"), (2, "number", "order_refused")]


def test_orders_in_the_shape_of_the_api(replayed: Commands) -> None:
    good = (
        '{"number": "N1", "channel": "web", "currency": "EUR", "ship_to": {"country": "BE"},'
        ' "lines": [{"sku": "A", "quantity": 1, "unit_price_minor": 100, "location": "W1"}],'
        ' "tenders": [{"kind": "card", "amount_minor": 100}]}'
    )
    bad = good.replace("N1", "N2").replace('"quantity": 1', '"quantity": "1"')
    unpaid = good.replace("N1", "N3").replace('"amount_minor": 100', '"amount_minor": 90')
    deep = "[" * 100_000
    path = replayed.write("orders.ndjson", "\n".join([good, "", bad, "{", unpaid, deep, good]))
    replayed.take("orders", path, expect=2)
    assert sorted(replayed.refused(path)) == [
        (3, "lines.0.quantity", "wrong_type"),
        (4, "", "not_json"),
        (5, "tenders", "tenders_do_not_add_up"),
        (6, "", "not_json"),
    ]
    assert replayed.rows("SELECT kind, amount_minor FROM tender") == [("card", 100)]


def test_stock_full_and_delta(replayed: Commands) -> None:
    full = replayed.write("stock.csv", "sku,location,on_hand\nA,W1,40\nZZ,W1,1\nA,W9,1\nB2,W1,-1\n")
    replayed.take("stock", full, expect=2)
    assert sorted(replayed.refused(full)) == [
        (3, "sku", "sku_unknown"),
        (4, "location", "location_unknown"),
        (5, "on_hand", "out_of_bounds"),
    ]
    delta = replayed.write("delta.csv", "sku,location,change\nA,W1,-5\n")
    for _ in range(2):
        replayed.take("stock", delta, "--mode", "delta", "--sequence", "99999999999999", "--source", "wms")
    ((on_hand,),) = replayed.rows(
        "SELECT available + reserved FROM stock_position JOIN item ON item.id = item_id WHERE sku = 'A'"
    )
    assert on_hand == 35
    assert "needs one" in replayed.run("import", "stock", delta, "--mode", "delta", expect=2)


def test_items_are_put_and_put_again(shell: Commands) -> None:
    path = shell.write("items.csv", "﻿sku;name;weight_g\nA;Lamp;120\nB;;1\nC;Vase;heavy\n")
    shell.take("items", path, expect=2)
    assert shell.refused(path) == [
        (4, "weight_g", "not_a_number"),
        (3, "name", "field_missing"),
    ] or shell.refused(path) == [(3, "name", "field_missing"), (4, "weight_g", "not_a_number")]
    before = shell.state()
    assert "already here" in shell.take("items", path, expect=2)
    assert shell.state() == before


def test_a_list_of_sales_makes_each_item_once(shell: Commands) -> None:
    path = shell.write("sales.csv", "sku,title\nA,Lamp\nPOST,Postage\nA,Lamp red\nB,Vase\n")
    mapping = shell.write(
        "items.yaml",
        "repeated: skip\nrows: [{when: {sku: POST}, as: skipped}]\ncolumns: {sku: sku, name: title}\n",
    )
    shell.take("items", path, "--mapping", mapping)
    assert shell.rows("SELECT sku, name FROM item ORDER BY 1") == [("A", "Lamp"), ("B", "Vase")]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "is empty"),
        ("packed.csv", gzip.compress(b"sku,name\n", mtime=0), "compressed with gzip"),
        ("twice.csv", b"sku,name,sku\n", "two columns are named 'sku'"),
        ("items.csv", b"sku,title\n", "columns.title: is no field"),
        ("items.csv", b"sku\n", "columns.name: is needed"),
        ("items.xlsx", b"PK\x03\x04", "spreadsheet"),
        ("items.parquet", b"PAR1 and no more", "no Parquet file"),
        ("items.data", b"sku,name\n", "say `format` in the mapping"),
    ],
)
def test_a_file_that_cannot_be_imported_is_said_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    commands = Commands("", tmp_path)
    assert sentence in commands.take("items", commands.write(name, content), expect=1)


def test_a_missing_file_and_a_column_that_is_not_there(tmp_path: Path) -> None:
    commands = Commands("", tmp_path)
    assert "There is no file" in commands.take("items", tmp_path / "none.csv", expect=1)
    path = commands.write("items.csv", "code,name\n")
    mapping = commands.write("m.yaml", "columns: {sku: sku_code, name: name}")
    output = commands.take("items", path, "--mapping", mapping, expect=1)
    assert "columns.sku: there is no column 'sku_code' in items.csv" in output
