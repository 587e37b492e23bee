"""Stock in the database: balances locked in one order, changed by sums of moves, never set by hand."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from commissary.domain.inventory.types import (
    Balances,
    FeedMode,
    FeedOutcome,
    FeedResult,
    FeedResults,
    GroupRow,
    OwnerKind,
    PositionRow,
    Reservation,
    ReservationState,
    ResolvedFeed,
    StockChange,
)
from commissary.platform.arrays import plain_array, text_array, uuid_array, word_array
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.domain.inventory")
Place = tuple[int, int]


async def lock_balances(
    db: Db, places: Iterable[Place], group_places: Iterable[Place], group_of: Mapping[int, int]
) -> Balances:
    """Lock and load the balances a batch needs: (item, location) pairs and (item, group) pairs.

    The groups of the locations in `group_of` are locked too, since what a location promises is its group's supply.
    """
    wanted = sorted(set(places))
    groups = set(group_places)
    groups.update((item, group_of[location]) for item, location in wanted if location in group_of)
    positions: list[PositionRow] = []
    if wanted:
        rows = await db.fetch(_SQL["lock_positions"], _pair("items", "locations", wanted))
        positions = [PositionRow._make(row) for row in rows]
    group_rows: list[GroupRow] = []
    if groups:
        rows = await db.fetch(_SQL["lock_groups"], _pair("items", "groups", sorted(groups)))
        group_rows = [GroupRow._make(row) for row in rows]
    return Balances(positions, group_rows, group_of)


async def create_places(db: Db, places: Iterable[Place], group_places: Iterable[Place]) -> None:
    """Make empty positions where there are none yet, so that stock can be put there."""
    if wanted := sorted(set(places)):
        await db.execute(_SQL["create_positions"], _pair("items", "locations", wanted))
    if groups := sorted(set(group_places)):
        await db.execute(_SQL["create_groups"], _pair("items", "groups", groups))


async def write_change(
    db: Db,
    change: StockChange,
    actor: str,
    reason: str | None = None,
    reasons: Mapping[str, str] | None = None,
) -> None:
    """Change the balances and append the moves to the ledger, with one reason for all or a reason for each cause.

    A balance that would break stock's identity makes the database refuse; that is a bug, not a shortage of stock.
    """
    if not change.moves:
        return
    if change.positions:
        columns = [plain_array(column) for column in zip(*change.positions, strict=True)]
        names = (
            "items",
            "locations",
            "available",
            "reserved",
            "allocated",
            "damaged",
            "quality_hold",
            "shortage",
        )
        await db.execute(_SQL["change_positions"], dict(zip(names, columns, strict=True)))
    if change.groups:
        columns = [plain_array(column) for column in zip(*change.groups, strict=True)]
        names_of_groups = ("items", "groups", "supply", "reserved")
        await db.execute(_SQL["change_groups"], dict(zip(names_of_groups, columns, strict=True)))
    items, locations, groups, quantities, sources, targets, causes, cause_ids = zip(
        *change.moves, strict=True
    )
    await db.execute(
        _SQL["insert_movements"],
        {
            "at": db.now,
            "items": plain_array(items),
            "locations": plain_array(locations),
            "groups": plain_array(groups),
            "quantities": plain_array(quantities),
            "sources": word_array(sources),
            "targets": word_array(targets),
            "causes": word_array(causes),
            "cause_ids": text_array(cause_ids),
            "reason": reason,
            "reasons": None if reasons is None else msgspec.json.encode(reasons).decode(),
            "actor": actor,
        },
    )


async def insert_reservations(db: Db, reservations: Sequence[Reservation]) -> None:
    """Record to whom units are promised."""
    if not reservations:
        return
    ids, items, locations, groups, quantities, states, kinds, owners, expiries = zip(
        *reservations, strict=True
    )
    await db.execute(
        _SQL["insert_reservations"],
        {
            "ids": uuid_array(ids),
            "items": plain_array(items),
            "locations": plain_array(locations),
            "groups": plain_array(groups),
            "quantities": plain_array(quantities),
            "states": word_array(states),
            "owner_kinds": word_array(kinds),
            "owners": text_array(owners),
            "expiries": text_array(at and at.isoformat() for at in expiries),
        },
    )


async def lock_cart(db: Db, cart: str) -> None:
    """Be the only one who changes what a cart holds, until the transaction ends."""
    await db.execute(_SQL["lock_cart"], {"cart": cart})


async def reservations_of(db: Db, owner_kind: OwnerKind, owners: Sequence[str]) -> list[Reservation]:
    """Reservations of these owners, locked, oldest first."""
    rows = await db.fetch(_SQL["reservations_of"], {"owner_kind": owner_kind, "owners": list(owners)})
    return [_reservation(row) for row in rows]


async def expired_reservations(db: Db, limit: int) -> list[Reservation]:
    """Reservations whose time is over, locked; those another sweep holds are left to it."""
    rows = await db.fetch(_SQL["expired_reservations"], {"now": db.now, "limit": limit})
    return [_reservation(row) for row in rows]


async def set_reservations(db: Db, left_over: Sequence[tuple[Reservation, int]]) -> None:
    """What is left of each reservation after a release or an issue; zero removes it."""
    if left_over:
        await db.execute(
            _SQL["set_reservations"],
            {
                "ids": uuid_array(reservation.id for reservation, _ in left_over),
                "quantities": plain_array(quantity for _, quantity in left_over),
            },
        )


async def locations_with_stock(db: Db, location_ids: Sequence[int]) -> set[int]:
    """Which of these locations have any balance that is not zero."""
    rows = await db.fetch(_SQL["locations_with_stock"], {"locations": list(location_ids)})
    return {row[0] for row in rows}


async def note_message(db: Db, source: str, sequence: int) -> bool:
    """Remember a feed message; False when the same one was taken in before."""
    row = await db.fetch_one(_SQL["note_message"], {"source": source, "sequence": sequence, "at": db.now})
    return bool(row and row[0])


async def forget_messages(db: Db, before: datetime) -> None:
    """Forget messages received before this instant."""
    await db.execute(_SQL["forget_messages"], {"before": before})


async def note_feed(db: Db, source: str, sequence: int, location_ids: Iterable[int]) -> None:
    """Remember that these locations were heard of, and how far their source is."""
    given = {
        "source": source,
        "sequence": sequence,
        "at": db.now,
        "locations": plain_array(sorted(set(location_ids))),
    }
    await db.execute(_SQL["note_feed"], given)


async def unnamed_positions(db: Db, named: Sequence[Place], location_ids: Iterable[int]) -> list[Place]:
    """Positions with stock at these locations that a complete message does not name."""
    given = {**_pair("items", "places", named), "locations": plain_array(sorted(set(location_ids)))}
    return [(item, location) for item, location in await db.fetch(_SQL["unnamed_positions"], given)]


async def apply_feed(db: Db, feed: ResolvedFeed, actor: str) -> FeedResults:
    """Take in a message whose positions exist and which names each (item, location) once."""
    places = sorted(zip(feed.item_ids, feed.location_ids, strict=True))
    if group_places := sorted({(i, feed.group_of[at]) for i, at in places if at in feed.group_of}):
        await db.fetch(_SQL["lock_positions_quietly"], _pair("items", "locations", places))
        await db.fetch(_SQL["lock_groups"], _pair("items", "groups", group_places))
    rows = await db.fetch(
        _SQL["apply_feed"],
        {
            "items": plain_array(feed.item_ids),
            "locations": plain_array(feed.location_ids),
            "amounts": plain_array(feed.amounts),
            "damaged": plain_array(feed.damaged),
            "holds": plain_array(feed.quality_hold),
            "full": feed.mode is FeedMode.FULL,
            "sequence": feed.sequence,
            "cause_id": f"{feed.source}:{feed.sequence}",
            "actor": actor,
            "at": db.now,
            "member_locations": plain_array(feed.group_of.keys()),
            "member_groups": plain_array(feed.group_of.values()),
        },
    )
    counts = {FeedOutcome(outcome): count for item, _, outcome, _, count in rows if item is None}
    told = [
        FeedResult(i, at, FeedOutcome(outcome), owed) for i, at, outcome, owed, _ in rows if i is not None
    ]
    return FeedResults(counts, told)


def _reservation(row: tuple[object, ...]) -> Reservation:
    reservation = Reservation._make(row)
    return reservation._replace(
        state=ReservationState(reservation.state), owner_kind=OwnerKind(reservation.owner_kind)
    )


def _pair(first: str, second: str, places: Sequence[Place]) -> dict[str, str]:
    return {first: plain_array(p[0] for p in places), second: plain_array(p[1] for p in places)}
