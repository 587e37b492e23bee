"""Bodies and answers of what is set for a whole organization."""

from datetime import datetime
from typing import Annotated

import msgspec

from commissary.kernel.attributes import AttributeKind


class AttributeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The kind of values an attribute takes; fixed once declared."""

    kind: AttributeKind


class AttributeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    entity: str
    name: str
    kind: AttributeKind


class SettingBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`value` is text, or an object, as the setting asks."""

    value: str | dict[str, dict[str, int] | int]


class SettingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is null while nobody has set it."""

    name: str
    value: str | dict[str, dict[str, int] | int] | None


class OrganizationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's organization. `now` is its clock; that of a `test` organization can be moved."""

    name: str
    title: str
    kind: str
    now: datetime


class ClockBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """By how much to move a test organization's clock forward."""

    advance_s: Annotated[int, msgspec.Meta(ge=1, le=366 * 86400)]


class AttributePage(msgspec.Struct, frozen=True, kw_only=True):
    """All declarations; an organization has few, so they come on one page."""

    data: list[AttributeAnswer]
    next_cursor: str | None = None
