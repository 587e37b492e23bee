"""Keys of persons, in a database of their own: erasing a person is deleting their key.

A key kept beside the data it protects survives in that database's write-ahead log and backups; so keys live in a
second server with a short log and a backup that is kept for days only. Each key is wrapped by the installation's
master key. Writing a key comes before the transaction that uses it: a key without a person is harmless.

Whoever was erased leaves a bare id behind, so that a main database restored from before the erasure can be told.
"""

import os
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import errors as pg
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from commissary.platform.arrays import bytes_array, plain_array
from commissary.platform.errors import Unavailable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS person_key (
    organization text NOT NULL,
    id uuid NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization, id)
);
CREATE TABLE IF NOT EXISTS erased_person (
    organization text NOT NULL,
    id uuid NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization, id)
)
"""
_PUT = """
INSERT INTO person_key (organization, id, wrapped)
SELECT %s, id, wrapped FROM unnest(%s::uuid[], %s::bytea[]) AS k (id, wrapped)
"""
_GET = "SELECT id, wrapped FROM person_key WHERE organization = %s AND id = ANY(%s::uuid[])"
_DELETE = """
WITH remembered AS (
    INSERT INTO erased_person (organization, id) SELECT %(organization)s, unnest(%(persons)s::uuid[])
    ON CONFLICT DO NOTHING
)
DELETE FROM person_key WHERE organization = %(organization)s AND id = ANY(%(persons)s::uuid[])
"""
_ERASED = """
SELECT id FROM erased_person WHERE organization = %s AND id > %s ORDER BY id LIMIT %s
"""
_OLD = """
SELECT id FROM person_key WHERE organization = %s AND created_at < %s AND id > %s ORDER BY id LIMIT %s
"""
_BROKEN = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, pg.AdminShutdown, pg.DiskFull)
FIRST_ID = UUID(int=0)
RECENT_SECONDS = 60
RECENT_KEYS = 20_000
PAGE = 1000


def prepare_keystore(dsn: str) -> None:
    """Create the tables of the key store where they are missing."""
    with psycopg.connect(dsn) as connection:
        connection.execute(_SCHEMA)


class _RecentKeys:
    """Keys used within the last minute, most recently used last; so that a busy customer costs no question."""

    def __init__(self, capacity: int, life_s: float) -> None:
        self._keys: OrderedDict[tuple[str, UUID], tuple[float, bytes]] = OrderedDict()
        self._capacity = capacity
        self._life_s = life_s

    def get(self, organization: str, person: UUID, now: float) -> bytes | None:
        held = self._keys.get((organization, person))
        if held is None:
            return None
        if held[0] <= now:
            del self._keys[organization, person]
            return None
        self._keys.move_to_end((organization, person))
        return held[1]

    def remember(self, organization: str, keys: Mapping[UUID, bytes], now: float) -> None:
        for person, key in keys.items():
            self._keys[organization, person] = (now + self._life_s, key)
        while len(self._keys) > self._capacity:
            self._keys.popitem(last=False)

    def forget(self, organization: str, persons: Collection[UUID]) -> None:
        for person in persons:
            self._keys.pop((organization, person), None)


class KeyStore:
    """Keys by organization and person.

    Keys in use are remembered for a minute in this process. Another process may hold a key that long after its
    person was erased; it finds nothing left to open with it, because erasing empties the sealed columns first.
    """

    def __init__(
        self, dsn: str, master_key: bytes, *, max_size: int = 4, recent_seconds: float = RECENT_SECONDS
    ) -> None:
        self._wrapping = AESGCM(master_key)
        self._recent = _RecentKeys(RECENT_KEYS, recent_seconds)
        self._pool = AsyncConnectionPool(
            make_conninfo(
                dsn,
                options="-c statement_timeout=10s -c timezone=UTC",
                connect_timeout=5,
                application_name="commissary keys",
            ),
            min_size=1,
            max_size=max_size,
            timeout=10,
            open=False,
            kwargs={"autocommit": True},
            check=AsyncConnectionPool.check_connection,
        )

    async def open(self) -> None:
        try:
            await self._pool.open(wait=True, timeout=30)
        except PoolTimeout as error:
            raise Unavailable("The key store does not answer.") from error

    async def close(self) -> None:
        await self._pool.close(timeout=10)

    async def put(self, organization: str, keys: Mapping[UUID, bytes]) -> None:
        """Store keys (32 bytes each) of new persons, durably. A person who has a key already is a bug and fails."""
        if not keys:
            return
        wrapped = [self._wrap(organization, person, key) for person, key in keys.items()]
        async with self._connection() as connection:
            await connection.execute(
                _PUT, (organization, plain_array(keys), bytes_array(wrapped)), prepare=True
            )
        self._recent.remember(organization, keys, time.monotonic())

    async def get(self, organization: str, persons: Collection[UUID]) -> dict[UUID, bytes]:
        """Keys of these persons; one who was erased is missing from the answer."""
        now = time.monotonic()
        found: dict[UUID, bytes] = {}
        wanted: list[UUID] = []
        for person in persons:
            key = self._recent.get(organization, person, now)
            if key is None:
                wanted.append(person)
            else:
                found[person] = key
        if wanted:
            async with self._connection() as connection:
                cursor = await connection.execute(_GET, (organization, plain_array(wanted)), prepare=True)
                rows = await cursor.fetchall()
            fetched = {person: self._unwrap(organization, person, wrapped) for person, wrapped in rows}
            self._recent.remember(organization, fetched, now)
            found |= fetched
        return found

    async def delete(self, organization: str, persons: Collection[UUID]) -> int:
        """Erase keys for good and remember whose they were. Returns how many there were; deleting twice is fine."""
        if not persons:
            return 0
        self._recent.forget(organization, persons)
        async with self._connection() as connection:
            cursor = await connection.execute(
                _DELETE, {"organization": organization, "persons": list(persons)}
            )
            await connection.execute("VACUUM person_key")
        # Once more: a reader may have fetched a key while it was being deleted.
        self._recent.forget(organization, persons)
        return cursor.rowcount

    async def compact(self) -> None:
        """Rewrite the table, so that not even free space in its pages holds a deleted key. Locks it for a moment."""
        async with self._connection() as connection:
            await connection.execute("SET statement_timeout = 0")
            try:
                await connection.execute("VACUUM FULL person_key")
            finally:
                await connection.execute("RESET statement_timeout")

    async def erased(self, organization: str, after: UUID = FIRST_ID, limit: int = PAGE) -> list[UUID]:
        """Persons whose keys were deleted, by id, from the one after `after`."""
        async with self._connection() as connection:
            cursor = await connection.execute(_ERASED, (organization, after, limit))
            return [row[0] for row in await cursor.fetchall()]

    async def created_before(
        self, organization: str, before: datetime, after: UUID = FIRST_ID, limit: int = PAGE
    ) -> list[UUID]:
        """Persons with keys older than this, by id; for finding keys that no person came to use."""
        async with self._connection() as connection:
            cursor = await connection.execute(_OLD, (organization, before, after, limit))
            return [row[0] for row in await cursor.fetchall()]

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        try:
            async with self._pool.connection() as connection:
                yield connection
        except _BROKEN as error:
            raise Unavailable("The key store cannot serve now.") from error

    def _wrap(self, organization: str, person: UUID, key: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._wrapping.encrypt(nonce, key, organization.encode() + person.bytes)

    def _unwrap(self, organization: str, person: UUID, wrapped: bytes) -> bytes:
        try:
            return self._wrapping.decrypt(wrapped[:12], wrapped[12:], organization.encode() + person.bytes)
        except InvalidTag as error:
            raise Unavailable("The master key does not open this key store.") from error
