"""Bodies and answers of what is set for a whole organization."""

import msgspec

from commissary.kernel.attributes import AttributeKind


class AttributeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The kind of values an attribute takes; fixed once declared."""

    kind: AttributeKind


class AttributeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    entity: str
    name: str
    kind: AttributeKind


class AttributePage(msgspec.Struct, frozen=True, kw_only=True):
    """All declarations; an organization has few, so they come on one page."""

    data: list[AttributeAnswer]
    next_cursor: str | None = None
