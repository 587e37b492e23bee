"""Facts: told with their change or not at all, delivered once, in order; and what a failing flow does to them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import pytest

from commissary.kernel.fact import Fact
from commissary.platform import outbox
from commissary.platform.db import Database, Db
from tests.conftest import Organization
from tests.doors import events_settled

READER = "tests.reader"


class Counted(Fact, frozen=True):
    KIND: ClassVar[str] = "thing.counted"
    SUBJECT_KIND: ClassVar[str] = "thing"

    number: int


class Weighed(Fact, frozen=True):
    KIND: ClassVar[str] = "thing.weighed"
    SUBJECT_KIND: ClassVar[str] = "thing"


async def subscribe(organization: Organization, *kinds: str) -> None:
    async with organization.app.database.transaction(organization.name) as db:
        await outbox.subscribe(db, READER, kinds)


async def tell(organization: Organization, *facts: Fact) -> None:
    async with organization.app.database.transaction(organization.name) as db:
        await outbox.tell(db, "test", facts)


async def waiting(db: Db) -> list[outbox.Delivery]:
    lanes = await outbox.busy_lanes(db, [READER])
    return [d for subscriber, lane in lanes for d in await outbox.claim(db, subscriber, lane, 1000)]


def numbers(deliveries: Sequence[outbox.Delivery]) -> list[str]:
    return [delivery.event.data for delivery in deliveries]


async def test_only_subscribed_kinds_are_delivered_in_the_order_told(organization: Organization) -> None:
    await subscribe(organization, "thing.counted")
    await tell(organization, Counted("a", 1), Weighed("a"), Counted("a", 2), Counted("a", 3))
    async with organization.app.database.transaction(organization.name) as db:
        deliveries = await waiting(db)
    assert numbers(deliveries) == [f'{{"number": {n}, "subject": "a"}}' for n in (1, 2, 3)]
    assert {d.event.actor for d in deliveries} == {"test"}


async def test_a_kind_wanted_by_name_and_by_star_is_delivered_once(organization: Organization) -> None:
    await subscribe(organization, "thing.counted", "*")
    await tell(organization, Counted("a", 1), Weighed("b"))
    async with organization.app.database.transaction(organization.name) as db:
        assert sorted(d.event.kind for d in await waiting(db)) == ["thing.counted", "thing.weighed"]


async def test_facts_vanish_with_their_transaction(organization: Organization) -> None:
    await subscribe(organization, "*")
    with pytest.raises(RuntimeError):
        async with organization.app.database.transaction(organization.name) as db:
            await outbox.tell(db, "test", [Counted("a", 1)])
            await outbox.request_jobs(db, "tests.job", [{"n": 1}])
            raise RuntimeError
    async with organization.app.database.transaction(organization.name) as db:
        assert await waiting(db) == []
        assert await outbox.take_job_requests(db, 10) == []


async def test_a_lane_is_one_workers_until_its_transaction_ends(organization: Organization) -> None:
    await subscribe(organization, "*")
    await tell(organization, Counted("a", 1))
    database = organization.app.database
    async with database.transaction(organization.name) as first:
        ((_, lane),) = await outbox.busy_lanes(first, [READER])
        assert len(await outbox.claim(first, READER, lane, 10)) == 1
        async with database.transaction(organization.name) as second:
            assert await outbox.claim(second, READER, lane, 10) == []
    async with database.transaction(organization.name) as third:
        assert len(await outbox.claim(third, READER, lane, 10)) == 1


async def test_a_delayed_event_holds_up_its_subject_only(organization: Organization) -> None:
    await subscribe(organization, "*")
    same_lane = await subjects_of_one_lane(organization, 2)
    poison, other = same_lane
    await tell(organization, Counted(poison, 1), Counted(other, 2), Counted(poison, 3))
    database = organization.app.database
    async with database.transaction(organization.name) as db:
        first = (await waiting(db))[0]
        assert not await outbox.delay_or_park(db, READER, first, "no")
    async with database.transaction(organization.name) as db:
        assert [d.event.subject_id for d in await waiting(db)] == [other]
    await move_clock(organization, timedelta(seconds=1.5))
    async with database.transaction(organization.name) as db:
        # What failed before comes alone, so that it cannot take others with it.
        assert [d.attempts for d in await waiting(db)] == [1]


async def test_after_six_failures_a_subject_is_parked_and_can_flow_again(organization: Organization) -> None:
    await subscribe(organization, "*")
    poison, other = await subjects_of_one_lane(organization, 2)
    await tell(organization, Counted(poison, 1), Counted(poison, 2), Counted(other, 3))
    database = organization.app.database
    for attempt in range(outbox.ATTEMPTS_BEFORE_PARKING):
        async with database.transaction(organization.name) as db:
            head = next(d for d in await waiting(db) if d.event.subject_id == poison)
            parked = await outbox.delay_or_park(db, READER, head, "cannot")
        assert parked == (attempt == outbox.ATTEMPTS_BEFORE_PARKING - 1)
        await move_clock(organization, timedelta(minutes=1))
    async with database.transaction(organization.name) as db:
        assert [d.event.subject_id for d in await waiting(db)] == [other]
        assert await outbox.waiting(db) == (3, 1)
    async with database.transaction(organization.name) as db:
        assert await outbox.unpark(db, READER, ["someone else"]) == []
        assert await outbox.unpark(db, READER) == [poison]
    async with database.transaction(organization.name) as db:
        assert numbers([d for d in await waiting(db) if d.event.subject_id == poison]) == [
            f'{{"number": {n}, "subject": "{poison}"}}' for n in (1, 2)
        ]


async def test_a_failure_reported_after_another_worker_delivered_changes_nothing(
    organization: Organization,
) -> None:
    await subscribe(organization, "*")
    await tell(organization, Counted("a", 1))
    database = organization.app.database
    async with database.transaction(organization.name) as db:
        (stale,) = await waiting(db)
        await outbox.remove(db, [stale])
    async with database.transaction(organization.name) as db:
        assert not await outbox.delay_or_park(db, READER, stale._replace(attempts=5), "late")
        assert await outbox.waiting(db) == (0, 0)


async def test_the_first_registration_catches_up_and_later_ones_do_not(organization: Organization) -> None:
    await tell(organization, Counted("a", 1), Weighed("a"), Counted("a", 2))
    database = organization.app.database
    for changed in (True, False):
        async with database.transaction(organization.name) as db:
            assert await outbox.register(db, {READER: ["thing.counted"]}) is changed
    async with database.transaction(organization.name) as db:
        assert [d.event.kind for d in await waiting(db)] == ["thing.counted"] * 2
        assert await outbox.register(db, {READER: ["thing.weighed"]})
        assert await outbox.waiting(db) == (2, 0)
    await tell(organization, Counted("b", 3), Weighed("b"))
    async with database.transaction(organization.name) as db:
        assert await outbox.waiting(db) == (3, 0)


async def test_registration_loses_nothing_that_is_told_meanwhile(organization: Organization) -> None:
    database = organization.app.database
    began = asyncio.Event()

    async def slow_teller() -> None:
        async with database.transaction(organization.name) as db:
            await outbox.tell(db, "test", [Counted("a", 1)])
            began.set()
            await asyncio.sleep(0.2)

    telling = asyncio.create_task(slow_teller())
    await began.wait()
    async with database.transaction(organization.name) as db:
        await outbox.register(db, {READER: ["thing.counted"]})
    await telling
    async with database.transaction(organization.name) as db:
        assert await outbox.waiting(db) == (1, 0)


async def test_followers_miss_no_late_commit(organization: Organization) -> None:
    database = organization.app.database
    async with database.transaction(organization.name) as late:
        await outbox.tell(late, "test", [Counted("late", 1)])
        await tell(organization, Counted("early", 2))
        async with database.transaction(organization.name) as db:
            assert await outbox.follow(db, "0", 0) == []
    await events_settled(organization.app)
    seen = await follow(database, organization.name)
    assert [event.subject_id for event in seen] == ["late", "early"]


async def test_a_sweep_is_due_once_a_period_for_all_workers(organization: Organization) -> None:
    database, minute = organization.app.database, timedelta(minutes=1)
    async with database.transaction(organization.name) as first:
        assert await outbox.due_sweep(first, "tests", minute)
        async with database.transaction(organization.name) as second:
            assert not await outbox.due_sweep(second, "tests", minute)
    async with database.transaction(organization.name) as db:
        assert not await outbox.due_sweep(db, "tests", minute)
    await move_clock(organization, minute)
    async with database.transaction(organization.name) as db:
        assert await outbox.due_sweep(db, "tests", minute)
        await outbox.sweep_again(db, "tests")
    async with database.transaction(organization.name) as db:
        assert await outbox.due_sweep(db, "tests", minute)


async def test_lane_reading_stays_on_its_indexes(organization: Organization) -> None:
    """With a backlog of thousands, plans must not read it whole for every batch."""
    await subscribe(organization, "*")
    await tell(organization, *[Counted(f"s{n % 500}", n) for n in range(5000)])
    async with organization.app.database.transaction(organization.name) as db:
        rows = await db.fetch(
            "EXPLAIN (ANALYZE, FORMAT TEXT) " + outbox._SQL["lane_head"],
            {"subscriber": READER, "lane": 3, "limit": 50, "now": db.now},
        )
        plan = "\n".join(row[0] for row in rows)
    assert "delivery_lane" in plan, plan
    assert "Seq Scan on event" not in plan, plan
    assert "Hash Join" not in plan, plan


async def follow(database: Database, name: str) -> list[outbox.Event]:
    async with database.transaction(name) as db:
        return [followed.event for followed in await outbox.follow(db, "0", 0)]


async def subjects_of_one_lane(organization: Organization, count: int) -> list[str]:
    """Subjects that share a lane, so that one could hold up the other."""
    async with organization.app.database.transaction(organization.name) as db:
        rows = await db.fetch(
            "SELECT s::text FROM generate_series(1, 200) AS s WHERE abs(hashtext(s::text)::bigint) % %(lanes)s = 0"
            " ORDER BY s LIMIT %(count)s".replace("% %(lanes)s", "%% %(lanes)s"),
            {"lanes": outbox.LANES, "count": count},
        )
    return [row[0] for row in rows]


async def move_clock(organization: Organization, by: timedelta) -> None:
    async with organization.app.database.shared() as db:
        await db.execute(
            "UPDATE organization SET clock_offset = clock_offset + %(by)s WHERE name = %(name)s",
            {"by": by, "name": organization.name},
        )
