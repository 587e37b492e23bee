"""One pool, one transaction per command batch, one organization per transaction.

A transaction starts with a single round trip that begins it, sets `search_path` to the organization's schema for
this transaction only, and reads the organization's clock. Nothing else in the system knows which schema it works in.

Statements that share a round trip are queued in a pipeline: inside `async with db.pipeline()` each `execute` returns
at once and an error surfaces where the pipeline ends.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import errors as pg
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from commissary.platform.errors import TryAgain, Unavailable, UnknownOrganization

ORGANIZATION_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PARAMETERS = Mapping[str, Any]
RETRIED = (pg.DeadlockDetected, pg.SerializationFailure, pg.LockNotAvailable)
_UNAVAILABLE = (psycopg.OperationalError, PoolTimeout, pg.AdminShutdown, pg.DiskFull, psycopg.InterfaceError)

_BEGIN: LiteralString = """
SELECT set_config('search_path', 'org_' || name, true), clock_timestamp() + clock_offset
FROM platform.organization WHERE name = %s
"""


DatabaseError = psycopg.Error


def database_trouble(error: psycopg.Error) -> str:
    """A sentence for the person at the machine: what the database says, without rows or values."""
    if isinstance(error, psycopg.OperationalError):
        return f"The database cannot be used: {str(error).splitlines()[0]}"
    if isinstance(error, pg.UndefinedTable | pg.InvalidSchemaName):
        return "This database holds no Commissary yet; run `commissary migrate`."
    return (
        f"The database refused ({type(error).__name__}, {error.sqlstate}); `commissary doctor` may know more."
    )


class Db:
    """An open transaction of one organization; `now` is that organization's clock when it began."""

    __slots__ = ("_connection", "now", "organization", "races")

    def __init__(self, connection: psycopg.AsyncConnection[Any], organization: str, now: datetime) -> None:
        self._connection = connection
        self.organization = organization
        self.now = now
        # Constraints whose violation means that another writer was first: the transaction ends in TryAgain.
        self.races: set[str] = set()

    async def fetch(
        self, query: LiteralString, parameters: _PARAMETERS | None = None
    ) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        cursor = await self._connection.execute(query, parameters, prepare=True)
        return await cursor.fetchall()

    async def fetch_one(
        self, query: LiteralString, parameters: _PARAMETERS | None = None
    ) -> tuple[Any, ...] | None:
        """The first row of a statement, or None."""
        cursor = await self._connection.execute(query, parameters, prepare=True)
        row: tuple[Any, ...] | None = await cursor.fetchone()
        return row

    async def execute(self, query: LiteralString, parameters: _PARAMETERS | None = None) -> None:
        """Run a statement whose rows, if any, nobody reads; inside a pipeline it is only queued."""
        await self._connection.execute(query, parameters, prepare=True)

    async def count(self, query: LiteralString, parameters: _PARAMETERS | None = None) -> int:
        """Run a statement and say how many rows it touched."""
        cursor = await self._connection.execute(query, parameters, prepare=True)
        return cursor.rowcount

    def pipeline(self) -> AbstractAsyncContextManager[Any]:
        """Queue statements and send them in one round trip."""
        return self._connection.pipeline()


class Database:
    """The one pool of a process. Open it inside the running event loop; close it before the loop ends."""

    def __init__(
        self, dsn: str, *, min_size: int = 1, max_size: int = 8, statement_timeout_s: int = 30
    ) -> None:
        options = (
            f"-c statement_timeout={statement_timeout_s}s -c lock_timeout={max(1, statement_timeout_s // 2)}s "
            "-c idle_in_transaction_session_timeout=60s -c timezone=UTC -c plan_cache_mode=force_generic_plan"
        )
        self._pool = AsyncConnectionPool(
            make_conninfo(dsn, options=options, connect_timeout=5, application_name="commissary"),
            min_size=min_size,
            max_size=max_size,
            timeout=10,
            open=False,
            kwargs={"autocommit": True},
            configure=_configure,
        )
        self._tries = max_size + 1

    async def open(self) -> None:
        """Connect, and wait until the first connections stand. Raises Unavailable."""
        try:
            await self._pool.open(wait=True, timeout=30)
        except PoolTimeout as error:
            raise Unavailable("The database does not answer.") from error

    async def close(self) -> None:
        await self._pool.close(timeout=10)

    @asynccontextmanager
    async def transaction(self, organization: str, *, read_only: bool = False) -> AsyncIterator[Db]:
        """One transaction of one organization; commits when the block ends well, else rolls back.

        Raises UnknownOrganization, Unavailable (broken or overloaded database) or TryAgain (deadlock, lock timeout,
        or a constraint that the work named in `races`).
        """
        races: set[str] = set()
        try:
            async with self._begun(organization, read_only) as (connection, db):
                db.races = races
                try:
                    yield db
                    await _commit(connection)
                except BaseException:
                    if not connection.closed:
                        await connection.rollback()
                    raise
        except RETRIED as error:
            raise TryAgain(str(error).splitlines()[0]) from error
        except pg.IntegrityError as error:
            if error.diag.constraint_name not in races:
                raise
            raise TryAgain(f"Another writer was first: {error.diag.constraint_name}.") from None
        except _UNAVAILABLE as error:
            if isinstance(error, pg.QueryCanceled):
                raise Unavailable("A statement took longer than its time limit.") from error
            raise Unavailable("The database cannot serve now.") from error

    @asynccontextmanager
    async def _begun(
        self, organization: str, read_only: bool
    ) -> AsyncIterator[tuple[psycopg.AsyncConnection[Any], Db]]:
        connection, db = await self._check_out(organization, read_only)
        try:
            yield connection, db
        finally:
            await self._pool.putconn(connection)

    async def _check_out(self, organization: str, read_only: bool) -> tuple[psycopg.AsyncConnection[Any], Db]:
        """A connection with its transaction begun. One that died while it lay idle is replaced by the next.

        Cheaper than asking each connection whether it lives before every use: beginning is the question.
        """
        tries_left = self._tries
        while True:
            connection = await self._pool.getconn()
            try:
                return connection, await _begin(connection, organization, read_only)
            except BaseException as error:
                await self._pool.putconn(connection)
                tries_left -= 1
                if not tries_left or not (connection.closed and isinstance(error, psycopg.Error)):
                    raise

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[Db]:
        """A transaction on what all organizations share (schema `platform`); its clock is the real one."""
        try:
            async with self._pool.connection() as connection, connection.transaction():
                await connection.execute("SET LOCAL search_path TO platform")
                cursor = await connection.execute("SELECT clock_timestamp()")
                row = await cursor.fetchone()
                assert row is not None
                yield Db(connection, "", row[0])
        except _UNAVAILABLE as error:
            raise Unavailable("The database cannot serve now.") from error


async def _commit(connection: psycopg.AsyncConnection[Any]) -> None:
    """Commit, or raise: PostgreSQL answers the COMMIT of a transaction that has failed with a quiet ROLLBACK."""
    ended = await connection.execute("COMMIT")
    if ended.statusmessage != "COMMIT":
        raise RuntimeError("A statement failed and its error was swallowed; nothing was committed.")


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    connection.prepared_max = 500


async def _begin(connection: psycopg.AsyncConnection[Any], organization: str, read_only: bool) -> Db:
    if not ORGANIZATION_NAME.fullmatch(organization):
        raise UnknownOrganization(organization)
    async with connection.pipeline():
        await connection.execute("BEGIN READ ONLY" if read_only else "BEGIN")
        cursor = await connection.execute(_BEGIN, (organization,), prepare=True)
        row = await cursor.fetchone()
    if row is None:
        await connection.rollback()
        raise UnknownOrganization(organization)
    return Db(connection, organization, row[1])
