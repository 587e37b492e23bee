"""Stock messages at A in W1, where the books say 10 on hand; 4 of them are reserved for a cart.

message                                      A at W1 (available, reserved, allocated, shortage)
full, 12                                     8, 4, 0, 0
full, 4                                      0, 4, 0, 0
full, 3                                      0, 4, 0, 1     a shortage, told
full, 3, then 9                              5, 4, 0, 0
full, 12 of which 2 damaged, 1 on hold       5, 4, 0, 0
delta −7                                     0, 4, 0, 1
delta −11                                    6, 4, 0, 0     refused
delta +1 and delta +2 in one message         9, 4, 0, 0
full and complete without A                  0, 4, 0, 4
"""

from datetime import timedelta
from typing import Any

import pytest

from commissary.domain.catalog.types import PutItem
from commissary.domain.inventory.types import CartLine, FeedMode, FeedRow
from commissary.flows.catalog.put_items import put_items
from commissary.flows.inventory import cart
from commissary.flows.inventory.receive_feed import Received, StockMessage, receive_feed
from commissary.platform.db import Db
from commissary.views.invariants import broken_invariants
from tests.conftest import Organization
from tests.shop import balances, open_shop

F, D = FeedMode.FULL, FeedMode.DELTA


def full(units: int, **more: Any) -> FeedRow:
    return FeedRow("A", "W1", on_hand=units, **more)


def delta(units: int) -> FeedRow:
    return FeedRow("A", "W1", change=units)


# messages (mode, sequence, rows, complete)                         A at W1 afterwards
MESSAGES: list[tuple[str, list[tuple[FeedMode, int, list[FeedRow], bool]], tuple[int, ...]]] = [
    ("more", [(F, 2, [full(12)], False)], (8, 4, 0, 0)),
    ("as much as is promised", [(F, 2, [full(4)], False)], (0, 4, 0, 0)),
    ("less than is promised", [(F, 2, [full(3)], False)], (0, 4, 0, 1)),
    ("nothing", [(F, 2, [full(0)], False)], (0, 4, 0, 4)),
    ("less, then more", [(F, 2, [full(3)], False), (F, 3, [full(9)], False)], (5, 4, 0, 0)),
    ("set aside", [(F, 2, [full(12, damaged=2, quality_hold=1)], False)], (5, 4, 0, 0)),
    ("set aside, then not named", [(F, 2, [full(12, damaged=2)], False), (F, 3, [full(12)], False)], (6, 4, 0, 0)),
    ("sold at the counter", [(D, 2, [delta(-7)], False)], (0, 4, 0, 1)),
    ("below zero", [(D, 2, [delta(-11)], False)], (6, 4, 0, 0)),
    ("two deltas in one", [(D, 2, [delta(1), delta(2)], False)], (9, 4, 0, 0)),
    ("the same delta twice", [(D, 2, [delta(1)], False)] * 2, (7, 4, 0, 0)),
    ("deltas out of order", [(D, 3, [delta(1)], False), (D, 2, [delta(2)], False)], (9, 4, 0, 0)),
    ("full out of order", [(F, 3, [full(12)], False), (F, 2, [full(99)], False)], (8, 4, 0, 0)),
    ("delta older than full", [(F, 3, [full(12)], False), (D, 2, [delta(5)], False)], (8, 4, 0, 0)),
    ("full older than delta", [(D, 3, [delta(1)], False), (F, 2, [full(99)], False)], (7, 4, 0, 0)),
    ("full newer than delta", [(D, 2, [delta(1)], False), (F, 3, [full(12)], False)], (8, 4, 0, 0)),
    ("complete without it", [(F, 2, [FeedRow("B", "W1", on_hand=3)], True)], (0, 4, 0, 4)),
    ("complete of another place", [(F, 2, [FeedRow("B", "S2", on_hand=3)], True)], (6, 4, 0, 0)),
]  # fmt: skip


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
        line = CartLine("A", 4, location="W1")
        await cart.reserve(db, "tests", cart.ReserveCart("basket", [line], timedelta(hours=1)))
    return organization


class _Undone(Exception):
    """Rolls back, so that every row of the table starts from the same stock."""


async def take(db: Db, mode: FeedMode, sequence: int, rows: list[FeedRow], complete: bool) -> Received:
    return await receive_feed(db, "tests", StockMessage("erp", sequence, mode, rows, complete))


async def test_messages(shop: Organization) -> None:
    wrong = {}
    for name, messages, expected in MESSAGES:
        with pytest.raises(_Undone):
            async with shop.app.database.transaction("acme") as db:
                for message in messages:
                    await take(db, *message)
                found = (await balances(db, "A"))["W1"]
                if found != expected or await broken_invariants(db):
                    wrong[name] = (found, await broken_invariants(db))
                raise _Undone
    assert wrong == {}


async def test_shortage_is_told_with_the_sku_also_when_the_message_does_not_name_it(
    shop: Organization,
) -> None:
    async with shop.app.database.transaction("acme") as db:
        await take(db, F, 2, [FeedRow("B", "W1", on_hand=3)], complete=True)
        told = await db.fetch(
            "SELECT subject_id, data->>'shortage' FROM event WHERE kind = 'stock.shortage_arisen'"
        )
        assert told == [("A@W1", "4")]
        await take(db, F, 3, [full(0)], complete=False)
        assert await db.fetch("SELECT count(*) FROM event WHERE kind = 'stock.shortage_arisen'") == [(1,)]


async def test_result_of_each_row(shop: Organization) -> None:
    rows = [full(12), FeedRow("NOPE", "W1", on_hand=1), FeedRow("B", "W1", on_hand=3), full(1)]
    async with shop.app.database.transaction("acme") as db:
        received = await take(db, F, 2, rows, complete=False)
    assert (received.applied, received.unchanged, received.stale) == (1, 1, 0)
    assert {row: refusal.code for row, refusal in received.refused.items()} == {
        1: "sku_unknown",
        3: "row_twice",
    }


async def test_one_sku_in_two_spellings_is_one_item(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        received = await take(db, F, 2, [FeedRow(" A ", "W1", on_hand=12)], complete=False)
        assert received.applied == 1


async def test_message_of_which_nothing_was_taken_may_come_again(organization: Organization) -> None:
    """Its items were not known yet; once they are, the same message counts."""
    early = StockMessage("erp", 7, F, [FeedRow("LATER", "W1", on_hand=5)])
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
        first = await receive_feed(db, "tests", early)
        assert (first.applied, list(first.refused), first.duplicate) == (0, [0], False)
        await put_items(db, "tests", [PutItem(sku="LATER", name="Later")])
        second = await receive_feed(db, "tests", early)
        assert (second.applied, second.duplicate) == (1, False)
        assert (await receive_feed(db, "tests", early)).duplicate
