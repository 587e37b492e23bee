"""New identifiers: UUIDv7, so that rows written together lie together in every index (RFC 9562 §5.7)."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A fresh time-ordered identifier; unique without asking anyone, and never a secret."""
    return UUID(int=uuid_utils.uuid7().int)
