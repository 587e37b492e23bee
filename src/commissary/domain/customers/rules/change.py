"""What a change to a customer's details comes to: the new details and which fields truly differ, or a refusal."""

from collections.abc import Mapping

import msgspec

from commissary.domain.customers.types import DetailsChange, PersonalDetails
from commissary.kernel.attributes import AttributeKind, Attributes, AttributeValue, attribute_refusal
from commissary.kernel.card_numbers import holds_card_number
from commissary.kernel.decision import Refusal


class DecidedChange(msgspec.Struct, frozen=True):
    """`changed` is empty when the customer is already as wanted."""

    details: PersonalDetails
    category: str | None
    attributes: Attributes
    changed: tuple[str, ...]


def decide_change(
    details: PersonalDetails,
    category: str | None,
    attributes: Attributes,
    declared: Mapping[str, AttributeKind],
    change: DetailsChange,
) -> DecidedChange | Refusal:
    """Merge the change into what is there."""
    given = {} if change.attributes is msgspec.UNSET else change.attributes
    refusal = attribute_refusal(declared, given) or card_number_refusal(change)
    if refusal:
        return refusal
    new = PersonalDetails(
        name=_kept(change.name, details.name),
        mail=_kept(change.mail, details.mail),
        phone=_kept(change.phone, details.phone),
        locale=_kept(change.locale, details.locale),
    )
    new_category = category if change.category is msgspec.UNSET else change.category
    merged: dict[str, AttributeValue] = {**attributes, **given}
    new_attributes = {name: value for name, value in merged.items() if value is not None}
    changed = [
        name for name in PersonalDetails.__struct_fields__ if getattr(new, name) != getattr(details, name)
    ]
    if new_category != category:
        changed.append("category")
    if new_attributes != attributes:
        changed.append("attributes")
    return DecidedChange(new, new_category, new_attributes, tuple(changed))


def card_number_refusal(change: DetailsChange) -> Refusal | None:
    """No card number in any text; a phone number may look like one and is left alone."""
    for field in ("name", "mail", "category"):
        text = getattr(change, field)
        if isinstance(text, str) and holds_card_number(text):
            return Refusal("card_number_in_text", {}, f"/{field}")
    if change.attributes is not msgspec.UNSET:
        for name, value in change.attributes.items():
            if isinstance(value, str | int) and holds_card_number(str(value)):
                return Refusal("card_number_in_text", {}, f"/attributes/{name}")
    return None


def _kept(given: str | msgspec.UnsetType, old: str) -> str:
    return old if isinstance(given, msgspec.UnsetType) else given.strip()
