"""Custom attributes: extra facts that an organization keeps on its items, locations, orders and customers.

An organization declares each attribute once per entity with a kind; an attribute that it did not declare, or a value
of another kind, is refused with the attribute's name, so that rules and searches can rely on what they read.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from commissary.kernel.decision import Refusal
from commissary.kernel.text import storable

AttributeValue = str | int | float | bool | None
Attributes = Mapping[str, AttributeValue]


class AttributeKind(StrEnum):
    TEXT = "text"
    WHOLE_NUMBER = "whole_number"
    NUMBER = "number"
    YES_NO = "yes_no"
    DATE = "date"


def _is_date(value: AttributeValue) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


_FITS = {
    AttributeKind.TEXT: lambda v: isinstance(v, str) and len(v) <= 1000 and storable(v),
    AttributeKind.WHOLE_NUMBER: lambda v: isinstance(v, int) and not isinstance(v, bool) and abs(v) < 2**53,
    AttributeKind.NUMBER: lambda v: isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < 1e300,
    AttributeKind.YES_NO: lambda v: isinstance(v, bool),
    AttributeKind.DATE: _is_date,
}


def attribute_refusal(
    declared: Mapping[str, AttributeKind], values: Attributes, field: str = "/attributes"
) -> Refusal | None:
    """The first value that is undeclared or of another kind than declared; None when all fit. Null always fits."""
    for name, value in values.items():
        kind = declared.get(name)
        if kind is None:
            return Refusal("attribute_undeclared", {"attribute": name}, f"{field}/{name}")
        if value is not None and not _FITS[kind](value):
            return Refusal("attribute_kind_wrong", {"attribute": name, "expected": kind}, f"{field}/{name}")
    return None
