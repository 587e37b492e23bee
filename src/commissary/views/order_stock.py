"""Where the stock of an order is reserved or allocated, line by line: what would go back if units were canceled."""

from typing import NamedTuple
from uuid import UUID

from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "order_stock.sql")


class HeldForLine(NamedTuple):
    """`place` is the code of a location or of a location group; `state` is reserved or allocated."""

    line_number: int
    place: str
    state: str
    quantity: int


async def held_by_line(db: Db, order_id: UUID) -> list[HeldForLine]:
    rows = await db.fetch(_SQL["held_by_line"], {"order": order_id})
    return [HeldForLine._make(row) for row in rows]
