"""After a restore from a backup: erase again whoever was erased since, before the system serves.

Each of the two servers knows of the erasures, so either of them may be restored alone: a key store from before an
erasure loses its keys again by the list in the main database; a main database from before an erasure is emptied again
by the ids that the key store remembers. When both are restored to before an erasure, only a list kept elsewhere knows
(`also`, such as the subjects of the event `customer.erased` that a webhook received).
"""

from collections.abc import AsyncIterator, Collection
from typing import NamedTuple
from uuid import UUID

from commissary.domain.customers import store
from commissary.domain.customers.events import CustomerErased
from commissary.domain.customers.ports import PersonKeys
from commissary.platform import outbox
from commissary.platform.db import Database

_BATCH = 1000
_FIRST = UUID(int=0)
ACTOR = "system:replay_erasures"


class Replayed(NamedTuple):
    """How many keys had come back and were deleted, and how many customers were emptied again."""

    keys: int
    customers: int


async def replay_erasures(
    database: Database, keys: PersonKeys, organization: str, also: Collection[UUID] = ()
) -> Replayed:
    """Bring both servers to know the same erasures. Raises Unavailable; doing it again is fine."""
    deleted = emptied = 0
    for customers in [list(also), *[page async for page in _remembered(keys, organization)]]:
        emptied += await _empty(database, organization, customers)
        deleted += await keys.delete(organization, customers)
    async for listed in _listed(database, organization):
        deleted += await keys.delete(organization, listed)
        async with database.transaction(organization) as db:
            await store.finish_erasures(db, listed)
    return Replayed(deleted, emptied)


async def _empty(database: Database, organization: str, customers: list[UUID]) -> int:
    async with database.transaction(organization) as db:
        states = await store.lock_customers(db, customers)
        living = [state.id for state in states.values() if state.erased_at is None]
        if living:
            await store.erase(db, living, ACTOR)
            await outbox.tell(db, ACTOR, [CustomerErased(str(customer)) for customer in living])
    return len(living)


async def _remembered(keys: PersonKeys, organization: str) -> AsyncIterator[list[UUID]]:
    after = _FIRST
    while page := await keys.erased(organization, after, _BATCH):
        yield page
        after = page[-1]


async def _listed(database: Database, organization: str) -> AsyncIterator[list[UUID]]:
    after = _FIRST
    while True:
        async with database.transaction(organization, read_only=True) as db:
            page = await store.erasures_after(db, after, _BATCH)
        if not page:
            return
        yield page
        after = page[-1]
