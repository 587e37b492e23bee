"""Declaring attributes: once, of one kind."""

from commissary.flows.settings.declare_attribute import DeclareAttribute, declare_attribute
from commissary.kernel.attributes import AttributeKind
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.settings import attribute_kinds


async def test_a_kind_is_fixed_once_declared(db: Db) -> None:
    table = [
        # entity, name, kind                     what becomes of it
        (("item", "color", AttributeKind.TEXT), None),
        (("item", "color", AttributeKind.TEXT), None),
        (("item", "color", AttributeKind.NUMBER), "attribute_kind_fixed"),
        (("order", "color", AttributeKind.NUMBER), None),
        (("shelf", "color", AttributeKind.TEXT), "attribute_entity_unknown"),
        (("item", "Color", AttributeKind.TEXT), "attribute_name_invalid"),
        (("item", "", AttributeKind.TEXT), "attribute_name_invalid"),
        (("item", "a\x00", AttributeKind.TEXT), "attribute_name_invalid"),
    ]
    answers = await declare_attribute(db, "tester", [DeclareAttribute(*given) for given, _ in table])
    assert [a.code if isinstance(a, Refusal) else None for a in answers] == [code for _, code in table]
    assert await attribute_kinds(db, "item") == {"color": AttributeKind.TEXT}
    told = await db.fetch("SELECT subject_id FROM event WHERE kind = 'attribute.declared' ORDER BY sequence")
    assert told == [("item/color",), ("order/color",)]
