"""From the values of a row to the command that the API takes too, with the same bounds."""

import re
from typing import Annotated, Any, TypeVar

import msgspec

from commissary.domain.integrations.rules.mapping_values import Unfit
from commissary.domain.payments.types import MAX_TENDERS, TenderInput

T = TypeVar("T")
_PLACE = re.compile(r" - at `\$(.*)`$")
_NAMED = re.compile(r"field `([^`]*)`")


class Misfit(Exception):
    """A value outside the bounds of its field: reason, field as a dotted path, and what was expected."""

    def __init__(self, reason: str, field: str, expected: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.expected = expected


def shaped(values: Any, kind: type[T]) -> T:
    """The command. Raises Misfit; its message never repeats a value."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise _misfit(str(error)) from None


class _Tenders(msgspec.Struct):
    tenders: Annotated[tuple[TenderInput, ...], msgspec.Meta(max_length=MAX_TENDERS)]


def shaped_tenders(values: Any) -> tuple[TenderInput, ...]:
    """Tenders of an order. Raises Misfit."""
    return shaped({"tenders": values}, _Tenders).tenders


def only_known(values: Any, kind: type[msgspec.Struct]) -> None:
    """Raises Unfit for a name that is no field of the command, or one that only the API uses."""
    known = set(kind.__struct_fields__) - {"expected_version"}
    for name in values:
        if name not in known:
            raise Unfit("field_unknown", name[:60])


def _misfit(message: str) -> Misfit:
    found = _PLACE.search(message)
    path = found[1] if found else ""
    what = message[: found.start()] if found else message
    field = path.replace("[...]", "").replace("[", ".").replace("]", "").strip(".")
    named = _NAMED.search(what)
    if named and "missing" in what:
        return Misfit("field_missing", f"{field}.{named[1]}".strip("."), "")
    if named and "unknown" in what:
        return Misfit("field_unknown", f"{field}.{named[1][:60]}".strip("."), "")
    reason = "wrong_type" if ", got" in what else "not_allowed" if "Invalid" in what else "out_of_bounds"
    return Misfit(reason, field, "" if reason == "not_allowed" else what.replace("`", ""))
