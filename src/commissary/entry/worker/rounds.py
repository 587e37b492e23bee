"""The rounds of one organization: look for work, do it, look again; rest longer while there is none.

Organizations share a fixed number of places to work in. Each may wait for as many of them as there are, no more, so
a busy one cannot keep the others out.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

import structlog

from commissary.entry.worker.lanes import frames_of, take_turn
from commissary.entry.worker.subscriptions import Subscription, registered_kinds
from commissary.entry.worker.sweeps import Sweep
from commissary.platform import outbox
from commissary.platform.db import Database
from commissary.platform.errors import TryAgain, Unavailable, UnknownOrganization
from commissary.platform.jobs import JobQueue
from commissary.platform.telemetry import PARKED_SUBJECTS, WAITING_DELIVERIES

# Events that come one by one are left to gather this long: a turn costs the same for one as for fifty.
GATHER_S = 0.2
LONGEST_REST_S = 0.5
_LOOK_AFTER_SWEEPS_S = 1.0
_MEASURE_S = 15.0
_MOST_REPEATS = 200
_log = structlog.get_logger()


class Places:
    """What all organizations of a worker share: places for turns at lanes, fewer for looking around."""

    def __init__(self, turns: int) -> None:
        self.number = turns
        self.turns = asyncio.Semaphore(turns)
        self.looks = asyncio.Semaphore(2)


class Rounds:
    """Works for one organization until `stopping` is set; what is running then ends first."""

    def __init__(
        self,
        database: Database,
        organization: str,
        *,
        places: Places,
        subscriptions: Sequence[Subscription],
        sweeps: Sequence[Sweep],
        queue: JobQueue,
        stopping: asyncio.Event,
    ) -> None:
        self._database = database
        self._organization = organization
        self._places = places
        self._own_turns = asyncio.Semaphore(places.number)
        self._subscriptions = {s.subscriber: s for s in subscriptions}
        self._sweeps = sweeps
        self._queue = queue
        self._stopping = stopping
        self._registered = False
        self._sweeps_next = self._measure_next = 0.0

    async def run(self) -> None:
        """Round after round. Ends when told to, or when the organization is no more."""
        rest_s = GATHER_S
        while not self._stopping.is_set():
            try:
                worked, more = await self._round()
            except UnknownOrganization:
                return
            except (Unavailable, TryAgain) as error:
                _log.warning("worker.unavailable", organization=self._organization, reason=str(error))
                worked, more, rest_s = False, False, LONGEST_REST_S
            except Exception as error:
                _log.error(
                    "worker.round_failed",
                    organization=self._organization,
                    error=type(error).__name__,
                    where=frames_of(error),
                )
                worked, more, rest_s = False, False, LONGEST_REST_S
            if more:
                continue
            rest_s = GATHER_S if worked else rest_s
            await self._rest(rest_s)
            rest_s = min(rest_s * 2, LONGEST_REST_S)

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _round(self) -> tuple[bool, bool]:
        """Whether anything was done, and whether a lane is likely to have more."""
        async with self._places.looks:
            if not self._registered:
                await self._register()
            async with self._database.transaction(self._organization) as db:
                busy = await outbox.busy_lanes(db, list(self._subscriptions))
            now = monotonic()
            if now >= self._sweeps_next:
                self._sweeps_next = now + _LOOK_AFTER_SWEEPS_S
                await self._sweep()
            if now >= self._measure_next:
                self._measure_next = now + _MEASURE_S
                await self._measure()
        turns = await asyncio.gather(
            *(self._turn(self._subscriptions[subscriber], lane) for subscriber, lane in busy),
            return_exceptions=True,
        )
        handed_over = await self._queue.hand_over(self._database, self._organization)
        for turn in turns:
            if isinstance(turn, BaseException):
                raise turn
        handled = [turn for turn in turns if isinstance(turn, int)]
        full = any(
            count >= self._subscriptions[subscriber].batch
            for count, (subscriber, _) in zip(handled, busy, strict=True)
        )
        return handed_over > 0 or any(handled), full

    async def _turn(self, subscription: Subscription, lane: int) -> int:
        async with self._own_turns, self._places.turns:
            if self._stopping.is_set():
                return 0
            return await take_turn(self._database, self._organization, subscription, lane)

    async def _register(self) -> None:
        async with self._database.transaction(self._organization) as db:
            await outbox.register(db, registered_kinds(list(self._subscriptions.values())))
        self._registered = True

    async def _sweep(self) -> None:
        for sweep in self._sweeps:
            for _ in range(_MOST_REPEATS):
                if self._stopping.is_set() or not await self._sweep_once(sweep):
                    break

    async def _sweep_once(self, sweep: Sweep) -> bool:
        """True while the sweep says that there is more to do."""
        try:
            async with self._database.transaction(self._organization) as db:
                period = timedelta(seconds=sweep.period_s)
                if sweep.period_s and not await outbox.due_sweep(db, sweep.name, period):
                    return False
                more = await sweep.flow(db)
                if more:
                    await outbox.sweep_again(db, sweep.name)
                return more
        except (UnknownOrganization, Unavailable, TryAgain):
            raise
        except Exception as error:
            _log.error(
                "sweep.failed",
                organization=self._organization,
                sweep=sweep.name,
                error=type(error).__name__,
                where=frames_of(error),
            )
            return False

    async def _measure(self) -> None:
        async with self._database.transaction(self._organization, read_only=True) as db:
            waiting, parked = await outbox.waiting(db)
        WAITING_DELIVERIES.labels(self._organization).set(waiting)
        PARKED_SUBJECTS.labels(self._organization).set(parked)
