"""Oversells and duplicates that other systems had, each tried here where it would bite.

    bug                    what went wrong                                       tried by
    medusa #16569          two direct reservations of the last unit both pass    two_reservations
    medusa #16502          two lines on one item and place, each checked alone   lines_of_one_order
    medusa #16825          carts race for the last unit; losers are orphans      losers_of_the_last_unit
    medusa #12401          what is reserved goes below zero                      giving_back_twice
    medusa #5198           a draft is reserved twice                             two_requests_for_one_new_cart
    vendure #1738, #3508   check and reservation in different transactions       check_and_reservation
    vendure #4930          the same, under a heavy load                          test_oversell.py
    magento #3036          a race for the last unit                              losers_of_the_last_unit
    magento #2032          pickup and ship compete for one source                pickup_and_shipping
    saleor #13542          duplicate events                                      one_number_captured_by_many
    vendure #3065          charged, then no stock                                not yet: nothing is charged
    saleor #12652, #17776  completion races the payment's webhook                not yet: no payment comes in

And a few that this house could have had: rivals run exactly between the reading and the locking of another.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from commissary.domain.inventory import store as inventory
from commissary.domain.inventory.types import CartLine
from commissary.domain.network.types import PutGroup, PutLocation
from commissary.domain.orders.types import CancelOrder, Captured
from commissary.flows.inventory import cart
from commissary.flows.network.put_groups import put_groups
from commissary.flows.network.put_locations import put_locations
from commissary.flows.orders.cancel import Canceled, Cancellation, cancel
from commissary.kernel.address import Address
from commissary.kernel.decision import Refusal
from commissary.platform.clock import advance
from commissary.platform.errors import TryAgain
from commissary.views.invariants import broken_invariants
from tests.conftest import Organization
from tests.shop import answers_of, balances, capture, captured, feed, open_shop, order, row_counts

LAST = {"sku": "B", "quantity": 1, "location": "S2"}
Rival = Callable[[], Awaitable[Any]]


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    return organization


async def sound(shop: Organization, sku: str) -> dict[str, tuple[int, ...]]:
    """The balances of an item, after all invariants were found to hold."""
    async with shop.app.database.transaction("acme") as db:
        assert await broken_invariants(db) == []
        return await balances(db, sku)


async def keep(shop: Organization, name: str, **line: Any) -> Any:
    async with shop.app.database.transaction("acme") as db:
        wanted = [CartLine(**{"sku": "B", "quantity": 1, **line})]
        return await cart.reserve(db, "tests", cart.ReserveCart(name, wanted, timedelta(minutes=1)))


async def persistently(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run again what lost a race for a row, as every door does."""
    for _ in range(10):
        try:
            return await work()
        except TryAgain:
            await asyncio.sleep(0.01)
    raise AssertionError("always another was first")


def before_locking(monkeypatch: pytest.MonkeyPatch, rival: Rival) -> None:
    """Run the rival once, just before the next flow locks the balances that it has decided to look at."""
    original = inventory.lock_balances
    ran = False

    async def meanwhile(*given: Any, **named: Any) -> Any:
        nonlocal ran
        if not ran:
            ran = True
            await rival()
        return await original(*given, **named)

    monkeypatch.setattr(inventory, "lock_balances", meanwhile)


async def test_two_reservations_of_the_last_unit(shop: Organization) -> None:
    answers = await asyncio.gather(*(keep(shop, f"cart{n}", location="S2") for n in range(5)))
    assert sum(1 for answer in answers if not isinstance(answer, Refusal)) == 1
    assert (await sound(shop, "B"))["S2"] == (0, 1, 0, 0)


async def test_lines_of_one_order_are_added_up(shop: Organization) -> None:
    at_w1 = {"sku": "B", "quantity": 2, "location": "W1"}
    (outcome,) = await capture(shop.app, order(at_w1, at_w1))
    assert outcome == Refusal("stock_short", {"sku": "B", "wanted": 2}, "/lines/1/quantity")
    assert (await sound(shop, "B"))["W1"] == (3, 0, 0, 0)


async def test_losers_of_the_last_unit_leave_nothing(shop: Organization) -> None:
    before = await row_counts(shop)
    outcomes = await asyncio.gather(
        *(
            persistently(lambda n=n: capture(shop.app, order(LAST, customer={"reference": f"C{n}"})))  # type: ignore[misc]
            for n in range(8)
        )
    )
    assert sum(isinstance(outcome, Captured) for (outcome,) in outcomes) == 1
    assert (await sound(shop, "B"))["S2"] == (0, 1, 0, 0)
    after = await row_counts(shop)
    one = {
        "customer_order": 1,
        "order_line": 1,
        "quantity_group": 1,
        "reservation": 1,
        "customer": 1,
        "contact": 1,
    }
    assert {name: after[name] - before[name] for name in one} == one
    assert after["event"] - before["event"] == 1


async def test_giving_back_twice_gives_back_once(shop: Organization) -> None:
    await keep(shop, "basket", location="S2")
    await captured(shop.app, order({"sku": "B", "quantity": 2, "location": "W1"}, number="X"))

    async def release() -> int:
        async with shop.app.database.transaction("acme") as db:
            return await cart.release(db, "tests", "basket")

    async def give_up() -> Canceled | Refusal:
        async with shop.app.database.transaction("acme") as db:
            (answer,) = await cancel(db, "tests", [Cancellation("X", CancelOrder("x"))])
            return answer

    released = await asyncio.gather(*(persistently(release) for _ in range(4)))
    assert sorted(released) == [0, 0, 0, 1]
    answers = await asyncio.gather(*(persistently(give_up) for _ in range(4)))
    assert sum(isinstance(answer, Canceled) for answer in answers) == 1
    assert await sound(shop, "B") == {"W1": (3, 0, 0, 0), "S2": (1, 0, 0, 0), "ALL": (4, 0, 0)}


async def test_check_and_reservation_are_one(shop: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rival takes the last unit after this order was read and before its stock is locked."""
    before_locking(monkeypatch, lambda: keep(shop, "rival", location="S2"))
    (outcome,) = await capture(shop.app, order(LAST))
    assert outcome == Refusal("stock_short", {"sku": "B", "wanted": 1}, "/lines/0/quantity")
    assert (await sound(shop, "B"))["S2"] == (0, 1, 0, 0)


async def test_pickup_and_shipping_compete_for_one_shelf(
    shop: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group promises all it has while a pickup at one of its stores is under way: nothing is free there."""
    before_locking(monkeypatch, lambda: keep(shop, "rival", quantity=4, location_group="ALL"))
    (outcome,) = await capture(shop.app, order({**LAST, "method": "pickup"}))
    assert isinstance(outcome, Refusal)
    assert await sound(shop, "B") == {"W1": (3, 0, 0, 0), "S2": (1, 0, 0, 0), "ALL": (4, 4, 0)}


async def test_one_number_captured_by_many_is_one_order(shop: Organization) -> None:
    same = order(("A", 1), number="N-1")
    outcomes = await asyncio.gather(*(persistently(lambda: capture(shop.app, same)) for _ in range(6)))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert isinstance(outcomes[0][0], Captured)
    assert (await sound(shop, "A"))["ALL"] == (15, 1, 0)


async def test_one_key_used_by_many_has_one_effect(shop: Organization) -> None:
    outcomes = await asyncio.gather(
        *(persistently(lambda: answers_of(shop.app, [order(("A", 1))], ["k"])) for _ in range(6))
    )
    done = [answer for (answer,) in outcomes if answer.body]
    late = [answer.outcome for (answer,) in outcomes if not answer.body]
    assert done and len({answer.body for answer in done}) == 1
    assert all(outcome == Refusal("request_in_flight", {}, "Idempotency-Key") for outcome in late)
    assert (await sound(shop, "A"))["ALL"] == (15, 1, 0)


@pytest.mark.parametrize("door", ["order", "cart"])
async def test_location_that_changes_its_group_meanwhile(
    shop: Organization, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    """An empty store moves to another group and is filled, after an order has read to which group it belongs."""

    async def move_and_fill() -> None:
        async with shop.app.database.transaction("acme") as db:
            await db.execute("SET LOCAL lock_timeout = '200ms'")
            await put_groups(db, "tests", [PutGroup(code="NEW", name="New", reserving=True)])
            place = PutLocation(
                code="S2",
                name="S2",
                kind="store",
                address=Address(country="BE"),
                time_zone="Europe/Brussels",
                capabilities=("ship_from", "pickup"),
                reserving_group="NEW",
            )
            await put_locations(db, "tests", [place])
        async with shop.app.database.transaction("acme") as db:
            await feed(db, 3, {("A", "S2"): 5})

    async def rival() -> None:
        # Either the move waits for the order, or the order sees it; in between there is nothing.
        try:
            await move_and_fill()
        except TryAgain:
            return

    async with shop.app.database.transaction("acme") as db:
        await feed(db, 2, {("B", "S2"): 0})
    before_locking(monkeypatch, rival)
    if door == "order":
        await capture(shop.app, order({"sku": "A", "quantity": 1, "location": "S2"}))
    else:
        await keep(shop, "basket", sku="A", location="S2")
    await sound(shop, "A")


async def test_cart_whose_time_runs_out_while_it_asks_again(shop: Organization) -> None:
    await keep(shop, "basket", location="S2")
    await advance(shop.app.database, "acme", timedelta(minutes=2))

    async def sweep() -> int:
        async with shop.app.database.transaction("acme") as db:
            return await cart.expire(db)

    swept, kept = await asyncio.gather(
        persistently(sweep), persistently(lambda: keep(shop, "basket", location="S2"))
    )
    assert swept in (0, 1)
    assert not isinstance(kept, Refusal)
    assert (await sound(shop, "B"))["S2"] == (0, 1, 0, 0)


async def test_feed_below_what_is_promised_while_an_order_comes_in(
    shop: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def count() -> None:
        async with shop.app.database.transaction("acme") as db:
            await feed(db, 2, {("B", "S2"): 0})

    before_locking(monkeypatch, count)
    (outcome,) = await capture(shop.app, order(LAST))
    assert isinstance(outcome, Refusal)
    assert (await sound(shop, "B"))["S2"] == (0, 0, 0, 0)
