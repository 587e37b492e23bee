"""Orders as people look for them: one box for what they have at hand, filters beside it, pages in both directions.

The box takes an order number, a purchase order number or the sender's reference of a customer, as a whole; when no
order has that, the beginning of an order number. Names and mail addresses are not looked for here: they are personal,
and an address line would carry them into logs.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from commissary.domain.orders.rules.status import order_status
from commissary.domain.orders.types import QuantityState
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "order_search.sql")
LEAST_BEGINNING = 3


class Wanted(NamedTuple):
    """What the orders have in common; None: anything."""

    text: str | None = None
    sku: str | None = None
    state: str | None = None
    channel: str | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    held: bool | None = None


class Place(NamedTuple):
    """Where a page begins: after this order, towards older orders or towards newer ones."""

    placed_at: datetime
    id: UUID
    newer: bool = False


class FoundOrder(NamedTuple):
    """`units` by state; `holds` are the kinds that stand."""

    id: UUID
    number: str
    channel: str
    kind: str
    currency: str
    total_minor: int
    placed_at: datetime
    units: Mapping[str, int]
    holds: list[str]

    @property
    def status(self) -> str:
        return order_status(map(QuantityState, self.units))


class FoundPage(NamedTuple):
    """Newest first; `older` and `newer` say where the neighbors begin, if there are any."""

    orders: list[FoundOrder]
    newer: Place | None
    older: Place | None


async def search_orders(
    db: Db, wanted: Wanted, place: Place | None, limit: int, locations: Collection[int] | None
) -> FoundPage:
    """Orders that meet every filter given; with `locations` only those with a line there."""
    given: dict[str, Any] = {name: value for name, value in wanted._asdict().items() if value is not None}
    if locations is not None:
        given["locations"] = list(locations)
    page = await _page(db, given, place, limit)
    text = given.get("text", "")
    if not page.orders and place is None and len(text) >= LEAST_BEGINNING:
        beginning = {**given, "beginning": text}
        del beginning["text"]
        return await _page(db, beginning, None, limit)
    return page


async def _page(db: Db, given: Mapping[str, Any], place: Place | None, limit: int) -> FoundPage:
    query = _SQL["orders"]
    for name in given:
        query += "\n" + _SQL[f"with_{name}"]
    direction = "newest" if place is None else "newer" if place.newer else "older"
    parameters = {**given, "now": db.now, "limit": limit + 1}
    if place is not None:
        parameters.update(place_at=place.placed_at, place_id=place.id)
    rows = await db.fetch(f"{query}\n{_SQL[direction]}", parameters)
    found = [FoundOrder._make((*row[:7], row[7] or {}, row[8] or [])) for row in rows[:limit]]
    more = len(rows) > limit
    if direction == "newer":
        found.reverse()
        has_newer, has_older = more, True
    else:
        has_newer, has_older = place is not None, more
    return FoundPage(
        found,
        Place(found[0].placed_at, found[0].id, True) if found and has_newer else None,
        Place(found[-1].placed_at, found[-1].id) if found and has_older else None,
    )


async def recent_channels(db: Db) -> list[str]:
    """Channels that sent orders of late, to choose from."""
    return [row[0] for row in await db.fetch(_SQL["channels"])]
