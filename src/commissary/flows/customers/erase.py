"""Erase customers: empty the database first, then delete the keys, and only then say that it is done.

The order is chosen for its crash points. Once the transaction has committed, nothing personal stands in the database
any more and the erasure is on a list that survives; a crash before the key is deleted leaves an entry on that list
which `finish` takes up, so the erasure is completed by machine and old log and backups become unreadable too. The
other order would, after a crash, leave hashes and references of a person whose erasure nobody remembers.

Orders stay, with their totals and the id of a customer who is nobody any more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commissary.domain.customers import store
from commissary.domain.customers.events import CustomerErased
from commissary.domain.customers.ports import PersonKeys
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Database, Db

_BATCH = 500


class Erased(NamedTuple):
    customer_id: UUID
    erased_at: datetime


async def erase(db: Db, actor: str, ids: Sequence[UUID]) -> list[Erased | Refusal]:
    """Empty these customers; whoever was erased before keeps that instant. Follow with `finish` after the commit."""
    states = await store.lock_customers(db, ids)
    living = [state.id for state in states.values() if state.erased_at is None]
    if living:
        await store.erase(db, living, actor)
        await outbox.tell(db, actor, [CustomerErased(str(customer)) for customer in living])
    answers: list[Erased | Refusal] = []
    for customer in ids:
        state = states.get(customer)
        if state is None:
            answers.append(Refusal("customer_unknown", {"customer_id": str(customer)}))
        else:
            answers.append(Erased(customer, state.erased_at or db.now))
    return answers


async def finish(database: Database, keys: PersonKeys, organization: str, ids: Sequence[UUID]) -> None:
    """Delete the keys of erased customers, then note it. Raises Unavailable; doing it again is fine."""
    await keys.delete(organization, ids)
    async with database.transaction(organization) as db:
        await store.finish_erasures(db, ids)


async def finish_pending(database: Database, keys: PersonKeys, organization: str) -> int:
    """Complete every erasure that a crash, or a key store out of service, left half done. Returns how many."""
    finished = 0
    while True:
        async with database.transaction(organization, read_only=True) as db:
            ids = await store.unfinished_erasures(db, _BATCH)
        if not ids:
            return finished
        await finish(database, keys, organization, ids)
        finished += len(ids)
