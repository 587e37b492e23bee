"""Take in a stock message, full or delta: thousands of rows in a few statements, a result for each row.

What a message says is on hand is never refused because of promises: what is missing becomes a shortage, told at once
so that those units can be sourced again. A message older than what a position has heard changes nothing there, and
the same delta twice counts once.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from commissary.domain.catalog import store as catalog
from commissary.domain.catalog.rules.sku import canonical_sku
from commissary.domain.catalog.types import ItemRef
from commissary.domain.inventory import store as inventory
from commissary.domain.inventory.events import ShortageArisen, StockFed
from commissary.domain.inventory.types import (
    FeedMode,
    FeedOutcome,
    FeedResult,
    FeedResults,
    FeedRow,
    ResolvedFeed,
)
from commissary.domain.network import store as network
from commissary.domain.network.types import LocationRow
from commissary.kernel.decision import Refusal
from commissary.kernel.fact import Fact
from commissary.platform import outbox
from commissary.platform.db import Db

Place = tuple[int, int]


class StockMessage(NamedTuple):
    """A feed message. `complete`: what is not named at the named locations is not there."""

    source: str
    sequence: int
    mode: FeedMode
    rows: Sequence[FeedRow]
    complete: bool = False


class Received(NamedTuple):
    """Counts of rows, and the refused or stale ones by their index."""

    applied: int
    unchanged: int
    stale: int
    refused: dict[int, Refusal]
    duplicate: bool = False


async def receive_feed(
    db: Db, actor: str, message: StockMessage, scope: frozenset[int] | None = None
) -> Received:
    """What became of the message. `scope`: locations that the sender may speak of; None means all."""
    await network.hold_grouping(db)
    skus = [canonical_sku(row.sku) for row in message.rows]
    items = await catalog.ids_of(db, list(set(skus)))
    places = await network.find_locations(db, list({row.location for row in message.rows}))
    amounts, refused = _resolve(message, skus, items, places, scope)
    if not amounts:
        # Nothing of it was taken in, so that it may come again once what it names is known.
        return Received(0, 0, 0, refused)
    if not await inventory.note_message(db, message.source, message.sequence):
        return Received(0, 0, len(message.rows), {}, duplicate=True)
    group_of = {p.id: p.reserving_group_id for p in places.values() if p.reserving_group_id is not None}
    named = list(amounts)
    if message.complete and message.mode is FeedMode.FULL:
        for place in await inventory.unnamed_positions(db, named, [at for _, at in named]):
            amounts[place] = (-1, 0, 0, 0)
    await inventory.create_places(
        db, amounts, [(item, group_of[at]) for item, at in amounts if at in group_of]
    )
    feed = ResolvedFeed(
        message.mode,
        message.source,
        message.sequence,
        [item for item, _ in amounts],
        [location for _, location in amounts],
        [amount for _, amount, _, _ in amounts.values()],
        [damaged for _, _, damaged, _ in amounts.values()],
        [hold for _, _, _, hold in amounts.values()],
        group_of,
    )
    results = await inventory.apply_feed(db, feed, actor)
    await inventory.note_feed(db, message.source, message.sequence, {at for _, at in amounts})
    received = _count(results, amounts, refused)
    names = await catalog.skus_of(db, [result.item_id for result in results.told if result.shortage])
    codes = {place.id: code for code, place in places.items()}
    await outbox.tell(db, actor, [_fed(message, received), *_shortages(results.told, names, codes)])
    return received


_Amount = tuple[int, int, int | None, int | None]


def _resolve(
    message: StockMessage,
    skus: Sequence[str],
    items: Mapping[str, ItemRef],
    places: Mapping[str, LocationRow],
    scope: frozenset[int] | None,
) -> tuple[dict[Place, _Amount], dict[int, Refusal]]:
    """(index of row, amount, damaged, quality hold) per position, and refusals by index of row."""
    amounts: dict[Place, _Amount] = {}
    refused: dict[int, Refusal] = {}
    full = message.mode is FeedMode.FULL
    for index, (row, sku) in enumerate(zip(message.rows, skus, strict=True)):
        item, place = items.get(sku), places.get(row.location)
        amount = row.on_hand if full else row.change
        if item is None:
            refused[index] = Refusal("sku_unknown", {"sku": row.sku}, f"/rows/{index}/sku")
        elif place is None:
            refused[index] = Refusal(
                "location_unknown", {"location": row.location}, f"/rows/{index}/location"
            )
        elif scope is not None and place.id not in scope:
            facts = {"location": row.location}
            refused[index] = Refusal("location_not_yours", facts, f"/rows/{index}/location")
        elif amount is None or (row.change if full else row.on_hand) is not None:
            field = "on_hand" if full else "change"
            refused[index] = Refusal("feed_row_other_mode", {"expected": field}, f"/rows/{index}/{field}")
        elif (item.id, place.id) in amounts:
            if full:
                refused[index] = Refusal(
                    "row_twice", {"sku": row.sku, "location": row.location}, f"/rows/{index}"
                )
            else:
                first = amounts[item.id, place.id]
                amounts[item.id, place.id] = (first[0], first[1] + amount, None, None)
        else:
            aside = (row.damaged, row.quality_hold) if full else (None, None)
            amounts[item.id, place.id] = (index, amount, *aside)
    return amounts, refused


def _count(results: FeedResults, amounts: dict[Place, _Amount], refused: dict[int, Refusal]) -> Received:
    counts = {outcome: results.counts.get(outcome, 0) for outcome in FeedOutcome}
    for result in results.told:
        if result.outcome is FeedOutcome.BELOW_ZERO:
            index = amounts[result.item_id, result.location_id][0]
            refused[index] = Refusal("stock_below_zero", {}, f"/rows/{index}/change")
    return Received(
        counts[FeedOutcome.APPLIED], counts[FeedOutcome.UNCHANGED], counts[FeedOutcome.STALE], refused
    )


def _fed(message: StockMessage, received: Received) -> StockFed:
    return StockFed(
        subject=message.source,
        mode=message.mode,
        sequence=message.sequence,
        applied=received.applied,
        unchanged=received.unchanged,
        stale=received.stale,
        refused=len(received.refused),
    )


def _shortages(results: Sequence[FeedResult], names: dict[int, str], codes: dict[int, str]) -> list[Fact]:
    return [
        ShortageArisen(
            subject=f"{names.get(r.item_id, r.item_id)}@{codes.get(r.location_id, r.location_id)}",
            item_id=r.item_id,
            location_id=r.location_id,
            shortage=r.shortage,
        )
        for r in results
        if r.shortage
    ]
