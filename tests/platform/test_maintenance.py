"""Upkeep: partitions ahead, also where a test organization's clock had run ahead; old answers forgotten."""

from datetime import timedelta

import psycopg

from commissary.platform import idempotency
from commissary.platform.maintenance import drop_old_answers, extend_partitions, list_organizations
from commissary.platform.migrate import migrate
from tests.conftest import Organization
from tests.platform.test_outbox import Counted, move_clock, tell


async def test_every_organization_is_listed(organization: Organization) -> None:
    assert await list_organizations(organization.app.database) == [organization.name]


async def test_partitions_come_back_where_they_are_missing(organization: Organization) -> None:
    with psycopg.connect(organization.dsn, autocommit=True) as connection:
        tables = "SELECT count(*) FROM pg_class WHERE relname ~ '^event_20' AND relkind = 'r'"
        before = connection.execute(tables).fetchone()
        connection.execute(f"DROP TABLE org_{organization.name}.event_" + _month(connection, months_ahead=2))
        await extend_partitions(organization.dsn)
        assert connection.execute(tables).fetchone() == before


async def test_events_of_a_clock_that_ran_ahead_do_not_stop_upkeep_or_migration(
    organization: Organization,
) -> None:
    with psycopg.connect(organization.dsn, autocommit=True) as connection:
        for ahead in (2, 3):
            connection.execute(
                f"DROP TABLE org_{organization.name}.event_" + _month(connection, months_ahead=ahead)
            )
        await move_clock(organization, timedelta(days=62))
        await tell(organization, Counted("a", 1))
        await extend_partitions(organization.dsn)
        migrate(organization.dsn)


async def test_answers_are_forgotten_after_their_time(organization: Organization) -> None:
    kept = idempotency.Kept("key", idempotency.request_hash(b"x"), 201, b"{}")
    async with organization.app.database.transaction(organization.name) as db:
        await idempotency.keep(db, [kept])
    for days, standing in ((6, idempotency.Standing.REPLAY), (2, idempotency.Standing.NEW)):
        await move_clock(organization, timedelta(days=days))
        async with organization.app.database.transaction(organization.name) as db:
            assert not await drop_old_answers(db)
            (claim,) = await idempotency.claim(db, ["key"], [kept.request_hash])
        assert claim.standing is standing


def _month(connection: psycopg.Connection[tuple[object, ...]], months_ahead: int) -> str:
    row = connection.execute(
        "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => %s), 'YYYY_MM')",
        (months_ahead,),
    ).fetchone()
    assert row is not None
    return str(row[0])
