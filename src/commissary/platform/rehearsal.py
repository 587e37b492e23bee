"""A rehearsal: everything runs as it would, in one transaction that is undone at the end.

What is decided in a rehearsal is decided by the same statements and constraints as the real thing, and each step sees
what the steps before it did. Until it ends it holds the locks of all it touched, so long rehearsals belong in quiet
hours. Keys of new persons stay in memory: the key store is another server, and could not undo them.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from psycopg import errors as pg

from commissary.platform.db import RETRIED, Database, Db
from commissary.platform.errors import TryAgain, UnknownOrganization
from commissary.platform.keystore import KeyStore


class RehearsedDatabase(Database):
    """Stands in for a Database: each transaction is a savepoint of one that is rolled back."""

    def __init__(self, db: Db) -> None:
        # No pool of its own: `db` is the transaction of the real one that `rehearsal` opened.
        self._db = db
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self, organization: str, *, read_only: bool = False) -> AsyncIterator[Db]:
        """One step, whether it reads or writes; undone alone when its block fails."""
        del read_only
        if organization != self._db.organization:
            raise UnknownOrganization(organization)
        async with self._turn:
            self._db.races.clear()
            await self._db.execute("SAVEPOINT step")
            try:
                yield self._db
            except BaseException as error:
                await self._db.execute("ROLLBACK TO SAVEPOINT step")
                if isinstance(error, RETRIED):
                    raise TryAgain(str(error).splitlines()[0]) from error
                if isinstance(error, pg.IntegrityError) and error.diag.constraint_name in self._db.races:
                    raise TryAgain(f"Another writer was first: {error.diag.constraint_name}.") from None
                raise
            await self._db.execute("RELEASE SAVEPOINT step")


class RehearsedKeys(KeyStore):
    """Stands in for a KeyStore: reads the real one, and keeps new keys to itself."""

    def __init__(self, real: KeyStore) -> None:
        self._real = real
        self._new: dict[tuple[str, UUID], bytes] = {}

    async def put(self, organization: str, keys: Mapping[UUID, bytes]) -> None:
        self._new |= {(organization, person): key for person, key in keys.items()}

    async def get(self, organization: str, persons: Collection[UUID]) -> dict[UUID, bytes]:
        own = {
            person: key for person in persons if (key := self._new.get((organization, person))) is not None
        }
        others = [person for person in persons if person not in own]
        return own | (await self._real.get(organization, others) if others else {})


class _Undone(Exception):
    """Ends the transaction of a rehearsal."""


@asynccontextmanager
async def rehearsal(
    database: Database, keystore: KeyStore, organization: str
) -> AsyncIterator[tuple[Database, KeyStore]]:
    """A database and a key store to rehearse with; at the end nothing has happened."""
    try:
        async with database.transaction(organization) as db:
            yield RehearsedDatabase(db), RehearsedKeys(keystore)
            raise _Undone
    except _Undone:
        return
