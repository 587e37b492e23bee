"""Orders in the database: what is written comes back, quantity groups merge and empty, locks hold."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from commissary.domain.orders import store
from commissary.domain.orders.types import (
    ChargeInput,
    ChargeRow,
    GroupKey,
    HoldRow,
    LineRow,
    Method,
    OrderKind,
    OrderRow,
    Prices,
    QuantityState,
    Shift,
)
from commissary.domain.payments.store import insert_tenders
from commissary.domain.payments.types import TenderInput, TenderKind, TenderRow
from commissary.platform.db import Db
from commissary.platform.errors import TryAgain
from commissary.platform.ids import new_id
from tests.conftest import Organization

S = QuantityState
PRICES = Prices(2000, 0, 495, 0, 2495, (0,))


def order_row(number: str) -> OrderRow:
    return OrderRow(
        new_id(), number, "web", OrderKind.BUSINESS, new_id(), new_id(), None, "EUR",
        datetime(2026, 1, 2, tzinfo=UTC), 'PO "7", {x}', date(2026, 2, 28), date(2028, 2, 29), PRICES, False,
        {"note": 'a "quoted", {braced} \\ text', "gift": True, "grams": 1.5}, b"\x00\xff",
    )  # fmt: skip


def line_row(order: OrderRow, number: int = 1) -> LineRow:
    return LineRow(
        new_id(), order.id, number, 1, 2, Method.PICKUP, 7, None, None, 1000, 0, 0, {"engraving": "A,B"}
    )


async def written(db: Db, number: str = 'N 1, "x"') -> tuple[OrderRow, LineRow]:
    order = order_row(number)
    line = line_row(order)
    await store.insert_orders(db, [order])
    await store.insert_lines(db, [line])
    await store.insert_charges(db, [ChargeRow(order.id, ChargeInput("shipping", 495))])
    return order, line


async def test_order_comes_back_as_it_was_written(db: Db) -> None:
    order, line = await written(db)
    rows = await db.fetch(
        "SELECT number, purchase_order_number, requested_ship_on, requested_delivery_on, attributes,"
        " body_hash, total_minor,"
        " ship_to_id, bill_to_id, version FROM customer_order"
    )
    assert rows == [
        (order.number, order.purchase_order_number, order.requested_ship_on, order.requested_delivery_on,
         order.attributes, b"\x00\xff", 2495, order.ship_to_id, None, 1)
    ]  # fmt: skip
    (own,) = await store.lines_of(db, [order.id])
    assert own == (line.id, order.id, 1, 1, 2, 7)
    assert await db.fetch("SELECT kind, amount_minor FROM order_charge") == [("shipping", 495)]
    found = await store.orders_by_number(db, [order.number, "NOPE"])
    assert found == {order.number: (order.id, b"\x00\xff")}


async def test_number_that_another_took_meanwhile_starts_the_work_afresh(organization: Organization) -> None:
    async with organization.app.database.transaction("acme") as db:
        await written(db, "N-1")
    with pytest.raises(TryAgain, match="customer_order_number_key"):
        async with organization.app.database.transaction("acme") as db:
            await written(db, "N-1")


async def test_numbers_are_never_given_twice(organization: Organization) -> None:
    database = organization.app.database
    async with database.transaction("acme") as one, database.transaction("acme") as other:
        given = [*await store.next_numbers(one, 3), *await store.next_numbers(other, 2)]
        assert len(set(given)) == 5
        assert await store.next_numbers(one, 0) == []


async def test_groups_merge_and_empty(db: Db) -> None:
    order, line = await written(db)

    def at(state: QuantityState) -> GroupKey:
        return GroupKey(order.id, line.id, state)

    async def groups() -> dict[str, int]:
        return {str(row.key.state): row.quantity for row in await store.groups_of(db, [order.id])}

    await store.shift(db, [Shift(None, at(S.RESERVED), 1), Shift(None, at(S.RESERVED), 1)])
    assert await groups() == {"reserved": 2}
    await store.shift(db, [Shift(at(S.RESERVED), at(S.CANCELED), 1)])
    assert await groups() == {"reserved": 1, "canceled": 1}
    # Units that pass through a state within one change leave no trace in it.
    await store.shift(
        db, [Shift(at(S.RESERVED), at(S.ALLOCATED), 1), Shift(at(S.ALLOCATED), at(S.RELEASED), 1)]
    )
    assert await groups() == {"released": 1, "canceled": 1}
    await store.shift(db, [])


async def test_group_that_would_give_more_than_it_has_is_refused(organization: Organization) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        async with organization.app.database.transaction("acme") as db:
            order, line = await written(db)
            reserved = GroupKey(order.id, line.id, S.RESERVED)
            await store.shift(db, [Shift(None, reserved, 2)])
            await store.shift(db, [Shift(reserved, reserved._replace(state=S.CANCELED), 3)])


async def test_locked_orders_wait_for_each_other(organization: Organization) -> None:
    database = organization.app.database
    async with database.transaction("acme") as db:
        order, _ = await written(db, "N-1")
    async with database.transaction("acme") as db:
        assert await store.lock_orders(db, ["N-1", "NOPE"]) == {"N-1": (order.id, "N-1", 1)}
        with pytest.raises(TryAgain):
            async with database.transaction("acme") as rival:
                await rival.execute("SET LOCAL lock_timeout = '50ms'")
                await store.lock_orders_by_id(rival, [order.id])
        await store.raise_versions(db, [order.id, order.id])
        assert (await store.lock_orders(db, ["N-1"]))["N-1"].version == 2


async def test_holds_are_kept_with_their_steps(db: Db) -> None:
    order, line = await written(db)
    blocks = ("release", "ship")
    holds = [
        HoldRow(new_id(), order.id, None, "until", 'a "b", {x}', blocks, db.now, "ann", db.now - timedelta(days=1)),
        HoldRow(new_id(), order.id, line.id, "fraud", "", blocks, db.now, "ann", None),
    ]  # fmt: skip
    await store.insert_holds(db, holds, "ann")
    assert sorted(await store.holds_of(db, [order.id])) == sorted(holds)
    assert [row[0] for row in await store.expired_holds(db, 10)] == [holds[0].id]
    await store.resolve_holds(db, [holds[0].id], "bob", "over")
    await store.resolve_holds(db, [holds[0].id], "eve", "once more")
    assert await store.expired_holds(db, 10) == []
    rows = await db.fetch("SELECT resolved_by FROM order_hold WHERE resolved_at IS NOT NULL")
    assert rows == [("bob",)]


async def test_tenders_are_kept_in_their_order(db: Db) -> None:
    order, _ = await written(db)
    tenders = [
        TenderInput(TenderKind.CARD, 2000, token='tok,"1"', brand="visa", last_four="4242", installments=3),
        TenderInput(TenderKind.GIFT_CARD, 495, prepaid=True),
    ]
    await insert_tenders(
        db, [TenderRow(new_id(), order.id, position, tender) for position, tender in enumerate(tenders, 1)]
    )
    rows = await db.fetch(
        "SELECT kind, amount_minor, prepaid, token, brand, last_four, installments FROM tender ORDER BY position"
    )
    assert rows == [
        ("card", 2000, False, 'tok,"1"', "visa", "4242", 3),
        ("gift_card", 495, True, None, None, None, 1),
    ]
