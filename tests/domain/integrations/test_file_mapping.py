"""What a mapping may say, and how a mistake in it is named."""

from typing import Any

import pytest

from commissary.domain.catalog.types import PutItem
from commissary.domain.integrations.rules import mapping_fields as fields
from commissary.domain.integrations.rules.mapping import parse_mapping, plain_mapping
from commissary.domain.integrations.rules.mapping_fields import Entity
from commissary.domain.integrations.rules.mapping_words import MappingError, template_columns
from commissary.domain.inventory.types import FeedRow
from commissary.domain.network.types import PutLocation
from commissary.domain.orders.types import CaptureOrder, LineInput
from commissary.domain.payments.types import TenderInput

GOOD: dict[str, Any] = {
    "columns": {"number": "no", "channel": {"constant": "web"}, "currency": {"constant": "EUR"}},
    "lines": {"columns": {"sku": "sku", "quantity": "q", "unit_price_minor": "p"}},
}


def _with(**more: Any) -> dict[str, Any]:
    return {**GOOD, **more}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (None, "the mapping: must be a table"),
        (_with(colums={}), "colums: is no key"),
        (_with(entity="items"), "entity: is 'items', but orders are being imported"),
        (_with(format="xlsx"), "format: is 'xlsx'; it may be csv, ndjson, parquet"),
        (_with(time_zone="Mars/Base"), "time_zone: there is no time zone 'Mars/Base'"),
        (_with(csv={"encoding": "utf-7"}), "csv.encoding: is 'utf-7'"),
        (_with(csv={"delimiter": ";;"}), "csv.delimiter: must be one character"),
        (_with(columns={"channel": "c", "currency": "k"}), "columns.number: is needed"),
        (_with(columns={**GOOD["columns"], "chanel": "c"}), "columns.chanel: is no field"),
        (_with(columns={**GOOD["columns"], "number": {"constant": "1"}}), "columns.number: must be a column"),
        (_with(columns={**GOOD["columns"], "number": {}}), "columns.number: needs exactly one of"),
        (
            _with(columns={**GOOD["columns"], "placed_at": {"column": "d", "amount": "decimal"}}),
            "columns.placed_at.amount: is only for amounts",
        ),
        (
            _with(columns={**GOOD["columns"], "kind": {"column": "k", "lookup": "kinds"}}),
            "columns.kind.lookup: there is no table 'kinds'",
        ),
        (
            _with(columns={**GOOD["columns"], "kind": {"value": "{k"}}),
            "columns.kind.value: has a { without a column",
        ),
        (
            _with(columns={**GOOD["columns"], "kind": {"column": "k", "type": "text"}}),
            "columns.kind.type: is only for custom attributes",
        ),
        (_with(lines={"from": "items", "columns": {}}), "lines.from: 'items' is no join"),
        (_with(joins={"items": {"on": "id"}}), "joins.items.file: is needed"),
        (_with(joins={"items": {"file": "i.csv", "on": ["id"]}}), "joins.items.on: must be a column"),
        (_with(rows=[{"when": {"q": {"under": 0}}, "as": "line"}]), "rows[0].when.q: 'under' is no test"),
        (_with(rows=[{"when": {"q": {"below": "0"}}, "as": "line"}]), "need a number"),
        (_with(rows=[{"when": {"q": 1}, "as": "refused"}]), "rows[0].reason: goes with"),
        (_with(rows=[{"when": {"q": 1}, "as": "credit"}]), "credits: is missing"),
        (_with(rows=[{"when": {"q": 1}, "as": "charge"}]), "charges: has no part without `from`"),
        (_with(rows=[{"when": {}, "as": "line"}]), "rows[0].when: names no column"),
        (_with(tenders={"columns": {"kind": "k", "amount_minor": "a"}}), "tenders.from: must name a join"),
    ],
)
def test_a_mistake_is_named_by_its_key(document: object, sentence: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping(document, Entity.ORDERS)
    assert sentence in str(caught.value)


def test_parts_of_orders_are_only_for_orders() -> None:
    with pytest.raises(MappingError, match=r"lines: is only for orders"):
        parse_mapping({"columns": {"sku": "a", "name": "b"}, "lines": {}}, Entity.ITEMS)


def test_without_a_mapping_columns_are_named_as_the_fields() -> None:
    mapping = plain_mapping(
        Entity.ORDERS, ["number", "channel", "currency", "line.sku", "line.quantity", "line.unit_price_minor"]
    )
    assert mapping.lines is not None
    assert mapping.lines.rules["sku"].column == "line.sku"
    with pytest.raises(MappingError, match=r"columns\.colour: is no field"):
        plain_mapping(Entity.ITEMS, ["sku", "name", "colour"])


def test_custom_attributes_take_a_type() -> None:
    mapping = parse_mapping(
        {"columns": {"sku": "s", "name": "n", "attributes.fragile": {"column": "f", "type": "yes_no"}}},
        Entity.ITEMS,
    )
    assert mapping.head.rules["attributes.fragile"].kind == "yes_no"


def test_templates_name_their_columns() -> None:
    assert template_columns("{first} of {last}!") == ["first", "last"]
    with pytest.raises(ValueError, match="without"):
        template_columns("first}")


@pytest.mark.parametrize(
    ("known", "command", "beside"),
    [
        (fields.ITEM, PutItem, {"attributes", "expected_version"}),
        (fields.LOCATION, PutLocation, {"attributes", "expected_version"}),
        (fields.STOCK, FeedRow, set()),
        (fields.ORDER, CaptureOrder, {"attributes", "lines", "charges", "holds"}),
        (fields.LINE, LineInput, {"attributes"}),
        (fields.TENDER, TenderInput, set()),
    ],
)
def test_the_fields_are_those_of_the_commands(
    known: dict[str, object], command: Any, beside: set[str]
) -> None:
    assert {name.partition(".")[0] for name in known} == set(command.__struct_fields__) - beside
