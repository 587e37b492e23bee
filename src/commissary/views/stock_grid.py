"""Stock as people walk through it: positions by sku and location, pages in both directions, and the ledger behind one.

With `locations` a reader sees only positions and movements there; at group level, groups that one of them is in.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "stock_grid.sql")
_LAST_CHARACTER = chr(0x10FFFF)
_NEWEST = 2**62


class Wanted(NamedTuple):
    """Positions to show; `sku` is a beginning. None: all."""

    sku: str | None = None
    location: str | None = None
    short: bool | None = None


class Place(NamedTuple):
    """Where a page begins: behind this position, or before it when paging back."""

    sku: str
    location: str
    back: bool = False


class GridRow(NamedTuple):
    """on_hand + shortage = available + reserved + allocated + damaged + quality_hold."""

    sku: str
    item_name: str
    location: str
    location_name: str
    on_hand: int
    available: int
    reserved: int
    allocated: int
    damaged: int
    quality_hold: int
    shortage: int


class GridPage(NamedTuple):
    rows: list[GridRow]
    previous: Place | None
    next: Place | None


class PositionOfItem(NamedTuple):
    location: str
    location_name: str
    on_hand: int
    available: int
    reserved: int
    allocated: int
    damaged: int
    quality_hold: int
    shortage: int


class GroupPositionOfItem(NamedTuple):
    code: str
    name: str
    supply: int
    reserved: int
    shortage: int


class LedgerEntry(NamedTuple):
    """A movement; `order_number` when a line of an order caused it."""

    id: int
    at: datetime
    location: str | None
    location_group: str | None
    quantity: int
    from_account: str
    to_account: str
    cause: str
    cause_id: str
    reason: str | None
    actor: str
    order_number: str | None = None


async def grid(
    db: Db, wanted: Wanted, place: Place | None, limit: int, locations: Collection[int] | None
) -> GridPage:
    """Positions in order of sku and location."""
    given: dict[str, Any] = {name: value for name, value in wanted._asdict().items() if value is not None}
    if locations is not None:
        given["locations"] = list(locations)
    query = _SQL["rows"]
    for name in given:
        query += "\n" + _SQL[f"with_{name}"]
    direction = "first" if place is None else "before" if place.back else "after"
    parameters = {**given, "last": _LAST_CHARACTER, "limit": limit + 1}
    if place is not None:
        parameters.update(place_sku=place.sku, place_location=place.location)
    found = [GridRow._make(row) for row in await db.fetch(f"{query}\n{_SQL[direction]}", parameters)]
    rows, more = found[:limit], len(found) > limit
    if direction == "before":
        rows.reverse()
        has_previous, has_next = more, True
    else:
        has_previous, has_next = place is not None, more
    return GridPage(
        rows,
        Place(rows[0].sku, rows[0].location, True) if rows and has_previous else None,
        Place(rows[-1].sku, rows[-1].location) if rows and has_next else None,
    )


async def positions_of(db: Db, item_id: int, locations: Collection[int] | None) -> list[PositionOfItem]:
    """An item at every location that holds or owes it."""
    given = {"item": item_id, "locations": _listed(locations)}
    return [PositionOfItem._make(row) for row in await db.fetch(_SQL["positions_of"], given)]


async def group_positions_of(
    db: Db, item_id: int, locations: Collection[int] | None
) -> list[GroupPositionOfItem]:
    """An item in every reserving group."""
    given = {"item": item_id, "locations": _listed(locations)}
    return [GroupPositionOfItem._make(row) for row in await db.fetch(_SQL["group_positions_of"], given)]


async def ledger(
    db: Db,
    item_id: int,
    location: str | None,
    before: int | None,
    limit: int,
    locations: Collection[int] | None,
) -> list[LedgerEntry]:
    """Movements of an item, newest first, before an entry."""
    rows = await db.fetch(
        _SQL["ledger"],
        {
            "item": item_id,
            "location": location,
            "locations": _listed(locations),
            "before": _NEWEST if before is None else before,
            "limit": limit,
        },
    )
    entries = [LedgerEntry(*row) for row in rows]
    numbers = await _orders_of_lines(db, [entry.cause_id for entry in entries if entry.cause == "order_line"])
    return [entry._replace(order_number=numbers.get(entry.cause_id)) for entry in entries]


async def places(db: Db, locations: Collection[int] | None) -> list[tuple[str, str]]:
    """Code and name of the locations that a reader may choose from."""
    rows = await db.fetch(_SQL["places"], {"locations": _listed(locations)})
    return [(row[0], row[1]) for row in rows]


async def _orders_of_lines(db: Db, line_ids: Sequence[str]) -> dict[str, str]:
    lines = []
    for text in line_ids:
        with suppress(ValueError):
            lines.append(UUID(text))
    rows = await db.fetch(_SQL["orders_of_lines"], {"lines": lines}) if lines else []
    return {str(row[0]): row[1] for row in rows}


def _listed(locations: Collection[int] | None) -> list[int] | None:
    return None if locations is None else list(locations)
