"""What the customers context needs from outside: a store for the keys of persons, and a seal made from such a key."""

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID


class PersonKeys(Protocol):
    """Keys by organization and person; each call is one trip to another server, so none inside a transaction."""

    async def put(self, organization: str, keys: Mapping[UUID, bytes]) -> None:
        """Store keys of new persons, durably."""

    async def get(self, organization: str, persons: Collection[UUID]) -> dict[UUID, bytes]:
        """Keys of these persons; one who was erased is missing."""

    async def delete(self, organization: str, persons: Collection[UUID]) -> int:
        """Erase keys for good; deleting twice is fine. Returns how many there were."""

    async def erased(self, organization: str, after: UUID, limit: int) -> list[UUID]:
        """Persons whose keys were deleted, by id."""


class Sealing(Protocol):
    """Seals and opens the data of one person, each value bound to its place."""

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """The sealed value."""

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """What was sealed."""
