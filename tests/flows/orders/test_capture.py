"""Capturing orders.

order                                   outcome
2 × A anywhere                          reserved in the group
1 × B pickup at S2                      reserved at S2
4 × B shipped from W1                   refused: 3 there
4 × B shipped from W1, backorder        3 reserved, 1 backordered
2 × A at W1 and 9 × A at W1             refused: the lines add up to 11
the same number, the same content       the first answer
the same number, other content          refused
"""

import pytest

from commissary.domain.orders.types import Captured
from commissary.kernel.decision import Refusal
from tests.conftest import Organization
from tests.shop import answers_of, balances, capture, captured, open_shop, order


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    return organization


async def test_ship_from_anywhere_reserves_in_the_group(shop: Organization) -> None:
    answer = await captured(shop.app, order(("A", 2)))
    assert (answer.status, answer.total_minor, answer.lines[0].reserved) == ("reserved", 2000, 2)
    async with shop.app.database.transaction("acme") as db:
        assert await balances(db, "A") == {
            "W1": (10, 0, 0, 0),
            "S1": (5, 0, 0, 0),
            "ALL": (15, 2, 0),
        }


async def test_pickup_reserves_at_the_store(shop: Organization) -> None:
    line = {"sku": "B", "quantity": 1, "method": "pickup", "location": "S2"}
    answer = await captured(shop.app, order(line))
    assert answer.status == "reserved"
    async with shop.app.database.transaction("acme") as db:
        assert await balances(db, "B") == {"W1": (3, 0, 0, 0), "S2": (0, 1, 0, 0), "ALL": (3, 0, 0)}


async def test_too_many_units_are_refused_and_nothing_is_taken(shop: Organization) -> None:
    line = {"sku": "B", "quantity": 4, "location": "W1"}
    (outcome,) = await capture(shop.app, order(("A", 1), line))
    assert outcome == Refusal("stock_short", {"sku": "B", "wanted": 4}, "/lines/1/quantity")
    async with shop.app.database.transaction("acme") as db:
        assert await balances(db, "A") == {"W1": (10, 0, 0, 0), "S1": (5, 0, 0, 0), "ALL": (15, 0, 0)}
        assert await db.fetch("SELECT count(*) FROM movement WHERE cause <> 'feed'") == [(0,)]
        assert await db.fetch("SELECT count(*) FROM customer_order") == [(0,)]


async def test_backorder_keeps_what_is_not_there(shop: Organization) -> None:
    line = {"sku": "B", "quantity": 4, "location": "W1"}
    answer = await captured(shop.app, order(line, on_shortage="backorder"))
    assert answer.status == "partly_reserved"
    assert (answer.lines[0].reserved, answer.lines[0].backordered) == (3, 1)


async def test_two_lines_of_one_order_on_one_position_add_up(shop: Organization) -> None:
    """medusa #16502: two lines of one batch on the same item and location, each checked alone."""
    lines = ({"sku": "A", "quantity": 2, "location": "W1"}, {"sku": "A", "quantity": 9, "location": "W1"})
    (outcome,) = await capture(shop.app, order(*lines))
    assert outcome == Refusal("stock_short", {"sku": "A", "wanted": 9}, "/lines/1/quantity")


async def test_location_cannot_promise_what_its_group_has_promised(shop: Organization) -> None:
    """magento #2032: pickup and ship compete for one source."""
    await captured(shop.app, order(("A", 12)))
    line = {"sku": "A", "quantity": 4, "method": "pickup", "location": "S1"}
    (outcome,) = await capture(shop.app, order(line))
    assert isinstance(outcome, Refusal)
    await captured(shop.app, order({**line, "quantity": 3}))


async def test_last_unit_in_one_batch_goes_to_one_order(shop: Organization) -> None:
    line = {"sku": "B", "quantity": 1, "location": "S2"}
    outcomes = await capture(shop.app, *[order(line, customer={"reference": f"C{n}"}) for n in range(5)])
    assert [isinstance(outcome, Captured) for outcome in outcomes] == [True, False, False, False, False]


async def test_repeated_number_gets_the_first_answer(shop: Organization) -> None:
    first = await captured(shop.app, order(("A", 2), number="W-1"))
    again, other = await capture(shop.app, order(("A", 2), number="W-1"), order(("A", 3), number="W-1"))
    assert again == first
    assert other == Refusal("order_number_taken", {"number": "W-1"}, "/number")
    async with shop.app.database.transaction("acme") as db:
        assert (await balances(db, "A"))["ALL"] == (15, 2, 0)


async def test_twins_in_one_batch_get_one_order(shop: Organization) -> None:
    same = order(("A", 2), number="W-2")
    first, second, other = await capture(shop.app, same, same, order(("A", 1), number="W-2"))
    assert first == second
    assert isinstance(first, Captured)
    assert other == Refusal("order_number_taken", {"number": "W-2"}, "/number")


async def test_same_key_gets_the_stored_answer(shop: Organization) -> None:
    (first,) = await answers_of(shop.app, [order(("A", 2))], ["k1"])
    (again,) = await answers_of(shop.app, [order(("A", 2))], ["k1"])
    (other,) = await answers_of(shop.app, [order(("A", 3))], ["k1"])
    assert again.replayed
    assert again.body == first.body
    assert other.outcome == Refusal("idempotency_key_reused", {}, "Idempotency-Key")


async def test_one_bad_order_never_fails_its_neighbours(shop: Organization) -> None:
    outcomes = await capture(shop.app, order(("A", 1)), order(("NOPE", 1)), order(("A", 1)))
    assert [isinstance(outcome, Captured) for outcome in outcomes] == [True, False, True]
    assert outcomes[1] == Refusal("sku_unknown", {"sku": "NOPE"}, "/lines/0/sku")


async def test_one_customer_for_one_reference(shop: Organization) -> None:
    await capture(shop.app, order(("A", 1)), order(("A", 1)))
    await capture(shop.app, order(("A", 1)))
    async with shop.app.database.transaction("acme") as db:
        assert await db.fetch("SELECT count(*) FROM customer") == [(1,)]
        assert await db.fetch("SELECT count(*) FROM contact") == [(1,)]
        assert await db.fetch("SELECT count(DISTINCT customer_id) FROM customer_order") == [(1,)]


async def test_order_tells_its_capture(shop: Organization) -> None:
    answer = await captured(shop.app, order(("A", 2), holds=[{"kind": "fraud", "reason": "new card"}]))
    async with shop.app.database.transaction("acme") as db:
        rows = await db.fetch(
            "SELECT kind, data->>'number' FROM event WHERE subject_id = %(id)s ORDER BY sequence",
            {"id": str(answer.id)},
        )
    assert rows == [("order.captured", answer.number), ("order.hold_placed", answer.number)]
