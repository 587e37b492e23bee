"""Capture the orders of a file, some hundred in a transaction and two transactions at a time.

While the database works on one batch the next one is read and mapped. What is here already, with the same content, is
counted and left alone before anything is sealed or written, so a second run adds nothing, not even a key.
"""

import asyncio
from collections.abc import Iterable, Sequence
from zlib import crc32

from commissary.domain.orders.types import CancelOrder
from commissary.entry.cli.importing.credits import import_credits
from commissary.entry.cli.importing.drafts import Draft, Drafts
from commissary.entry.cli.importing.run import ACTOR, Run, detail_of, retried
from commissary.entry.cli.importing.source import Source
from commissary.flows.orders.cancel import Cancellation, cancel
from commissary.kernel.decision import Refusal
from commissary.views.imports import OrderHere, orders_here
from commissary.wiring import capture_orders, order_hash

_MOST_ORDERS = 300
_MOST_LINES = 6_000
_LANES = 2


async def import_orders(run: Run, source: Source, default_location: str | None) -> None:
    """Capture, then cancel what the file says is canceled, then take credits back."""
    drafts = Drafts(run, source, default_location)
    await _capture_all(run, drafts)
    if drafts.credits:
        await import_credits(run, drafts.credits)


async def _capture_all(run: Run, drafts: Iterable[Draft]) -> None:
    lanes = [_Lane(run) for _ in range(_LANES)]
    try:
        for draft in drafts:
            await lanes[_lane(draft)].take(draft)
        for lane in lanes:
            await lane.finish()
    finally:
        for lane in lanes:
            lane.stop()


def _lane(draft: Draft) -> int:
    """All orders of a customer go one way, so that no two batches at work make the same customer."""
    return crc32((draft.given.order.customer.reference or draft.number).encode()) % _LANES


class _Lane:
    """Collects a batch while the one before is captured."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._batch: list[Draft] = []
        self._lines = 0
        self._working: asyncio.Task[None] | None = None

    async def take(self, draft: Draft) -> None:
        """One order more; waits when a batch is full and the one before is still being captured."""
        self._batch.append(draft)
        self._lines += len(draft.given.order.lines)
        if len(self._batch) >= _MOST_ORDERS or self._lines >= _MOST_LINES:
            await self._send()

    async def finish(self) -> None:
        """The last batch, and the end of all."""
        if self._batch:
            await self._send()
        if self._working is not None:
            await self._working

    def stop(self) -> None:
        """Give up what is at work, when the import fails."""
        if self._working is not None:
            self._working.cancel()

    async def _send(self) -> None:
        if self._working is not None:
            await self._working
        self._working = asyncio.create_task(_capture(self._run, self._batch))
        self._batch, self._lines = [], 0
        # Let it send its first statement before the next batch is mapped.
        await asyncio.sleep(0)


async def _capture(run: Run, batch: Sequence[Draft]) -> None:
    async with run.app.database.transaction(run.organization, read_only=True) as db:
        here = await orders_here(db, [draft.number for draft in batch])
    known: list[Draft] = []
    fresh: list[Draft] = []
    for draft in batch:
        found = here.get(draft.number)
        same = found is not None and found.body_hash == order_hash(run.app, draft.given)
        (known if same else fresh).append(draft)
    run.tally["orders already here"] += len(known)
    good = known + await _capture_fresh(run, fresh)
    await _cancel(run, [draft for draft in good if draft.cancel is not None], here)
    run.progress.advance(sum(len(draft.rows) for draft in batch))


async def _capture_fresh(run: Run, fresh: Sequence[Draft]) -> list[Draft]:
    if not fresh:
        return []
    given = [draft.given for draft in fresh]
    answers = await retried(lambda: capture_orders(run.app, run.organization, ACTOR, given))
    good = []
    for draft, answer in zip(fresh, answers, strict=True):
        if isinstance(answer.outcome, Refusal):
            _refuse(run, draft, answer.outcome)
            continue
        good.append(draft)
        run.tally["orders captured"] += 1
        run.tally["lines captured"] += len(answer.outcome.lines)
        run.tally["units reserved"] += sum(line.reserved for line in answer.outcome.lines)
        run.tally["units backordered"] += sum(line.backordered for line in answer.outcome.lines)
    return good


def _refuse(run: Run, draft: Draft, refusal: Refusal) -> None:
    parts = refusal.field.strip("/").split("/")
    row, file, name = draft.rows[0], "", ".".join(parts)
    if parts[0] == "lines" and len(parts) > 1 and int(parts[1]) < len(draft.lines):
        row, file = draft.lines[int(parts[1])]
        name = ".".join(["line", *parts[2:]])
    run.refuse(row, name, refusal.code, detail_of(refusal), file=file)
    for other in draft.rows:
        if other != row or file:
            run.refuse(other, "number", "order_refused")


async def _cancel(run: Run, drafts: Sequence[Draft], here: dict[str, OrderHere]) -> None:
    wanted: dict[str, Draft] = {}
    for draft in drafts:
        if (found := here.get(draft.number)) is not None and found.canceled:
            run.tally["orders already canceled"] += 1
        else:
            wanted[draft.number] = draft
    if not wanted:
        return

    async def work() -> Sequence[object]:
        async with run.app.database.transaction(run.organization) as db:
            commands = [
                Cancellation(number, CancelOrder((draft.cancel or "")[:200]))
                for number, draft in wanted.items()
            ]
            return await cancel(db, ACTOR, commands)

    for draft, answer in zip(wanted.values(), await retried(work), strict=True):
        if isinstance(answer, Refusal):
            run.adjust(draft.rows[0], "cancel", answer.code, detail_of(answer))
        else:
            run.tally["orders canceled"] += 1
