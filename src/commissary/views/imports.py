"""What an import asks before it writes: which orders are here already, which lines a credit may take back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from commissary.domain.orders.events import OrderLinesCanceled
from commissary.domain.orders.states import MACHINE
from commissary.domain.orders.types import QuantityState
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "imports.sql")
_CANCELABLE = [state.value for state in QuantityState if MACHINE.allows("cancel", state)]
assert OrderLinesCanceled.KIND == "order.lines_canceled"  # named in the SQL


class OrderHere(NamedTuple):
    """`body_hash` tells whether it is the same order; `canceled` that every unit of it is."""

    number: str
    body_hash: bytes
    canceled: bool


class CreditableLine(NamedTuple):
    order_id: str
    order_number: str
    customer: str | None
    sku: str
    line_number: int
    open_quantity: int
    placed_at: datetime


class CanceledBefore(NamedTuple):
    order_id: str
    reason: str
    line_number: int
    quantity: int


async def orders_here(db: Db, numbers: Sequence[str]) -> dict[str, OrderHere]:
    """Orders that have one of these numbers."""
    rows = await db.fetch(_SQL["orders_here"], {"numbers": list(numbers)})
    return {row[0]: OrderHere(row[0], bytes(row[1]), row[2]) for row in rows}


async def creditable_lines(
    db: Db, customers: Sequence[str], orders: Sequence[str], skus: Sequence[str]
) -> list[CreditableLine]:
    """Lines with these skus in orders of these customers (by reference) or with these numbers."""
    parameters = {
        "customers": list(customers),
        "orders": list(orders),
        "skus": list(skus),
        "states": _CANCELABLE,
    }
    return [CreditableLine(*row) for row in await db.fetch(_SQL["creditable_lines"], parameters)]


async def canceled_before(db: Db, order_ids: Sequence[str], reasons: Sequence[str]) -> list[CanceledBefore]:
    """Units of these orders that were canceled for one of these reasons, by line."""
    parameters = {"orders": list(order_ids), "reasons": list(reasons)}
    return [CanceledBefore(*row) for row in await db.fetch(_SQL["canceled_before"], parameters)]


async def on_hand(db: Db, locations: Sequence[str]) -> dict[tuple[str, str], int]:
    """Units on hand by sku and location, for every position of these locations."""
    rows = await db.fetch(_SQL["on_hand"], {"locations": list(locations)})
    return {(sku, code): units for sku, code, units in rows}


async def locations_here(db: Db, codes: Sequence[str]) -> set[str]:
    """Which of these locations exist."""
    return {row[0] for row in await db.fetch(_SQL["locations_here"], {"codes": list(codes)})}


async def skus_here(db: Db, skus: Sequence[str]) -> set[str]:
    """Which of these items exist."""
    return {row[0] for row in await db.fetch(_SQL["skus_here"], {"skus": list(skus)})}
