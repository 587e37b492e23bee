"""Flows react exactly once and in order per subject, whatever fails and however many workers take turns."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from commissary.entry.worker.lanes import take_turn
from commissary.entry.worker.subscriptions import SUBSCRIPTIONS, Subscription, registered_kinds
from commissary.platform import outbox
from commissary.platform.db import Database, Db
from commissary.platform.errors import TryAgain
from commissary.platform.outbox import Event
from commissary.views.events import event_kinds
from tests.conftest import Organization
from tests.platform.test_outbox import Counted, move_clock, subjects_of_one_lane, subscribe, tell

READER = "tests.reader"


@pytest.fixture
async def effects(organization: Organization) -> AsyncIterator[Organization]:
    """An organization with a table of effects, in which a flow notes what it did."""
    async with organization.app.database.transaction(organization.name) as db:
        await db.execute(
            "CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY, subject text, number integer)"
        )
    await subscribe(organization, "thing.counted")
    yield organization


async def note(db: Db, events: Sequence[Event]) -> None:
    for event in events:
        await db.execute(
            "INSERT INTO effect (subject, number) SELECT %(subject)s, (%(data)s::jsonb ->> 'number')::integer",
            {"subject": event.subject_id, "data": event.data},
        )


async def noted(organization: Organization) -> dict[str, list[int]]:
    async with organization.app.database.transaction(organization.name) as db:
        rows = await db.fetch("SELECT subject, array_agg(number ORDER BY id) FROM effect GROUP BY subject")
    return {row[0]: row[1] for row in rows}


async def drain(
    organization: Organization, subscription: Subscription, database: Database | None = None
) -> int:
    database = database or organization.app.database
    done = 0
    async with database.transaction(organization.name) as db:
        busy = await outbox.busy_lanes(db, [subscription.subscriber])
    for _, lane in busy:
        done += await take_turn(database, organization.name, subscription, lane)
    return done


def subscription(flow: object, batch: int = 50) -> Subscription:
    return Subscription(READER, ("thing.counted",), flow, batch)  # type: ignore[arg-type]


async def test_workers_side_by_side_with_failures_midway_lose_repeat_and_disorder_nothing(
    effects: Organization,
) -> None:
    chance = random.Random(7)
    subjects, length = [f"s{n}" for n in range(40)], 25
    for start in range(0, length, 5):
        batch = [Counted(subject, n) for n in range(start, start + 5) for subject in subjects]
        await tell(effects, *batch)

    async def flaky(db: Db, events: Sequence[Event]) -> None:
        await note(db, events[: len(events) // 2])
        await asyncio.sleep(0)
        if chance.random() < 0.25:
            raise RuntimeError("killed midway")
        await note(db, events[len(events) // 2 :])

    async def worker() -> None:
        database = Database(effects.dsn, max_size=2)
        await database.open()
        try:
            while (await remaining(effects))[0]:
                if not await drain(effects, subscription(flaky, batch=20), database):
                    await move_clock(effects, timedelta(seconds=40))
                    async with database.transaction(effects.name) as db:
                        await outbox.unpark(db, READER)
        finally:
            await database.close()

    async with asyncio.timeout(120):
        await asyncio.gather(*(worker() for _ in range(3)))
    assert await noted(effects) == {subject: list(range(length)) for subject in subjects}


async def test_poison_delays_then_parks_its_subject_and_nobody_elses(effects: Organization) -> None:
    bad, good, better = await subjects_of_one_lane(effects, 3)
    healed = False

    async def squeamish(db: Db, events: Sequence[Event]) -> None:
        await note(db, events)
        if any(event.subject_id == bad for event in events) and not healed:
            raise ValueError("indigestible\nwith details that stay out")

    await tell(
        effects, Counted(good, 1), Counted(bad, 1), Counted(better, 1), Counted(bad, 2), Counted(good, 2)
    )
    await drain(effects, subscription(squeamish))
    assert await noted(effects) == {good: [1, 2], better: [1]}
    for _ in range(outbox.ATTEMPTS_BEFORE_PARKING):
        await tell(effects, Counted(good, 3))
        await move_clock(effects, timedelta(minutes=2))
        await drain(effects, subscription(squeamish))
        await drain(effects, subscription(squeamish))
    assert await remaining(effects) == (2, 1)
    async with effects.app.database.transaction(effects.name) as db:
        (reason,) = await db.fetch("SELECT reason FROM parked_subject")
        assert reason == ("ValueError: indigestible",)
    assert bad not in await noted(effects)

    healed = True
    async with effects.app.database.transaction(effects.name) as db:
        assert await outbox.unpark(db, READER, [bad]) == [bad]
    await drain(effects, subscription(squeamish))
    assert (await noted(effects))[bad] == [1, 2]
    assert await remaining(effects) == (0, 0)


async def test_losing_a_race_is_no_failure(effects: Organization) -> None:
    calls = 0

    async def second_time_lucky(db: Db, events: Sequence[Event]) -> None:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise TryAgain("another was first")
        await note(db, events)

    await tell(effects, Counted("a", 1))
    assert await drain(effects, subscription(second_time_lucky)) == 1
    assert await noted(effects) == {"a": [1]}


async def test_a_canceled_turn_leaves_everything_as_it_was(effects: Organization) -> None:
    began = asyncio.Event()

    async def hanging(db: Db, events: Sequence[Event]) -> None:
        await note(db, events)
        began.set()
        await asyncio.sleep(60)

    await tell(effects, Counted("a", 1))
    turn = asyncio.create_task(drain(effects, subscription(hanging)))
    await began.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert await noted(effects) == {}
    assert await drain(effects, subscription(note)) == 1


def test_the_table_of_subscriptions_names_kinds_that_are_told() -> None:
    told = {kind.kind for kind in event_kinds()}
    assert {kind for kinds in registered_kinds(SUBSCRIPTIONS).values() for kind in kinds} <= told
    names = [s.subscriber for s in SUBSCRIPTIONS]
    assert len(names) == len(set(names))


async def remaining(organization: Organization) -> tuple[int, int]:
    async with organization.app.database.transaction(organization.name) as db:
        return await outbox.waiting(db)
