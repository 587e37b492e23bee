"""Items, locations and stock: each row is a command of its own, put in by the thousand."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from commissary.adapters.files.tables.table import Fault
from commissary.domain.catalog.types import PutItem
from commissary.domain.integrations.rules.mapping_values import Unfit, nested, read_fields, section_readers
from commissary.domain.integrations.rules.row_kinds import RowKind, RowSorter
from commissary.domain.inventory.types import FeedMode, FeedRow
from commissary.domain.network.types import PutLocation
from commissary.entry.cli.importing.run import ACTOR, Run, detail_of, retried
from commissary.entry.cli.importing.shapes import Misfit, only_known, shaped
from commissary.entry.cli.importing.source import Source
from commissary.flows.catalog.put_items import put_items
from commissary.flows.inventory.receive_feed import Received, StockMessage, receive_feed
from commissary.flows.network.put_locations import put_locations
from commissary.kernel.decision import Refusal

_BATCH = 1_000
FEED_BATCH = 50_000
C = TypeVar("C", PutItem, PutLocation, FeedRow)


class Feed(NamedTuple):
    """How the rows of a stock file are to be taken."""

    source: str
    sequence: int
    mode: FeedMode


async def import_items(run: Run, source: Source) -> None:
    """Create items or replace what is known of them."""

    async def put(commands: Sequence[PutItem]) -> Sequence[Any]:
        async with run.app.database.transaction(run.organization) as db:
            return await put_items(db, ACTOR, commands)

    await _put_all(run, source, PutItem, put)


async def import_locations(run: Run, source: Source) -> None:
    """Create locations or replace what is known of them."""

    async def put(commands: Sequence[PutLocation]) -> Sequence[Any]:
        async with run.app.database.transaction(run.organization) as db:
            return await put_locations(db, ACTOR, commands)

    await _put_all(run, source, PutLocation, put)


async def import_stock(run: Run, source: Source, feed: Feed) -> None:
    """Take in stock, as one message for every 50,000 rows; the next one has the next sequence."""
    part = 0
    async for numbers, rows in _batches(run, source, FeedRow, FEED_BATCH):
        message = StockMessage(feed.source, feed.sequence + part, feed.mode, rows)
        part += 1

        async def take(message: StockMessage = message) -> Received:
            async with run.app.database.transaction(run.organization) as db:
                return await receive_feed(db, ACTOR, message)

        received = await retried(take)
        run.tally["rows changed stock"] += received.applied
        run.tally["rows already here"] += received.unchanged + (len(rows) if received.duplicate else 0)
        if received.stale and not received.duplicate:
            run.tally["rows older than the stock"] += received.stale
            run.adjust(numbers[0], "", "older_than_the_stock", f"{received.stale} rows from this one on")
        for index, refusal in sorted(received.refused.items()):
            run.refuse(numbers[index], _last(refusal.field), refusal.code, detail_of(refusal))


async def _put_all(
    run: Run, source: Source, kind: type[C], put: Callable[[Sequence[C]], Awaitable[Sequence[Any]]]
) -> None:
    async for numbers, commands in _batches(run, source, kind, _BATCH):
        answers = await retried(partial(put, commands))
        for number, answer in zip(numbers, answers, strict=True):
            if isinstance(answer, Refusal):
                run.refuse(number, answer.field.strip("/").replace("/", "."), answer.code, detail_of(answer))
            else:
                words = "already here" if answer.outcome == "unchanged" else str(answer.outcome)
                run.tally[f"rows {words}"] += 1


async def _batches(
    run: Run, source: Source, kind: type[C], size: int
) -> AsyncIterator[tuple[list[int], list[C]]]:
    mapping = source.mapping
    readers = section_readers(mapping.head) if mapping is not None else None
    sorter = RowSorter(mapping.rows if mapping is not None else ())
    seen: set[tuple[str, str]] | None = set() if mapping is not None and mapping.skip_repeated else None
    numbers: list[int] = []
    commands: list[C] = []
    run.progress.step("Rows")
    for number, row in source.rows():
        run.tally["rows read"] += 1
        try:
            if isinstance(row, Fault):
                raise Unfit(*row)
            if (rule := sorter.rule_of(row)) is not None and rule.kind is RowKind.REFUSED:
                raise Unfit(rule.reason, rule.field)
            if rule is not None:
                run.tally["rows skipped"] += 1
                continue
            if readers is None:
                only_known(row, kind)
            command = shaped(row if readers is None else nested(read_fields(readers, row)), kind)
        except Unfit as unfit:
            run.refuse(number, unfit.field, unfit.reason)
            continue
        except Misfit as misfit:
            run.refuse(number, misfit.field, misfit.reason, misfit.expected)
            continue
        if seen is not None:
            if (key := _key(command)) in seen:
                run.tally["rows skipped"] += 1
                continue
            seen.add(key)
        numbers.append(number)
        commands.append(command)
        if len(commands) >= size:
            yield numbers, commands
            run.progress.advance(len(commands))
            numbers, commands = [], []
    if commands:
        yield numbers, commands
        run.progress.advance(len(commands))


def _key(command: PutItem | PutLocation | FeedRow) -> tuple[str, str]:
    if isinstance(command, PutLocation):
        return command.code, ""
    return command.sku, command.location if isinstance(command, FeedRow) else ""


def _last(pointer: str) -> str:
    """`on_hand` of `/rows/3/on_hand`: the row is told by its number."""
    return ".".join(pointer.strip("/").split("/")[2:])
