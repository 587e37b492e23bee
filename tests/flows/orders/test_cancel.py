"""Canceling from an order of 4 × A in the group (line 1) and 4 × B from W1 (line 2: 3 reserved, 1 on backorder).

command                                answer            A in the group   B at W1      status
line 1, 1 unit                         1 canceled        15, 3            0, 3         partly_reserved
line 2, 1 unit                         the backordered   15, 4            0, 3         reserved
line 2, 3 units                        3 canceled        15, 4            2, 1         reserved
line 2, 5 units                        refused: 4 can go
line 1 twice                           refused
the whole order                        8 canceled        15, 0            3, 0         canceled
the whole order again                  refused
line 1, held on line 2 by law          1 canceled
line 2, held on line 2 by law          refused
"""

import asyncio
from datetime import timedelta

import pytest

from commissary.domain.orders.types import CancelLine, CancelOrder
from commissary.flows.orders.cancel import Canceled, Cancellation, cancel
from commissary.flows.orders.hold import PlaceHold, place_holds
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.views import orders as views
from commissary.views.invariants import broken_invariants
from tests.conftest import Organization
from tests.shop import balances, captured, feed, open_shop, order


class _Undone(Exception):
    """Rolls back, so that every case starts from the same order."""


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    line = {"sku": "B", "quantity": 4, "location": "W1"}
    await captured(organization.app, order(("A", 4), line, number="X", on_shortage="backorder"))
    return organization


async def give_up(db: Db, *lines: tuple[int, int | None], version: int | None = None) -> Canceled | Refusal:
    command = CancelOrder("changed mind", tuple(CancelLine(*line) for line in lines))
    (answer,) = await cancel(db, "tests", [Cancellation("X", command, version)])
    return answer


# lines                          canceled, or the refusal           A in ALL     B at W1      status
CASES: list[tuple[list[tuple[int, int | None]], object, tuple[int, int], tuple[int, int], str]] = [
    ([(1, 1)], {1: 1}, (15, 3), (0, 3), "partly_reserved"),
    ([(1, None)], {1: 4}, (15, 0), (0, 3), "partly_reserved"),
    ([(2, 1)], {2: 1}, (15, 4), (0, 3), "reserved"),
    ([(2, 3)], {2: 3}, (15, 4), (2, 1), "reserved"),
    ([(1, 2), (2, 2)], {1: 2, 2: 2}, (15, 2), (1, 2), "reserved"),
    ([], {1: 4, 2: 4}, (15, 0), (3, 0), "canceled"),
    ([(2, 5)], ("too_late_to_cancel", "/lines/0/quantity"), (15, 4), (0, 3), "partly_reserved"),
    ([(1, 1), (2, 5)], ("too_late_to_cancel", "/lines/1/quantity"), (15, 4), (0, 3), "partly_reserved"),
    ([(1, 1), (1, 1)], ("line_twice", "/lines/0/line_number"), (15, 4), (0, 3), "partly_reserved"),
    ([(3, 1)], ("line_unknown", "/lines/0/line_number"), (15, 4), (0, 3), "partly_reserved"),
]


async def test_cancellations(shop: Organization) -> None:
    for lines, expected, group, shelf, status in CASES:
        with pytest.raises(_Undone):
            async with shop.app.database.transaction("acme") as db:
                answer = await give_up(db, *lines)
                if isinstance(answer, Refusal):
                    assert (answer.code, answer.field) == expected
                else:
                    assert answer.quantities == expected, lines
                assert (await balances(db, "A"))["ALL"][:2] == group, lines
                assert (await balances(db, "B"))["W1"][:2] == shelf, lines
                whole = await views.whole_order(db, "X")
                assert whole is not None
                assert whole.status == status, lines
                assert await broken_invariants(db) == []
                raise _Undone


async def test_whole_order_goes_once(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        assert isinstance(await give_up(db), Canceled)
        assert await give_up(db) == Refusal("too_late_to_cancel", {"cancelable": 0, "wanted": 0})
        rows = await db.fetch("SELECT data->>'whole' FROM event WHERE kind = 'order.lines_canceled'")
        assert rows == [("true",)]
        assert await broken_invariants(db) == []


async def test_two_who_cancel_the_same_units_cancel_them_once(shop: Organization) -> None:
    async def one() -> Canceled | Refusal:
        async with shop.app.database.transaction("acme") as db:
            answer = await give_up(db, (1, 3))
            await asyncio.sleep(0.02)
            return answer

    answers = await asyncio.gather(one(), one(), one())
    assert sorted(type(answer).__name__ for answer in answers) == ["Canceled", "Refusal", "Refusal"]
    async with shop.app.database.transaction("acme") as db:
        assert (await balances(db, "A"))["ALL"] == (15, 1, 0)
        assert await broken_invariants(db) == []


async def test_stale_version_is_refused(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        assert isinstance(await give_up(db, (1, 1), version=1), Canceled)
        assert await give_up(db, (1, 1), version=1) == Refusal("version_stale", {"expected": 1, "current": 2})


async def test_hold_by_law_keeps_its_line_and_no_other(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await place_holds(db, "tests", [PlaceHold("X", "legal", "seized", line_number=2)])
        assert isinstance(await give_up(db, (1, 1)), Canceled)
        held = Refusal("order_on_hold", {"kind": "legal", "step": "cancel"})
        assert await give_up(db, (2, 1)) == held
        assert await give_up(db) == held


async def test_holds_that_end_or_are_of_another_kind_do_not_keep(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await place_holds(db, "tests", [PlaceHold("X", "fraud", "")])
        assert isinstance(await give_up(db, (1, 1)), Canceled)
        await place_holds(db, "tests", [PlaceHold("X", "legal", "", db.now + timedelta(hours=1))])
        assert isinstance(await give_up(db, (1, 1)), Refusal)
        await db.execute("UPDATE order_hold SET expires_at = %(now)s", {"now": db.now})
        assert isinstance(await give_up(db, (1, 1)), Canceled)


async def test_units_of_a_short_position_pay_the_shortage(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await feed(db, 2, {("B", "W1"): 1})
        assert (await balances(db, "B"))["W1"] == (0, 3, 0, 2)
        await give_up(db, (2, None))
        assert (await balances(db, "B"))["W1"] == (1, 0, 0, 0)
        assert await broken_invariants(db) == []


async def test_several_orders_in_one_batch(shop: Organization) -> None:
    await captured(shop.app, order(("A", 2), number="Y"))
    async with shop.app.database.transaction("acme") as db:
        everything = CancelOrder("closing")
        answers = await cancel(db, "tests", [Cancellation(n, everything) for n in ("Y", "NOPE", "X")])
        assert [type(answer).__name__ for answer in answers] == ["Canceled", "Refusal", "Canceled"]
        assert answers[1] == Refusal("order_unknown", {"number": "NOPE"})
        assert (await balances(db, "A"))["ALL"] == (15, 0, 0)
        assert await broken_invariants(db) == []


async def test_whole_cancellation_ends_the_holds(shop: Organization) -> None:
    answer = await captured(shop.app, order(("A", 2), holds=[{"kind": "review"}]))
    command = CancelOrder("gave up", (CancelLine(1, 1),))
    async with shop.app.database.transaction("acme") as db:
        await cancel(db, "tests", [Cancellation(answer.number, command)])
        assert len(await db.fetch("SELECT 1 FROM order_hold WHERE resolved_at IS NULL")) == 1
    async with shop.app.database.transaction("acme") as db:
        await cancel(db, "tests", [Cancellation(answer.number, command)])
        assert await db.fetch("SELECT resolution FROM order_hold") == [("the whole order was canceled",)]
