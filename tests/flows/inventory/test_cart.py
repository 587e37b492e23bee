"""What a cart keeps.

the cart                     asks               holds then     A at W1 (available, reserved, allocated, shortage)
empty                        3 × A at W1        3              7, 3, 0, 0
holds 3 × A at W1            5 × A at W1        5, not 8       5, 5, 0, 0
holds 3 × A at W1            11 × A at W1       refused: 3     7, 3, 0, 0
holds 3 × A in the group     allocate at S1     3 at S1        S1: 2, 0, 3, 0
holds 3, its time is over    the sweep comes    nothing        10, 0, 0, 0
holds 3, 1 is on the shelf   issue              refused: 3     0, 3, 0, 2
"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from commissary.domain.inventory.types import CartLine
from commissary.flows.inventory import cart
from commissary.kernel.decision import Refusal
from commissary.platform.clock import advance
from commissary.platform.db import Db
from commissary.views.invariants import broken_invariants
from tests.conftest import Organization
from tests.shop import balances, feed, open_shop

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    return organization


async def keep(db: Db, *lines: tuple[str, int, str], name: str = "basket") -> Any:
    """Keep (sku, quantity, place); the place `ALL` is the group."""
    wanted = [
        CartLine(sku, quantity, **({"location_group": place} if place == "ALL" else {"location": place}))
        for sku, quantity, place in lines
    ]
    return await cart.reserve(db, "tests", cart.ReserveCart(name, wanted, MINUTE))


async def a_at(db: Db, place: str) -> tuple[int, ...]:
    assert await broken_invariants(db) == []
    return (await balances(db, "A"))[place]


async def test_asking_again_replaces_what_the_cart_had(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await keep(db, ("A", 3, "W1"))
        await keep(db, ("A", 5, "W1"))
        assert await a_at(db, "W1") == (5, 5, 0, 0)
        # Units that the cart gives up count for what it asks now.
        assert not isinstance(await keep(db, ("A", 10, "W1")), Refusal)
        assert await a_at(db, "W1") == (0, 10, 0, 0)


async def test_refused_cart_keeps_what_it_had(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await keep(db, ("A", 3, "W1"))
        refusal = await keep(db, ("B", 1, "W1"), ("A", 11, "W1"))
        assert refusal == Refusal("stock_short", {"sku": "A", "wanted": 11}, "/lines/1/quantity")
        assert await a_at(db, "W1") == (7, 3, 0, 0)


async def test_two_lines_on_one_position_add_up(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        assert isinstance(await keep(db, ("A", 6, "W1"), ("A", 5, "W1")), Refusal)
        assert isinstance(await keep(db, ("A", 6, "W1"), ("A", 10, "ALL")), Refusal)
        assert not isinstance(await keep(db, ("A", 6, "W1"), ("A", 9, "ALL")), Refusal)
        assert await a_at(db, "ALL") == (9, 9, 0)


async def test_group_units_are_bound_to_a_location_that_has_them(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await keep(db, ("A", 3, "ALL"))
        assert isinstance(await cart.allocate(db, "tests", "basket", "S2"), Refusal)
    async with shop.app.database.transaction("acme") as db:
        assert await cart.allocate(db, "tests", "basket", "S1") is None
        assert await a_at(db, "S1") == (2, 0, 3, 0)
        assert await a_at(db, "ALL") == (12, 0, 0)
        assert await cart.issue(db, "tests", "basket", "sold") == 3
        assert await a_at(db, "S1") == (2, 0, 0, 0)


async def test_time_over_gives_units_back(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await keep(db, ("A", 3, "W1"))
        await keep(db, ("A", 1, "S1"), name="other")
        await cart.allocate(db, "tests", "other", "S1")
        assert await cart.expire(db) == 0
    assert await advance(shop.app.database, "acme", MINUTE)
    async with shop.app.database.transaction("acme") as db:
        assert await cart.expire(db) == 1
        assert await a_at(db, "W1") == (10, 0, 0, 0)
        assert (await a_at(db, "S1"))[2] == 1  # allocated units have no end
        rows = await db.fetch("SELECT data->>'cause' FROM event WHERE kind = 'cart.released'")
        assert rows == [("expired",)]


async def test_shelf_that_holds_less_cannot_be_issued_from(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await keep(db, ("A", 3, "W1"))
        await feed(db, 2, {("A", "W1"): 1})
        assert await a_at(db, "W1") == (0, 3, 0, 2)
        assert await cart.issue(db, "tests", "basket", "sold") == Refusal("on_hand_short", {"wanted": 3})
        # Giving back pays the shortage first: of three units, one is really there.
        assert await cart.release(db, "tests", "basket") == 3
        assert await a_at(db, "W1") == (1, 0, 0, 0)


async def test_two_requests_for_one_new_cart_keep_it_once(shop: Organization) -> None:
    """medusa #5198: a draft reserved twice. Neither finds a row to lock, so the cart itself is locked."""

    async def ask() -> None:
        async with shop.app.database.transaction("acme") as db:
            await keep(db, ("A", 2, "W1"))
            await asyncio.sleep(0.05)

    await asyncio.gather(*(ask() for _ in range(4)))
    async with shop.app.database.transaction("acme") as db:
        assert await a_at(db, "W1") == (8, 2, 0, 0)
        assert await db.fetch("SELECT quantity FROM reservation") == [(2,)]


async def test_releasing_nothing_is_no_error(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        assert await cart.release(db, "tests", "nobody") == 0
        assert await db.fetch("SELECT count(*) FROM event WHERE subject_kind = 'cart'") == [(0,)]
