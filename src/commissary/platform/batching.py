"""Concurrent requests share one transaction, as databases do with group commit.

While one batch commits the next one forms; a lone request is not delayed. A batch that fails for a reason of its own
(a bug in one command) is run again one command at a time, so that one bad command never fails its neighbours.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import structlog

from commissary.platform.errors import TryAgain, Unavailable, UnknownOrganization

Command = TypeVar("Command")
Answer = TypeVar("Answer")
Run = Callable[[str, Sequence[Command]], Awaitable[Sequence[Answer]]]
_TRIES = 5
_log = structlog.get_logger()


class Batcher(Generic[Command, Answer]):
    """Collects commands per organization and runs them in batches of at most `size`, `lanes` batches at a time."""

    def __init__(
        self, run: Run[Command, Answer], *, size: int = 200, lanes: int = 1, waiting: int = 5000
    ) -> None:
        self._run = run
        self._size = size
        self._lanes = lanes
        self._waiting = waiting
        self._queues: dict[str, deque[tuple[Command, asyncio.Future[Answer]]]] = {}
        self._active: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, organization: str, command: Command) -> Answer:
        """The answer to one command, once its batch has committed. Raises Unavailable when too many wait."""
        (future,) = self._enqueue(organization, [command])
        return await future

    async def submit_all(self, organization: str, commands: Sequence[Command]) -> list[Answer]:
        """The answers to many commands of one request, in order; they share batches with all others."""
        return list(await asyncio.gather(*self._enqueue(organization, commands)))

    def _enqueue(self, organization: str, commands: Sequence[Command]) -> list["asyncio.Future[Answer]"]:
        queue = self._queues.setdefault(organization, deque())
        if len(queue) >= self._waiting:
            raise Unavailable("Too many requests are waiting.", retry_after_s=1)
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[Answer]] = [loop.create_future() for _ in commands]
        queue.extend(zip(commands, futures, strict=True))
        if self._active.get(organization, 0) < self._lanes:
            self._active[organization] = self._active.get(organization, 0) + 1
            task = asyncio.create_task(self._work(organization, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return futures

    async def _work(self, organization: str, queue: deque[tuple[Command, asyncio.Future[Answer]]]) -> None:
        try:
            # One turn of the loop lets requests that arrived together be read before the first batch closes.
            await asyncio.sleep(0)
            while queue:
                batch = [queue.popleft() for _ in range(min(self._size, len(queue)))]
                await self._answer(organization, batch)
        finally:
            self._active[organization] -= 1

    async def _answer(
        self, organization: str, batch: Sequence[tuple[Command, asyncio.Future[Answer]]]
    ) -> None:
        try:
            answers = await self._attempt(organization, [command for command, _ in batch])
        except (Unavailable, UnknownOrganization) as error:
            for _, future in batch:
                _fail(future, error)
        except Exception as error:
            if len(batch) == 1:
                _fail(batch[0][1], error)
                return
            _log.warning(
                "batch.split", organization=organization, size=len(batch), error=type(error).__name__
            )
            for single in batch:
                await self._answer(organization, [single])
        else:
            if len(answers) != len(batch):
                # It has committed, so nothing is run again; but nobody is left waiting for ever either.
                bug = AssertionError(f"{len(answers)} answers to {len(batch)} commands")
                for _, future in batch:
                    _fail(future, bug)
                return
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)

    async def _attempt(self, organization: str, commands: Sequence[Command]) -> Sequence[Answer]:
        for attempt in range(_TRIES):
            try:
                return await self._run(organization, commands)
            except TryAgain:
                await asyncio.sleep(0.002 * 2**attempt)
        raise Unavailable("Other writers were always first; try again.", retry_after_s=1)


def _fail(future: asyncio.Future[Answer], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
