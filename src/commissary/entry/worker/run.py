"""A worker's life: start, work for every organization, stop when told without dropping anything it holds.

Any number of workers may run beside each other, on any number of machines.
"""

import asyncio
import contextlib
import signal
from collections.abc import Sequence

import structlog
from prometheus_client import start_http_server

from commissary.entry.worker.rounds import Places, Rounds
from commissary.entry.worker.subscriptions import SUBSCRIPTIONS, Subscription
from commissary.entry.worker.sweeps import SWEEPS, Sweep
from commissary.entry.worker.tasks import job_kinds
from commissary.platform.errors import Unavailable
from commissary.platform.jobs import JobKind, JobQueue
from commissary.platform.maintenance import extend_partitions, list_organizations
from commissary.platform.telemetry import REGISTRY
from commissary.wiring import Application

TURNS = 4
_ORGANIZATIONS_S = 3.0
_UPKEEP_S = 10.0
_PARTITIONS_EVERY = 360  # of the upkeep's rounds: an hour
_JOBS_KEPT_H = 24 * 7
_log = structlog.get_logger()


async def run_worker(
    application: Application,
    dsn: str,
    *,
    stopping: asyncio.Event | None = None,
    subscriptions: Sequence[Subscription] = SUBSCRIPTIONS,
    sweeps: Sequence[Sweep] = SWEEPS,
    kinds: Sequence[JobKind] | None = None,
    turns: int = TURNS,
) -> None:
    """Work until SIGTERM, SIGINT or `stopping`. The application is open already; `dsn` is its database's."""
    if stopping is None:
        stopping = _stop_on_signals()
    if application.config.worker_metrics_port:
        start_http_server(application.config.worker_metrics_port, addr="127.0.0.1", registry=REGISTRY)
    queue = JobQueue(dsn, job_kinds(application) if kinds is None else kinds)
    await queue.open()
    try:
        jobs = asyncio.create_task(_work_on_jobs(queue, stopping), name="jobs")
        upkeep = asyncio.create_task(_upkeep(queue, dsn, stopping), name="upkeep")
        _log.info("worker.started", turns=turns)
        await _attend(application, queue, stopping, subscriptions, sweeps, Places(turns))
        await asyncio.gather(jobs, upkeep)
    finally:
        await queue.close()
    _log.info("worker.stopped")


async def _attend(
    application: Application,
    queue: JobQueue,
    stopping: asyncio.Event,
    subscriptions: Sequence[Subscription],
    sweeps: Sequence[Sweep],
    places: Places,
) -> None:
    """Rounds for every organization there is, and for those that come."""
    attended: dict[str, asyncio.Task[None]] = {}
    while not stopping.is_set():
        try:
            names = await list_organizations(application.database)
        except Unavailable:
            names = []
        for name in names:
            if name not in attended or attended[name].done():
                rounds = Rounds(
                    application.database,
                    name,
                    places=places,
                    subscriptions=subscriptions,
                    sweeps=sweeps,
                    queue=queue,
                    stopping=stopping,
                )
                attended[name] = asyncio.create_task(rounds.run(), name=f"rounds of {name}")
        await _pause(stopping, _ORGANIZATIONS_S)
    await asyncio.gather(*attended.values(), return_exceptions=True)


async def _work_on_jobs(queue: JobQueue, stopping: asyncio.Event) -> None:
    """Keep the job queue's worker running: it gives up when its connection breaks."""
    stop = asyncio.create_task(stopping.wait())
    while not stopping.is_set():
        work = asyncio.create_task(queue.run())
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.is_set():
            work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            try:
                await work
            except Exception as error:
                _log.warning("jobs.interrupted", error=type(error).__name__)
        await _pause(stopping, 1.0)
    stop.cancel()


async def _upkeep(queue: JobQueue, dsn: str, stopping: asyncio.Event) -> None:
    """What concerns the installation as a whole; doing it twice does no harm, so every worker does it."""
    turn = 0
    while not stopping.is_set():
        try:
            await queue.rescue()
            if turn % _PARTITIONS_EVERY == 0:
                await extend_partitions(dsn)
                await queue.forget(_JOBS_KEPT_H)
        except Exception as error:
            _log.warning("upkeep.failed", error=type(error).__name__)
        turn += 1
        await _pause(stopping, _UPKEEP_S)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


def _stop_on_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping
