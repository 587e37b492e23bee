"""Orders in the database: written in sets, changed by shifting quantities between groups."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from commissary.domain.orders.types import (
    ChargeRow,
    GroupKey,
    GroupRow,
    HoldRow,
    LineRow,
    OrderRow,
    QuantityState,
    Shift,
)
from commissary.platform.arrays import bytes_array, plain_array, text_array, uuid_array, word_array
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.domain.orders")
_encode = msgspec.json.Encoder().encode


class Locked(NamedTuple):
    id: UUID
    number: str
    version: int


class OwnLine(NamedTuple):
    id: UUID
    order_id: UUID
    line_number: int
    item_id: int
    quantity: int
    location_id: int | None


class Found(NamedTuple):
    id: UUID
    body_hash: bytes


class CapturedOrder(NamedTuple):
    """Totals of a stored order and, per line, (line number, item, quantity, state, units in that state)."""

    id: UUID
    number: str
    currency: str
    goods_minor: int
    discount_minor: int
    charges_minor: int
    tax_minor: int
    total_minor: int
    lines: tuple[tuple[int, int, int, str, int], ...]


async def next_numbers(db: Db, count: int) -> list[int]:
    """Numbers never given out before; gaps are possible."""
    return [row[0] for row in await db.fetch(_SQL["next_numbers"], {"count": count})] if count else []


async def orders_by_number(db: Db, numbers: Sequence[str]) -> dict[str, Found]:
    """Orders that already carry one of these numbers."""
    if not numbers:
        return {}
    rows = await db.fetch(_SQL["orders_by_number"], {"numbers": text_array(numbers)})
    return {number: Found(order_id, bytes(body_hash)) for order_id, number, body_hash in rows}


async def insert_orders(db: Db, rows: Sequence[OrderRow]) -> None:
    """New orders. A number that another writer took meanwhile makes the transaction start afresh."""
    db.races.add("customer_order_number_key")
    await db.execute(
        _SQL["insert_orders"],
        {
            "ids": uuid_array(r.id for r in rows),
            "numbers": text_array(r.number for r in rows),
            "channels": word_array(r.channel for r in rows),
            "kinds": word_array(r.kind for r in rows),
            "customers": uuid_array(r.customer_id for r in rows),
            "ship_tos": uuid_array(r.ship_to_id for r in rows),
            "bill_tos": uuid_array(r.bill_to_id for r in rows),
            "currencies": word_array(r.currency for r in rows),
            "placed_at": text_array(r.placed_at.isoformat() for r in rows),
            "purchase_orders": text_array(r.purchase_order_number for r in rows),
            "ship_on": plain_array(r.requested_ship_on for r in rows),
            "delivery_on": plain_array(r.requested_delivery_on for r in rows),
            "goods": plain_array(r.prices.goods_minor for r in rows),
            "discounts": plain_array(r.prices.discount_minor for r in rows),
            "charges": plain_array(r.prices.charges_minor for r in rows),
            "taxes": plain_array(r.prices.tax_minor for r in rows),
            "tax_included": plain_array(r.tax_included for r in rows),
            "totals": plain_array(r.prices.total_minor for r in rows),
            "attributes": text_array(_json(r.attributes) for r in rows),
            "hashes": bytes_array(r.body_hash for r in rows),
            "now": db.now,
        },
    )


async def insert_lines(db: Db, rows: Sequence[LineRow]) -> None:
    await db.execute(
        _SQL["insert_lines"],
        {
            "ids": uuid_array(r.id for r in rows),
            "orders": uuid_array(r.order_id for r in rows),
            "numbers": plain_array(r.line_number for r in rows),
            "items": plain_array(r.item_id for r in rows),
            "quantities": plain_array(r.quantity for r in rows),
            "methods": word_array(r.method for r in rows),
            "locations": plain_array(r.location_id for r in rows),
            "ship_tos": uuid_array(r.ship_to_id for r in rows),
            "requested_on": plain_array(r.requested_on for r in rows),
            "prices": plain_array(r.unit_price_minor for r in rows),
            "discounts": plain_array(r.discount_minor for r in rows),
            "taxes": plain_array(r.tax_minor for r in rows),
            "attributes": text_array(_json(r.attributes) for r in rows),
        },
    )


async def insert_charges(db: Db, rows: Sequence[ChargeRow]) -> None:
    if rows:
        await db.execute(
            _SQL["insert_charges"],
            {
                "orders": uuid_array(r.order_id for r in rows),
                "kinds": word_array(r.charge.kind for r in rows),
                "amounts": plain_array(r.charge.amount_minor for r in rows),
                "taxes": plain_array(r.charge.tax_minor for r in rows),
            },
        )


async def insert_groups(db: Db, rows: Sequence[GroupRow]) -> None:
    """Quantity groups of new lines, of which there can be none yet."""
    await db.execute(_SQL["insert_groups"], _group_columns([(row.key, row.quantity) for row in rows]))


async def shift(db: Db, shifts: Sequence[Shift]) -> None:
    """Move units between quantity groups; equal keys merge, empty groups go."""
    changes: dict[GroupKey, int] = defaultdict(int)
    for source, target, quantity in shifts:
        changes[target] += quantity
        if source is not None:
            changes[source] -= quantity
    for name, rows in (
        ("take_from_groups", [(key, -change) for key, change in changes.items() if change < 0]),
        ("add_to_groups", [(key, change) for key, change in changes.items() if change > 0]),
    ):
        if rows:
            await db.execute(_SQL[name], _group_columns(rows))


def _group_columns(rows: Sequence[tuple[GroupKey, int]]) -> dict[str, str]:
    return {
        "orders": uuid_array(key.order_id for key, _ in rows),
        "lines": uuid_array(key.line_id for key, _ in rows),
        "states": word_array(key.state for key, _ in rows),
        "legs": uuid_array(key.plan_leg_id for key, _ in rows),
        "fulfillment_lines": uuid_array(key.fulfillment_line_id for key, _ in rows),
        "quantities": plain_array(quantity for _, quantity in rows),
    }


async def lock_orders(db: Db, numbers: Sequence[str]) -> dict[str, Locked]:
    """Orders by number, locked until the transaction ends; an unknown number is missing from the answer."""
    rows = await db.fetch(_SQL["lock_orders"], {"numbers": list(numbers)})
    return {row[1]: Locked._make(row) for row in rows}


async def lock_orders_by_id(db: Db, ids: Sequence[UUID]) -> dict[UUID, Locked]:
    rows = await db.fetch(_SQL["lock_orders_by_id"], {"ids": list(ids)})
    return {row[0]: Locked._make(row) for row in rows}


async def raise_versions(db: Db, ids: Sequence[UUID]) -> None:
    """Mark orders as changed, so that whoever edits an older reading is told."""
    await db.execute(_SQL["raise_versions"], {"ids": list(ids)})


async def lines_of(db: Db, order_ids: Sequence[UUID]) -> list[OwnLine]:
    rows = await db.fetch(_SQL["lines_of"], {"orders": list(order_ids)})
    return [OwnLine._make(row) for row in rows]


async def groups_of(db: Db, order_ids: Sequence[UUID]) -> list[GroupRow]:
    """Quantity groups of orders, locked."""
    rows = await db.fetch(_SQL["groups_of"], {"orders": list(order_ids)})
    return [GroupRow(GroupKey(r[0], r[1], QuantityState(r[2]), r[3], r[4]), r[5]) for r in rows]


async def insert_holds(db: Db, rows: Sequence[HoldRow], actor: str) -> None:
    if rows:
        await db.execute(
            _SQL["insert_holds"],
            {
                "ids": uuid_array(r.id for r in rows),
                "orders": uuid_array(r.order_id for r in rows),
                "lines": uuid_array(r.line_id for r in rows),
                "kinds": word_array(r.kind for r in rows),
                "reasons": [r.reason for r in rows],
                "blocks": [" ".join(r.blocks) for r in rows],
                "expiries": [r.expires_at for r in rows],
                "now": db.now,
                "actor": actor,
            },
        )


async def holds_of(db: Db, order_ids: Sequence[UUID]) -> list[HoldRow]:
    rows = await db.fetch(_SQL["holds_of"], {"orders": list(order_ids)})
    return [HoldRow._make(row)._replace(blocks=tuple(row[5])) for row in rows]


async def resolve_holds(db: Db, ids: Sequence[UUID], actor: str, resolution: str) -> None:
    await db.execute(
        _SQL["resolve_holds"], {"ids": list(ids), "now": db.now, "actor": actor, "resolution": resolution}
    )


async def expired_holds(db: Db, limit: int) -> list[tuple[UUID, UUID, str, str]]:
    """(hold, order, order number, kind) of holds whose time is over, locked."""
    rows = await db.fetch(_SQL["expired_holds"], {"now": db.now, "limit": limit})
    return [(hold, order, number, kind) for hold, order, number, kind in rows]


async def captured_orders(db: Db, order_ids: Sequence[UUID]) -> dict[UUID, CapturedOrder]:
    """Stored orders as the answer to a repeated capture shows them."""
    if not order_ids:
        return {}
    lines: dict[UUID, list[tuple[int, int, int, str, int]]] = defaultdict(list)
    for order_id, *line in await db.fetch(_SQL["captured_lines"], {"orders": list(order_ids)}):
        lines[order_id].append((line[0], line[1], line[2], line[3], line[4]))
    rows = await db.fetch(_SQL["captured_orders"], {"orders": list(order_ids)})
    return {row[0]: CapturedOrder._make((*row, tuple(lines[row[0]]))) for row in rows}


def _json(value: object) -> str:
    return _encode(value).decode() if value else "{}"
