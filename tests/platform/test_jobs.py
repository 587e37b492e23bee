"""Jobs: handed over without loss, at most one waiting and one running for a lock, retried, rescued, limited in time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from commissary.platform import outbox
from commissary.platform.errors import Unavailable
from commissary.platform.jobs import JobKind, JobQueue
from tests.conftest import Organization
from tests.platform.test_outbox import move_clock

DOUBLE = "tests.double"


class Recorder:
    def __init__(self) -> None:
        self.runs: list[tuple[str, Mapping[str, Any]]] = []

    async def __call__(self, organization: str, arguments: Mapping[str, Any]) -> None:
        self.runs.append((organization, arguments))


@asynccontextmanager
async def queue_of(
    organization: Organization,
    run: Callable[[str, Mapping[str, Any]], Awaitable[None]],
    *,
    time_limit_s: float = 5,
    tries: int = 3,
    name: str = DOUBLE,
) -> AsyncIterator[JobQueue]:
    queue = JobQueue(organization.dsn, [JobKind(name, run, time_limit_s, tries)])
    await queue.open()
    try:
        yield queue
    finally:
        await queue.close()


@asynccontextmanager
async def working(queue: JobQueue) -> AsyncIterator[None]:
    work = asyncio.create_task(queue.run())
    try:
        yield
    finally:
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def ask(organization: Organization, *arguments: Mapping[str, Any], **more: Any) -> None:
    async with organization.app.database.transaction(organization.name) as db:
        await outbox.request_jobs(db, DOUBLE, arguments, **more)


def jobs(organization: Organization, status: str = "todo") -> int:
    with psycopg.connect(organization.dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM platform.procrastinate_jobs WHERE status::text = %s", (status,)
        ).fetchone()
    assert row is not None
    return int(row[0])


async def test_a_request_becomes_a_job_that_runs_once(organization: Organization) -> None:
    recorder = Recorder()
    await ask(organization, {"n": 1}, {"n": 2})
    async with queue_of(organization, recorder) as queue:
        assert await queue.hand_over(organization.app.database, organization.name) == 2
        assert await queue.hand_over(organization.app.database, organization.name) == 0
        async with working(queue):
            await until(lambda: len(recorder.runs) == 2 and jobs(organization, "doing") == 0)
    assert sorted(a["n"] for _, a in recorder.runs) == [1, 2]
    assert {name for name, _ in recorder.runs} == {organization.name}
    assert jobs(organization) == jobs(organization, "succeeded") == 0


async def test_a_crash_between_queue_and_removal_repeats_the_job_and_loses_none(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(organization, {"n": 1})

    async def crash(*_: Any) -> None:
        raise Unavailable("killed here")

    async with queue_of(organization, Recorder()) as queue:
        with monkeypatch.context() as patched:
            patched.setattr(outbox, "remove_job_requests", crash)
            with pytest.raises(Unavailable):
                await queue.hand_over(organization.app.database, organization.name)
        assert jobs(organization) == 1
        assert await queue.hand_over(organization.app.database, organization.name) == 1
    assert jobs(organization) == 2


async def test_of_one_lock_one_waits_and_one_runs(organization: Organization) -> None:
    running, most = 0, 0

    async def slow(_: str, __: Mapping[str, Any]) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.2)
        running -= 1

    database = organization.app.database
    async with queue_of(organization, slow) as queue:
        await ask(organization, {"n": 1}, {"n": 2}, {"n": 3}, locks=["a", "a", None])
        await queue.hand_over(database, organization.name)
        assert jobs(organization) == 2
        # One with the lock waits already: the others of the batch must get through all the same.
        await ask(organization, {"n": 4}, {"n": 5}, locks=["a", "b"])
        await queue.hand_over(database, organization.name)
        assert jobs(organization) == 3
        async with working(queue):
            await until(lambda: jobs(organization, "doing") == 3)
            await ask(organization, {"n": 6}, locks=["a"])
            await queue.hand_over(database, organization.name)
            assert jobs(organization) == 1
            await until(lambda: jobs(organization) + jobs(organization, "doing") == 0)
    assert most == 3


async def test_requests_for_later_wait_for_the_organizations_clock(organization: Organization) -> None:
    database = organization.app.database
    async with database.transaction(organization.name) as db:
        await outbox.request_jobs(db, DOUBLE, [{"n": 1}], run_at=db.now + timedelta(days=3))
    async with queue_of(organization, Recorder()) as queue:
        assert await queue.hand_over(database, organization.name) == 0
        await move_clock(organization, timedelta(days=3, seconds=1))
        assert await queue.hand_over(database, organization.name) == 1


async def test_a_failed_job_is_tried_again_and_a_hanging_one_is_ended(organization: Organization) -> None:
    calls = 0

    async def flaky(_: str, __: Mapping[str, Any]) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            await asyncio.sleep(60)

    await ask(organization, {"n": 1})
    async with queue_of(organization, flaky, time_limit_s=0.1) as queue:
        await queue.hand_over(organization.app.database, organization.name)
        async with working(queue):
            await until(lambda: calls == 2, seconds=15)
            await until(lambda: jobs(organization, "doing") == 0)
    assert jobs(organization, "failed") == 0


async def test_a_job_unknown_to_this_version_is_left_for_another(organization: Organization) -> None:
    recorder = Recorder()
    await ask(organization, {"n": 1})
    async with queue_of(organization, recorder, name="tests.other") as queue:
        await queue.hand_over(organization.app.database, organization.name)
        async with working(queue):
            await asyncio.sleep(0.5)
    assert jobs(organization) == 1


async def test_jobs_of_a_dead_worker_are_queued_again(organization: Organization) -> None:
    recorder = Recorder()
    await ask(organization, {"n": 1}, {"n": 2}, locks=["a", None])
    async with queue_of(organization, recorder) as queue:
        await queue.hand_over(organization.app.database, organization.name)
        with psycopg.connect(organization.dsn, options="-c search_path=platform") as connection:
            # A worker that took both jobs and was killed a minute ago.
            row = connection.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
            ).fetchone()
            assert row is not None
            connection.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", (row[0],))
        # Meanwhile another job with the lock has come, so the dead one need not be queued again.
        await ask(organization, {"n": 3}, locks=["a"])
        await queue.hand_over(organization.app.database, organization.name)
        assert await queue.rescue() == 2
        async with working(queue):
            await until(lambda: len(recorder.runs) == 2)
    assert sorted(a["n"] for _, a in recorder.runs) == [2, 3]
