"""Orders as people and programs read them: the list with its filters, the whole order, its timeline."""

import contextlib
import json
import math
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from commissary.domain.orders.rules.status import order_status
from commissary.domain.orders.types import QuantityState
from commissary.kernel.attributes import AttributeValue
from commissary.kernel.text import storable
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "orders.sql")

_LIST: LiteralString = """
SELECT customer_order.id, number, channel, kind, customer_id, currency, total_minor, placed_at,
    (SELECT sum(quantity)::bigint FROM order_line WHERE order_line.order_id = customer_order.id),
    (SELECT array_agg(DISTINCT state) FROM quantity_group WHERE quantity_group.order_id = customer_order.id),
    EXISTS (SELECT 1 FROM order_hold WHERE order_hold.order_id = customer_order.id AND resolved_at IS NULL
        AND (expires_at IS NULL OR expires_at > %(now)s))
FROM customer_order
WHERE true
"""
# Conditions by filter, so that the planner sees exactly what was asked and no more.
_CONDITIONS: dict[str, LiteralString] = {
    "number": " AND customer_order.number = %(number)s",
    "customer_id": " AND customer_order.customer_id = %(customer_id)s",
    "customer_reference": " AND customer_id = (SELECT id FROM customer WHERE reference = %(customer_reference)s)",
    "sku": (
        " AND EXISTS (SELECT 1 FROM order_line JOIN item ON item.id = order_line.item_id"
        " WHERE order_line.order_id = customer_order.id AND item.sku = %(sku)s)"
    ),
    "state": (
        " AND EXISTS (SELECT 1 FROM quantity_group"
        " WHERE quantity_group.order_id = customer_order.id AND quantity_group.state = %(state)s)"
    ),
    "channel": " AND channel = %(channel)s",
    "purchase_order_number": " AND purchase_order_number = %(purchase_order_number)s",
    "placed_from": " AND placed_at >= %(placed_from)s",
    "placed_before": " AND placed_at < %(placed_before)s",
    "attribute": " AND attributes <> '{}' AND attributes @> %(attribute)s::jsonb",
    "held": (
        " AND %(held)s = EXISTS (SELECT 1 FROM order_hold WHERE order_hold.order_id = customer_order.id"
        " AND resolved_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s))"
    ),
    "locations": (
        " AND EXISTS (SELECT 1 FROM order_line"
        " WHERE order_line.order_id = customer_order.id AND order_line.location_id = ANY(%(locations)s))"
    ),
    "after": " AND (placed_at, customer_order.id) < (%(after_at)s, %(after_id)s)",
}
_ORDER: LiteralString = " ORDER BY placed_at DESC, customer_order.id DESC LIMIT %(limit)s"


class OrderFilter(NamedTuple):
    number: str | None = None
    customer_id: UUID | None = None
    customer_reference: str | None = None
    sku: str | None = None
    state: str | None = None
    channel: str | None = None
    purchase_order_number: str | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    attribute: str | None = None
    held: bool | None = None


class PagePlace(NamedTuple):
    placed_at: datetime
    id: UUID


class OrderRow(NamedTuple):
    id: UUID
    number: str
    channel: str
    kind: str
    status: str
    customer_id: UUID
    currency: str
    total_minor: int
    units: int
    placed_at: datetime
    on_hold: bool


class GroupView(NamedTuple):
    state: str
    quantity: int


class LineView(NamedTuple):
    line_number: int
    sku: str
    name: str
    quantity: int
    method: str
    location: str | None
    requested_on: date | None
    unit_price_minor: int
    discount_minor: int
    tax_minor: int
    attributes: Mapping[str, AttributeValue]
    groups: list[GroupView]


class ChargeView(NamedTuple):
    kind: str
    amount_minor: int
    tax_minor: int


class TenderView(NamedTuple):
    kind: str
    amount_minor: int
    prepaid: bool
    brand: str | None
    last_four: str | None
    installments: int


class HoldView(NamedTuple):
    id: UUID
    kind: str
    reason: str
    blocks: list[str]
    line_number: int | None
    placed_at: datetime
    placed_by: str
    expires_at: datetime | None
    resolved_at: datetime | None
    resolution: str | None


class OrderView(NamedTuple):
    """The whole order; persons and addresses stay with the customers context."""

    id: UUID
    number: str
    channel: str
    kind: str
    customer_id: UUID
    ship_to_id: UUID | None
    bill_to_id: UUID | None
    currency: str
    goods_minor: int
    discount_minor: int
    charges_minor: int
    tax_minor: int
    tax_included: bool
    total_minor: int
    placed_at: datetime
    captured_at: datetime
    purchase_order_number: str | None
    requested_ship_on: date | None
    requested_delivery_on: date | None
    attributes: Mapping[str, AttributeValue]
    version: int
    status: str
    lines: list[LineView]
    charges: list[ChargeView]
    tenders: list[TenderView]
    holds: list[HoldView]


class TimelineEvent(NamedTuple):
    id: UUID
    at: datetime
    kind: str
    actor: str
    data: str


async def find_orders(
    db: Db, wanted: OrderFilter, after: PagePlace | None, limit: int, locations: Collection[int] | None
) -> list[OrderRow]:
    """Orders that meet every filter given, newest first; with `locations` only those with a line there."""
    parameters: dict[str, Any] = {k: v for k, v in wanted._asdict().items() if v is not None}
    if wanted.attribute is not None:
        parameters["attribute"] = await _attribute_json(db, wanted.attribute)
    if locations is not None:
        parameters["locations"] = list(locations)
    query = _LIST
    for name in parameters:
        query += _CONDITIONS[name]
    if after is not None:
        query += _CONDITIONS["after"]
        parameters.update(after_at=after.placed_at, after_id=after.id)
    rows = await db.fetch(query + _ORDER, {**parameters, "limit": limit, "now": db.now})
    return [
        OrderRow(
            row[0], row[1], row[2], row[3], order_status(map(QuantityState, row[9])), row[4], row[5], row[6],
            row[8], row[7], row[10],
        )
        for row in rows
    ]  # fmt: skip


async def _attribute_json(db: Db, given: str) -> str:
    """`name:value` as JSON that stored attributes must contain; the declared kind says how to read the value."""
    name, _, text = given.partition(":")
    row = await db.fetch_one(_SQL["attribute_kind"], {"name": name})
    kind = row[0] if row else "text"
    value: object = text
    if kind == "yes_no":
        value = text == "true"
    elif kind in ("whole_number", "number"):
        value = _number(text)
    return json.dumps({name: value})


def _number(text: str) -> int | float | str:
    """The number that a text writes, or the text when it writes none that JSON can hold."""
    for read in (int, float):
        with contextlib.suppress(ValueError, OverflowError):
            number: int | float = read(text)
            return number if math.isfinite(number) else text
    return text


async def whole_order(db: Db, number: str, locations: Collection[int] | None = None) -> OrderView | None:
    """An order with all that belongs to it; None when there is none, or none that these locations may see."""
    scope = None if locations is None else list(locations)
    if not storable(number):
        return None
    head = await db.fetch_one(_SQL["order_head"], {"number": number, "locations": scope})
    if head is None:
        return None
    own = {"order": head[0]}
    groups: dict[UUID, list[GroupView]] = {}
    for line_id, state, quantity in await db.fetch(_SQL["order_groups"], own):
        groups.setdefault(line_id, []).append(GroupView(state, quantity))
    lines = [
        LineView._make((*row[1:], groups.get(row[0], []))) for row in await db.fetch(_SQL["order_lines"], own)
    ]
    parts = (
        order_status(QuantityState(group.state) for line in lines for group in line.groups),
        lines,
        [ChargeView._make(row) for row in await db.fetch(_SQL["order_charges"], own)],
        [TenderView._make(row) for row in await db.fetch(_SQL["order_tenders"], own)],
        [HoldView._make(row) for row in await db.fetch(_SQL["order_holds"], own)],
    )
    return OrderView._make((*head, *parts))


async def order_visible(db: Db, number: str, locations: Collection[int] | None) -> bool:
    """Whether there is such an order, with a line at one of these locations if any are given."""
    given = {"number": number, "locations": None if locations is None else list(locations)}
    return storable(number) and bool(await db.fetch(_SQL["order_visible"], given))


async def timeline(db: Db, order_id: UUID) -> list[TimelineEvent]:
    """What happened to an order, oldest first."""
    return [TimelineEvent._make(row) for row in await db.fetch(_SQL["timeline"], {"order": str(order_id)})]
