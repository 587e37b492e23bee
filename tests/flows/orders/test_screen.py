"""Screening, with limits of 500.00 EUR and 20 units.

order                      held for review
10.00 EUR, 1 unit          no
500.00 EUR                 no
510.00 EUR                 yes
510.00 USD                 no: the limit is for EUR
21 units for nothing       yes
"""

import pytest

from commissary.domain.orders.rules.setting import SCREENING
from commissary.domain.orders.types import Captured
from commissary.flows.orders.screen import screen
from commissary.platform import outbox
from commissary.platform.settings import write_setting
from tests.conftest import Organization
from tests.shop import captured, open_shop, order


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db, {("A", "W1"): 500})
        await outbox.subscribe(db, "orders.screen", ["order.captured"])
    return organization


async def screened(shop: Organization) -> None:
    """Deliver what waits for the screening, as the worker does."""
    async with shop.app.database.transaction("acme") as db:
        for lane in range(outbox.LANES):
            deliveries = await outbox.claim(db, "orders.screen", lane, 100)
            if deliveries:
                await screen(db, [delivery.event for delivery in deliveries])
                await outbox.remove(db, deliveries)


async def test_orders_above_the_limits_are_held_for_review(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await write_setting(db, SCREENING, {"total_minor": {"EUR": 50_000}, "units": 20})
    free = {"sku": "A", "quantity": 21, "unit_price_minor": 0}
    dear = {"sku": "A", "quantity": 1, "unit_price_minor": 51_000}
    limit = {"sku": "A", "quantity": 1, "unit_price_minor": 50_000}
    orders: list[tuple[Captured, bool]] = [
        (await captured(shop.app, order(("A", 1))), False),
        (await captured(shop.app, order(limit)), False),
        (await captured(shop.app, order(dear)), True),
        (await captured(shop.app, order(dear, currency="USD")), False),
        (await captured(shop.app, order(free)), True),
    ]
    await screened(shop)
    async with shop.app.database.transaction("acme") as db:
        held = {row[0] for row in await db.fetch("SELECT order_id FROM order_hold WHERE kind = 'review'")}
        assert held == {answer.id for answer, is_held in orders if is_held}
        told = await db.fetch("SELECT subject_id FROM event WHERE kind = 'order.hold_placed'")
        assert {row[0] for row in told} == {str(order_id) for order_id in held}
        versions = await db.fetch(
            "SELECT version FROM customer_order WHERE id = ANY(%(ids)s)", {"ids": list(held)}
        )
        assert versions == [(2,), (2,)]


async def test_without_limits_nothing_is_held(shop: Organization) -> None:
    await captured(shop.app, order({"sku": "A", "quantity": 100, "unit_price_minor": 10**9}))
    await screened(shop)
    async with shop.app.database.transaction("acme") as db:
        assert await db.fetch("SELECT count(*) FROM order_hold") == [(0,)]
