"""Items and opening stock from a file of orders: for replaying a history whose catalog and stock are not at hand.

An item that is missing is made, with the name that the file gives it most often; one that is there stays as it is.
Stock is raised to what the file's lines ask for, so that every one of them can be reserved; it is never lowered.
"""

from collections import Counter, defaultdict

from commissary.adapters.files.tables.table import Fault, FileError
from commissary.domain.catalog.types import MAX_NAME_LENGTH, PutItem
from commissary.domain.integrations.rules.mapping_values import Reader, Unfit, section_readers
from commissary.domain.integrations.rules.mapping_words import FileMapping
from commissary.domain.integrations.rules.row_kinds import RowKind, RowSorter
from commissary.domain.inventory.types import FeedMode, FeedRow
from commissary.entry.cli.importing.records import FEED_BATCH
from commissary.entry.cli.importing.run import ACTOR, Run, retried
from commissary.entry.cli.importing.source import Source
from commissary.flows.catalog.put_items import put_items
from commissary.flows.inventory.receive_feed import Received, StockMessage, receive_feed
from commissary.kernel.decision import Refusal
from commissary.kernel.quantity import MAX_QUANTITY
from commissary.views.imports import locations_here, on_hand, skus_here

OPENING = "opening"
_BATCH = 1_000


class _Found:
    """What the lines of the file name."""

    def __init__(self) -> None:
        self.names: dict[str, Counter[str]] = defaultdict(Counter)
        self.wanted: Counter[tuple[str, str]] = Counter()


async def derive(run: Run, source: Source, *, items: bool, stock_at: str | None) -> None:
    """Make what is missing. Raises FileError when a location is unknown, or the file has no mapping to read it by."""
    if source.mapping is None:
        raise FileError("Deriving items or stock needs a mapping file, or a file with columns.")
    run.progress.step("Finding items and quantities")
    found = _look(source, source.mapping, stock_at or "")
    if items:
        await _make_items(run, found)
    if stock_at is not None:
        await _raise_stock(run, found)


def _look(source: Source, mapping: FileMapping, at: str) -> _Found:
    assert mapping.lines is not None
    found = _Found()
    lines = section_readers(mapping.lines)
    sku, quantity, location = lines["sku"], lines["quantity"], lines.get("location")
    name = section_readers(mapping.derived_items).get("name") if mapping.derived_items is not None else None
    joined = source.joins[mapping.lines.source] if mapping.lines.source is not None else None
    sorter = RowSorter(mapping.rows)
    for _, row in source.rows():
        if isinstance(row, Fault):
            continue
        rule = sorter.rule_of(row)
        if rule is not None and rule.kind is not RowKind.LINE:
            continue
        for cells in [row] if joined is None else [{**row, **cells} for _, cells in joined.of(row)]:
            code, units = _value(sku, cells), _value(quantity, cells)
            if isinstance(code, str) and isinstance(units, int) and 0 < units <= MAX_QUANTITY:
                found.names[code][str(_value(name, cells) or "")] += 1
                found.wanted[code, str(_value(location, cells) or at)] += units
    return found


def _value(read: Reader | None, cells: object) -> object:
    try:
        return None if read is None else read(cells, "")  # type: ignore[arg-type]
    except Unfit:
        return None


async def _make_items(run: Run, found: _Found) -> None:
    async with run.app.database.transaction(run.organization, read_only=True) as db:
        here = await skus_here(db, list(found.names))
    missing = [sku for sku in found.names if sku not in here]
    run.tally["items already here"] += len(here)
    for start in range(0, len(missing), _BATCH):
        batch = [_item(sku, found.names[sku]) for sku in missing[start : start + _BATCH]]

        async def put(batch: list[PutItem] = batch) -> int:
            async with run.app.database.transaction(run.organization) as db:
                answers = await put_items(db, ACTOR, batch)
            return sum(1 for answer in answers if not isinstance(answer, Refusal))

        # A refused one shows again, with its row, when the order that names it finds it missing.
        run.tally["items made"] += await retried(put)


def _item(sku: str, names: Counter[str]) -> PutItem:
    named = [name for name, _ in names.most_common() if name]
    return PutItem(sku=sku, name=(named[0] if named else sku)[:MAX_NAME_LENGTH])


async def _raise_stock(run: Run, found: _Found) -> None:
    codes = sorted({code for _, code in found.wanted})
    async with run.app.database.transaction(run.organization, read_only=True) as db:
        here = await locations_here(db, codes)
        if missing := [code for code in codes if code not in here]:
            raise FileError(f"There is no location {missing[0]!r}; import the locations first.")
        held = await on_hand(db, codes)
        sequence = int(db.now.timestamp() * 1000)
    rows = [
        FeedRow(sku, code, on_hand=units)
        for (sku, code), units in found.wanted.items()
        if held.get((sku, code), 0) < units
    ]
    run.tally["stock positions already here"] += len(found.wanted) - len(rows)
    for part, start in enumerate(range(0, len(rows), FEED_BATCH)):
        message = StockMessage(OPENING, sequence + part, FeedMode.FULL, rows[start : start + FEED_BATCH])

        async def take(message: StockMessage = message) -> Received:
            async with run.app.database.transaction(run.organization) as db:
                return await receive_feed(db, ACTOR, message)

        run.tally["stock positions raised"] += (await retried(take)).applied
