"""Corrections by hand at A in W1: 10 on hand, 4 of them reserved.

correction                     A at W1 (available, reserved, allocated, shortage)
available +1                   7, 4, 0, 0
available −6                   0, 4, 0, 0
available −7                   0, 4, 0, 1     what was promised is not there
available −7, then +2          1, 4, 0, 0     the shortage is paid first
available −11                  refused: there are 10
damaged +2                     6, 4, 0, 0
damaged −1                     refused: none is damaged
"""

from datetime import timedelta

import pytest

from commissary.domain.inventory.types import Account, Adjustment, CartLine
from commissary.flows.inventory import cart
from commissary.flows.inventory.adjust import adjust
from commissary.kernel.decision import Refusal
from commissary.views.invariants import broken_invariants
from tests.conftest import Organization
from tests.shop import balances, open_shop

AVAILABLE, DAMAGED = Account.AVAILABLE, Account.DAMAGED
# corrections                                               A at W1 afterwards     refused
CORRECTIONS: list[tuple[list[tuple[Account, int]], tuple[int, ...], list[str]]] = [
    ([(AVAILABLE, 1)], (7, 4, 0, 0), []),
    ([(AVAILABLE, -6)], (0, 4, 0, 0), []),
    ([(AVAILABLE, -7)], (0, 4, 0, 1), []),
    ([(AVAILABLE, -7), (AVAILABLE, 2)], (1, 4, 0, 0), []),
    ([(AVAILABLE, -11)], (6, 4, 0, 0), ["stock_below_zero"]),
    ([(AVAILABLE, -10), (AVAILABLE, -1)], (0, 4, 0, 4), ["stock_below_zero"]),
    ([(DAMAGED, 2)], (6, 4, 0, 0), []),
    ([(DAMAGED, -1)], (6, 4, 0, 0), ["stock_below_zero"]),
    ([(AVAILABLE, 0)], (6, 4, 0, 0), ["change_is_zero"]),
    ([(Account.SHORTAGE, 1)], (6, 4, 0, 0), ["account_not_adjustable"]),
]


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
        line = CartLine("A", 4, location="W1")
        await cart.reserve(db, "tests", cart.ReserveCart("basket", [line], timedelta(hours=1)))
    return organization


class _Undone(Exception):
    """Rolls back, so that every row of the table starts from the same stock."""


async def test_corrections(shop: Organization) -> None:
    for corrections, expected, codes in CORRECTIONS:
        with pytest.raises(_Undone):
            async with shop.app.database.transaction("acme") as db:
                given = [Adjustment("A", "W1", change, "counted", account) for account, change in corrections]
                answers = await adjust(db, "tests", given)
                assert [a.code for a in answers if isinstance(a, Refusal)] == codes, corrections
                assert (await balances(db, "A"))["W1"] == expected, corrections
                assert await broken_invariants(db) == []
                raise _Undone


async def test_correction_is_told_with_its_shortage(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        (cause,) = await adjust(db, "tests", [Adjustment("A", "W1", -7, "stolen")])
        told = await db.fetch(
            "SELECT kind, subject_id FROM event WHERE actor = 'tests' ORDER BY sequence DESC LIMIT 2"
        )
        assert sorted(told) == [("stock.adjusted", "A@W1"), ("stock.shortage_arisen", "A@W1")]
        moved = await db.fetch(
            "SELECT from_account, to_account, quantity, reason FROM movement WHERE cause_id = %(id)s ORDER BY id",
            {"id": str(cause)},
        )
    assert moved == [("available", "outside", 6, "stolen"), ("shortage", "outside", 1, "stolen")]


async def test_each_movement_carries_its_own_reason(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        given = [Adjustment("A", "W1", 1, "found"), Adjustment("A", "S1", -1, "broken")]
        causes = await adjust(db, "tests", given)
        for cause, reason in zip(causes, ("found", "broken"), strict=True):
            rows = await db.fetch("SELECT reason FROM movement WHERE cause_id = %(id)s", {"id": str(cause)})
            assert rows == [(reason,)]
