"""New identifiers: UUIDv7, so that rows written together lie together in every index (RFC 9562 §5.7)."""

from uuid import UUID, SafeUUID

import uuid_utils

_set = object.__setattr__
_SAFETY = SafeUUID.unknown


def new_id() -> UUID:
    """A fresh time-ordered identifier; unique without asking anyone, and never a secret."""
    # UUID's own constructor checks what needs no check here, and orders make a dozen of these each.
    made = UUID.__new__(UUID)
    _set(made, "int", uuid_utils.uuid7().int)
    _set(made, "is_safe", _SAFETY)
    return made
