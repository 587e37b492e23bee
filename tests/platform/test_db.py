"""Transactions of one organization, and how broken infrastructure is told apart from bugs.

what happens                              the caller gets
no such organization                      UnknownOrganization
two writers wait for each other           TryAgain for one of them, the other commits
a lock is not given in time               TryAgain
a constraint that was named as a race     TryAgain
any other constraint                      the error as it is: a bug
the backend is killed                     Unavailable; the next transaction goes through
a statement takes too long                Unavailable
an error was swallowed                    an error all the same, nothing committed
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from commissary.platform.clock import advance
from commissary.platform.db import Database
from commissary.platform.errors import TryAgain, Unavailable, UnknownOrganization
from commissary.platform.migrate import create_organization
from commissary.platform.settings import read_setting, write_setting
from tests.conftest import Organization


@pytest.fixture
async def hasty(organization_dsn: str) -> AsyncIterator[Database]:
    """A database whose statements may take one second."""
    database = Database(organization_dsn, max_size=3, statement_timeout_s=1)
    await database.open()
    yield database
    await database.close()


@pytest.mark.parametrize(
    "name", ["nobody", "", "ACME", "acme; DROP SCHEMA org_acme", "acme\x00", "a" * 41, "acme\n"]
)
async def test_unknown_organization(organization: Organization, name: str) -> None:
    with pytest.raises(UnknownOrganization):
        async with organization.app.database.transaction(name):
            raise AssertionError("a transaction began")
    async with organization.app.database.transaction("acme") as db:
        assert await db.fetch("SELECT current_schema()") == [("org_acme",)]


async def test_two_organizations_share_nothing(organization: Organization) -> None:
    create_organization(organization.dsn, "other", "Other", kind="test")
    database = organization.app.database
    async with database.transaction("acme") as db:
        await write_setting(db, "color", "red")
    # The same statements, prepared on the same connections, read another schema.
    for _ in range(10):
        async with database.transaction("other", read_only=True) as db:
            assert await read_setting(db, "color", None) is None
        async with database.transaction("acme", read_only=True) as db:
            assert await read_setting(db, "color", None) == "red"
    assert await advance(database, "acme", timedelta(days=3))
    async with database.transaction("acme") as here, database.transaction("other") as there:
        assert abs(here.now - there.now - timedelta(days=3)) < timedelta(seconds=10)


async def test_error_takes_everything_back(organization: Organization) -> None:
    with pytest.raises(ZeroDivisionError):
        async with organization.app.database.transaction("acme") as db:
            await write_setting(db, "color", "red")
            raise ZeroDivisionError
    async with organization.app.database.transaction("acme") as db:
        assert await read_setting(db, "color", None) is None


async def test_swallowed_error_is_no_commit(organization: Organization) -> None:
    with pytest.raises(RuntimeError, match="nothing was committed"):
        async with organization.app.database.transaction("acme") as db:
            await write_setting(db, "color", "red")
            with contextlib.suppress(psycopg.Error):
                await db.execute("SELECT 1 / 0")
    async with organization.app.database.transaction("acme") as db:
        assert await read_setting(db, "color", None) is None


async def test_read_only_transaction_writes_nothing(organization: Organization) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        async with organization.app.database.transaction("acme", read_only=True) as db:
            await write_setting(db, "color", "red")


async def test_deadlock_is_tried_again(organization: Organization) -> None:
    database = organization.app.database
    async with database.transaction("acme") as db:
        await write_setting(db, "a", 0)
        await write_setting(db, "b", 0)
    met = asyncio.Barrier(2)

    async def write(first: str, second: str) -> str:
        try:
            async with database.transaction("acme") as db:
                await write_setting(db, first, first)
                await met.wait()
                await write_setting(db, second, first)
        except TryAgain:
            return "again"
        return "done"

    assert sorted(await asyncio.gather(write("a", "b"), write("b", "a"))) == ["again", "done"]
    async with database.transaction("acme") as db:
        assert await read_setting(db, "a", None) == await read_setting(db, "b", None)


async def test_lock_that_is_not_given_is_tried_again(hasty: Database) -> None:
    async with hasty.transaction("acme") as holder:
        await write_setting(holder, "a", 1)
        with pytest.raises(TryAgain):
            async with hasty.transaction("acme") as waiting:
                await waiting.execute("SET LOCAL lock_timeout = '100ms'")
                await write_setting(waiting, "a", 2)


@pytest.mark.parametrize(("named", "expected"), [(True, TryAgain), (False, psycopg.errors.UniqueViolation)])
async def test_constraint_is_a_race_only_where_it_is_named(
    organization: Organization, named: bool, expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        async with organization.app.database.transaction("acme") as db:
            if named:
                db.races.add("setting_pkey")
            for _ in range(2):
                await db.execute("INSERT INTO setting (name, value) VALUES ('a', '1')")


async def test_killed_backend_is_unavailable_and_forgotten(organization: Organization) -> None:
    database = organization.app.database
    with psycopg.connect(organization.dsn, autocommit=True) as killer:
        for _ in range(3):
            with pytest.raises(Unavailable):
                async with database.transaction("acme") as db:
                    await write_setting(db, "color", "red")
                    rows = await db.fetch("SELECT pg_backend_pid()")
                    killer.execute("SELECT pg_terminate_backend(%s)", (rows[0][0],))
                    await asyncio.sleep(0.05)
                    await write_setting(db, "color", "blue")
        async with database.transaction("acme") as db:
            assert await read_setting(db, "color", None) is None
        # All that lie idle are killed at once: the next transaction finds one that lives.
        killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await asyncio.sleep(0.05)
        async with database.transaction("acme") as db:
            await write_setting(db, "color", "red")


async def test_statement_has_a_time_limit(hasty: Database) -> None:
    started = time.monotonic()
    with pytest.raises(Unavailable, match="time limit"):
        async with hasty.transaction("acme") as db:
            await db.execute("SELECT pg_sleep(20)")
    assert time.monotonic() - started < 5
    async with hasty.transaction("acme") as db:
        assert await db.fetch("SELECT 1") == [(1,)]


async def test_pipeline_tells_its_error_where_it_ends(organization: Organization) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        async with organization.app.database.transaction("acme") as db, db.pipeline():
            await write_setting(db, "color", "red")
            await db.execute("SELECT 1 / 0")
    async with organization.app.database.transaction("acme") as db:
        assert await read_setting(db, "color", None) is None


async def test_shared_clock_is_the_real_one(organization: Organization) -> None:
    await advance(organization.app.database, "acme", timedelta(days=3))
    async with organization.app.database.shared() as db:
        rows = await db.fetch("SELECT name FROM organization")
        assert rows == [("acme",)]
        async with organization.app.database.transaction("acme") as own:
            assert own.now - db.now > timedelta(days=2)


async def test_server_that_is_not_there_is_unavailable(organization_dsn: str) -> None:
    gone = Database(make_conninfo(organization_dsn, host="/nonexistent"))
    with pytest.raises(Unavailable):
        async with gone.transaction("acme"):
            raise AssertionError("a transaction began")
