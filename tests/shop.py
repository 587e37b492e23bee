"""A small shop to test with: three items, a warehouse and two stores in one reserving group, and some stock.

item    W1   S1   S2   (available)
A       10    5    0
B        3    0    1
C        0    0    0
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from commissary.domain.catalog.types import PutItem
from commissary.domain.inventory.types import FeedMode, FeedRow
from commissary.domain.network.types import PutGroup, PutLocation
from commissary.domain.orders.rules.setting import DEFAULT_GROUP
from commissary.domain.orders.types import Captured, CaptureOrder
from commissary.domain.payments.types import TenderInput
from commissary.entry.api.schemas.orders import OrderBody
from commissary.flows.catalog.put_items import put_items
from commissary.flows.inventory.receive_feed import StockMessage, receive_feed
from commissary.flows.network.put_groups import put_groups
from commissary.flows.network.put_locations import put_locations
from commissary.kernel.address import Address
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.settings import write_setting
from commissary.wiring import Application, CaptureAnswer, OrderToCapture, capture_orders
from tests.conftest import Organization

STOCK = {("A", "W1"): 10, ("A", "S1"): 5, ("B", "W1"): 3, ("B", "S2"): 1}


async def open_shop(db: Db, stock: dict[tuple[str, str], int] | None = None) -> None:
    """Put the shop's items, places and stock into the organization."""
    await put_items(db, "tests", [PutItem(sku=sku, name=f"Item {sku}") for sku in ("A", "B", "C")])
    await put_groups(db, "tests", [PutGroup(code="ALL", name="Everywhere", reserving=True)])
    await put_locations(
        db,
        "tests",
        [
            PutLocation(
                code=code,
                name=code,
                kind=kind,
                address=Address(country="BE"),
                time_zone="Europe/Brussels",
                capabilities=("ship_from", "pickup"),
                reserving_group="ALL",
            )
            for code, kind in (("W1", "warehouse"), ("S1", "store"), ("S2", "store"))
        ],
    )
    await write_setting(db, DEFAULT_GROUP, "ALL")
    await feed(db, 1, stock if stock is not None else STOCK)


async def feed(db: Db, sequence: int, on_hand: dict[tuple[str, str], int], **more: Any) -> Any:
    """A full stock message of the source `erp`."""
    rows = [FeedRow(sku, location, on_hand=units) for (sku, location), units in on_hand.items()]
    return await receive_feed(db, "tests", StockMessage("erp", sequence, FeedMode.FULL, rows, **more))


def order(*lines: tuple[str, int] | dict[str, Any], **more: Any) -> OrderBody:
    """An order of (sku, quantity) or whole lines, at 10.00 EUR a unit, shipped to Ghent."""
    body: dict[str, Any] = {
        "channel": "web",
        "currency": "EUR",
        "ship_to": {"country": "BE", "name": "Ada Peeters", "city": "Gent"},
        "customer": {"reference": "C1"},
        "lines": [
            line if isinstance(line, dict) else {"sku": line[0], "quantity": line[1]} for line in lines
        ],
        **more,
    }
    for line in body["lines"]:
        line.setdefault("unit_price_minor", 1000)
    return msgspec.convert(body, OrderBody)


async def answers_of(
    app: Application, orders: Sequence[CaptureOrder], keys: Sequence[str | None] | None = None
) -> list[CaptureAnswer]:
    """Capture in one batch, through the same door as the API."""
    given = [OrderToCapture(o, tenders_of(o), keys[i] if keys else None) for i, o in enumerate(orders)]
    return await capture_orders(app, "acme", "tests", given)


def tenders_of(order: CaptureOrder) -> Sequence[TenderInput]:
    return order.tenders if isinstance(order, OrderBody) else ()


async def capture(app: Application, *orders: CaptureOrder) -> list[Captured | Refusal]:
    """The outcomes of a batch."""
    return [answer.outcome for answer in await answers_of(app, orders)]


async def captured(app: Application, order: CaptureOrder) -> Captured:
    """One order that must be accepted."""
    (outcome,) = await capture(app, order)
    assert isinstance(outcome, Captured), outcome
    return outcome


async def balances(db: Db, sku: str) -> dict[str, tuple[int, ...]]:
    """location → (available, reserved, allocated, shortage) of an item; a group as (supply, reserved, shortage)."""
    rows = await db.fetch(
        "SELECT location.code, available, reserved, allocated, shortage FROM stock_position"
        " JOIN location ON location.id = location_id JOIN item ON item.id = item_id WHERE sku = %(sku)s",
        {"sku": sku},
    )
    groups = await db.fetch(
        "SELECT location_group.code, supply, reserved, shortage FROM group_position"
        " JOIN location_group ON location_group.id = group_id JOIN item ON item.id = item_id WHERE sku = %(sku)s",
        {"sku": sku},
    )
    return {row[0]: tuple(row[1:]) for row in (*rows, *groups)}


async def row_counts(organization: Organization) -> dict[str, int]:
    """Rows of every table, and a sum over the stock: equal before and after what changes nothing."""
    async with organization.app.database.transaction("acme") as db:
        names = await db.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition ORDER BY relname"
        )
        counts = {}
        for (name,) in names:
            row = await db.fetch_one(f'SELECT count(*) FROM "{name}"')
            counts[name] = row[0] if row else 0
        row = await db.fetch_one(
            "SELECT coalesce(sum(available - reserved * 7), 0)::bigint FROM stock_position"
        )
        return {**counts, "stock": row[0] if row else 0}


async def location_ids(organization: Organization) -> dict[str, int]:
    """Internal ids of locations by code."""
    async with organization.app.database.transaction("acme") as db:
        return dict(await db.fetch("SELECT code, id FROM location"))
