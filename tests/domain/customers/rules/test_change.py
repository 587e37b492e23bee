"""What a change to a customer comes to."""

import pytest
from msgspec import UNSET

from commissary.domain.customers.rules.change import DecidedChange, decide_change
from commissary.domain.customers.types import DetailsChange, PersonalDetails
from commissary.kernel.attributes import AttributeKind
from commissary.kernel.decision import Refusal

ADA = PersonalDetails("Ada", "ada@example.org", "+491701234567", "en")
DECLARED = {"size": AttributeKind.TEXT, "points": AttributeKind.WHOLE_NUMBER}

# change, what differs then
CHANGES = [
    (DetailsChange(), ()),
    (DetailsChange(name="Ada"), ()),
    (DetailsChange(name=" Ada  "), ()),
    (DetailsChange(name="Ada King", mail=""), ("name", "mail")),
    (DetailsChange(phone="", locale="de"), ("phone", "locale")),
    (DetailsChange(category="vip"), ()),
    (DetailsChange(category=None), ("category",)),
    (DetailsChange(attributes={"size": "M"}), ()),
    (DetailsChange(attributes={"points": 3}), ("attributes",)),
    (DetailsChange(attributes={"size": None}), ("attributes",)),
    (DetailsChange(attributes={"points": None}), ()),
]


@pytest.mark.parametrize(("change", "changed"), CHANGES)
def test_what_differs(change: DetailsChange, changed: tuple[str, ...]) -> None:
    decided = decide_change(ADA, "vip", {"size": "M"}, DECLARED, change)
    assert isinstance(decided, DecidedChange)
    assert decided.changed == changed
    if change.category is UNSET:
        assert decided.category == "vip"
    assert None not in decided.attributes.values()


REFUSED = [
    (DetailsChange(attributes={"shoe": "42"}), "attribute_undeclared", "/attributes/shoe"),
    (DetailsChange(attributes={"points": "3"}), "attribute_kind_wrong", "/attributes/points"),
    (DetailsChange(attributes={"size": "4111 1111 1111 1111"}), "card_number_in_text", "/attributes/size"),
    (DetailsChange(attributes={"points": 4111111111111111}), "card_number_in_text", "/attributes/points"),
    (DetailsChange(name="Ada 4111111111111111"), "card_number_in_text", "/name"),
]


@pytest.mark.parametrize(("change", "code", "field"), REFUSED)
def test_what_is_refused(change: DetailsChange, code: str, field: str) -> None:
    refusal = decide_change(ADA, None, {}, DECLARED, change)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, field)
    assert "4111" not in str(refusal.facts)
