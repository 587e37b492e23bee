"""Stock as people and programs read it: positions, the ledger behind them, the health of feeds."""

from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from commissary.kernel.text import storable
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "stock.sql")
_POSITIONS: LiteralString = """
SELECT item.sku, location.code, available + reserved + allocated + damaged + quality_hold - shortage,
    available, reserved, allocated, damaged, quality_hold, shortage, stock_position.item_id, stock_position.location_id
FROM stock_position
JOIN item ON item.id = stock_position.item_id
JOIN location ON location.id = stock_position.location_id
WHERE (stock_position.item_id, stock_position.location_id) > (%(item)s, %(place)s)
"""
_CONDITIONS: dict[str, LiteralString] = {
    "sku": " AND stock_position.item_id = (SELECT id FROM item WHERE sku = %(sku)s)",
    "location": " AND stock_position.location_id = (SELECT id FROM location WHERE code = %(location)s)",
    "short": " AND (shortage > 0) = %(short)s",
}
_ORDER: LiteralString = " ORDER BY stock_position.item_id, stock_position.location_id LIMIT %(limit)s"


class StockPlace(NamedTuple):
    item_id: int
    location_id: int


class Position(NamedTuple):
    sku: str
    location: str
    on_hand: int
    available: int
    reserved: int
    allocated: int
    damaged: int
    quality_hold: int
    shortage: int
    item_id: int
    location_id: int


class GroupPosition(NamedTuple):
    sku: str
    location_group: str
    supply: int
    reserved: int
    shortage: int


class Movement(NamedTuple):
    id: int
    at: datetime
    sku: str
    location: str | None
    location_group: str | None
    quantity: int
    from_account: str
    to_account: str
    cause: str
    cause_id: str
    reason: str | None
    actor: str


class Feed(NamedTuple):
    source: str
    location: str
    last_sequence: int
    received_at: datetime


async def positions(
    db: Db, sku: str | None, location: str | None, short: bool | None, after: StockPlace | None, limit: int
) -> list[Position]:
    """Positions in the order of items and locations, after a place."""
    given: dict[str, Any] = {"sku": sku, "location": location, "short": short}
    given = {name: value for name, value in given.items() if value is not None}
    query = _POSITIONS
    for name in given:
        query += _CONDITIONS[name]
    start = after or StockPlace(0, 0)
    rows = await db.fetch(
        query + _ORDER, {**given, "item": start.item_id, "place": start.location_id, "limit": limit}
    )
    return [Position._make(row) for row in rows]


async def group_positions(db: Db, sku: str) -> list[GroupPosition]:
    """An item in every reserving group."""
    if not storable(sku):
        return []
    return [GroupPosition._make(row) for row in await db.fetch(_SQL["group_positions"], {"sku": sku})]


async def movements(db: Db, sku: str, location: str | None, before: int | None, limit: int) -> list[Movement]:
    """The ledger of an item, newest first."""
    given = {"sku": sku, "location": location, "before": before or 2**62, "limit": limit}
    return [Movement._make(row) for row in await db.fetch(_SQL["movements"], given)]


async def feeds(db: Db) -> list[Feed]:
    """Every source and location that was heard of, the most silent first."""
    return [Feed._make(row) for row in await db.fetch(_SQL["feeds"])]
