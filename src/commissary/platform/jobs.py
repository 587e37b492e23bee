"""Jobs: outside calls and slow work, at least once, each within a time limit, outside every transaction.

A flow never talks to the job queue: it asks with `outbox.request_jobs` in its own transaction, and the worker hands
the requests over in batches. The queue accepts them in a transaction of its own before the requests are removed, so a
crash in between repeats a job and never loses one; whoever does a job must bear doing it twice.

Each kind of job has a queue of its own name, so that a worker of an older version leaves jobs alone that only the
newer one knows. Of the jobs with one lock at most one waits and at most one runs. A failed job is tried again with
growing pauses, but not one with a lock: the next request with its lock does the same work.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import structlog
from procrastinate import App, PsycopgConnector, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued, ProcrastinateException
from procrastinate.jobs import DeleteJobCondition, Job, Status
from procrastinate.retry import BaseRetryStrategy
from psycopg.conninfo import make_conninfo

from commissary.platform import outbox
from commissary.platform.db import Database

HAND_OVER_LIMIT = 500
STALLED_AFTER_S = 30.0
STOP_WITHIN_S = 20.0
_log = structlog.get_logger()


class JobKind(NamedTuple):
    """`run` gets the organization and the arguments of the request; beyond its time limit it is canceled."""

    name: str
    run: Callable[[str, Mapping[str, Any]], Awaitable[None]]
    time_limit_s: float
    tries: int = 6


class _Pauses(BaseRetryStrategy):
    """2, 4, 8 … seconds between tries, at most an hour; never for a job with a lock (see above)."""

    def __init__(self, tries: int) -> None:
        self._tries = tries

    def get_retry_decision(
        self,
        *,
        exception: BaseException,  # noqa: ARG002
        job: Job,
    ) -> RetryDecision | None:
        if job.queueing_lock is not None or job.attempts + 1 >= self._tries:
            return None
        pause = timedelta(seconds=min(2 ** (job.attempts + 1), 3600))
        return RetryDecision(retry_at=datetime.now(UTC) + pause)


class JobQueue:
    """The job queue of the installation, shared by all of its organizations."""

    def __init__(self, dsn: str, kinds: Sequence[JobKind], *, concurrency: int = 4) -> None:
        self._connector = PsycopgConnector(
            conninfo=make_conninfo(
                dsn,
                options="-c search_path=platform -c timezone=UTC -c statement_timeout=30s",
                connect_timeout=5,
                application_name="commissary jobs",
            ),
            min_size=1,
            max_size=concurrency + 2,
            timeout=10,
        )
        self._app = App(connector=self._connector)
        self._kinds = tuple(kinds)
        self._concurrency = concurrency
        for kind in kinds:
            self._app.task(name=kind.name, queue=kind.name, retry=_Pauses(kind.tries))(_limited(kind))

    async def open(self) -> None:
        await self._app.open_async()

    async def close(self) -> None:
        await self._app.close_async()

    async def hand_over(self, database: Database, organization: str) -> int:
        """Move an organization's due requests to the queue; returns how many there were."""
        async with database.transaction(organization) as db:
            requests = await outbox.take_job_requests(db, HAND_OVER_LIMIT)
            if requests:
                await self._accept(organization, requests)
                await outbox.remove_job_requests(db, requests)
        return len(requests)

    async def run(self) -> None:
        """Work on jobs until canceled; then nothing new begins, and what is running has 20 s to end."""
        await self._app.run_worker_async(
            queues=[kind.name for kind in self._kinds],
            concurrency=self._concurrency,
            install_signal_handlers=False,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            shutdown_graceful_timeout=STOP_WITHIN_S,
            stalled_worker_timeout=STALLED_AFTER_S,
        )

    async def rescue(self) -> int:
        """Queue the jobs again whose worker has died; returns how many there were."""
        stalled = list(await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S))
        for job in stalled:
            try:
                await self._app.job_manager.retry_job(job)
            except ProcrastinateException:
                # Another job with its lock waits already and will do its work.
                await self._app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            _log.warning("job.rescued", task=job.task_name, job=job.id)
        return len(stalled)

    async def forget(self, hours: int) -> None:
        """Drop what is left of jobs that ended, well or not, longer ago than this."""
        await self._app.job_manager.delete_old_jobs(
            hours, include_failed=True, include_cancelled=True, include_aborted=True
        )

    async def _accept(self, organization: str, requests: Sequence[outbox.JobRequest]) -> None:
        jobs: dict[object, Job] = {}
        for request in requests:
            # A lock is one organization's: no other can hold up its jobs.
            lock = None if request.lock is None else f"{organization}:{request.lock}"
            jobs.setdefault(
                lock or request.id,
                Job(
                    queue=request.task,
                    task_name=request.task,
                    lock=lock,
                    queueing_lock=lock,
                    task_kwargs={"organization": organization, "arguments": request.arguments},
                ),
            )
        try:
            await self._app.job_manager.batch_defer_jobs_async(list(jobs.values()))
        except AlreadyEnqueued:
            # One of them waits already, and the batch was refused as a whole.
            for job in jobs.values():
                with contextlib.suppress(AlreadyEnqueued):
                    await self._app.job_manager.defer_job_async(job)


def _limited(kind: JobKind) -> Callable[..., Awaitable[None]]:
    async def run(organization: str, arguments: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(kind.time_limit_s):
                await kind.run(organization, arguments)
        except Exception as error:
            _log.warning("job.failed", task=kind.name, organization=organization, error=type(error).__name__)
            raise

    return run
