"""One look at each function of the stock store that flows reach only in part: locks, sums, what is left over."""

from datetime import timedelta

import psycopg
import pytest

from commissary.domain.inventory import store
from commissary.domain.inventory.rules.ledger import Worksheet
from commissary.domain.inventory.types import Account, Balances, OwnerKind, Reservation, ReservationState
from commissary.platform.db import Db
from commissary.platform.errors import TryAgain
from commissary.platform.ids import new_id
from tests.conftest import Organization
from tests.shop import balances, feed, open_shop


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    return organization


async def ids(db: Db) -> tuple[int, int, int]:
    """(item A, location W1, group ALL)."""
    rows = await db.fetch(
        "SELECT item.id, location.id, reserving_group_id FROM item, location WHERE sku = 'A' AND code = 'W1'"
    )
    return rows[0][0], rows[0][1], rows[0][2]


def reservation(item: int, place: int, quantity: int, owner: str, **more: object) -> Reservation:
    made = Reservation(
        new_id(), item, place, None, quantity, ReservationState.RESERVED, OwnerKind.CART, owner, None
    )
    return made._replace(**more)  # type: ignore[arg-type]


async def test_balances_are_locked_with_their_groups(shop: Organization) -> None:
    database = shop.app.database
    async with database.transaction("acme") as db:
        item, place, group = await ids(db)
        held = await store.lock_balances(db, [(item, place), (item, place), (item, 999)], [], {place: group})
        assert [(p.location_id, p.available) for p in held.positions] == [(place, 10)]
        assert [(g.group_id, g.supply) for g in held.groups] == [(group, 15)]
        for places, groups in (([(item, place)], []), ([], [(item, group)])):
            with pytest.raises(TryAgain):
                async with database.transaction("acme") as rival:
                    await rival.execute("SET LOCAL lock_timeout = '50ms'")
                    await store.lock_balances(rival, places, groups, {})


async def test_change_is_written_once_to_balances_and_ledger(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        item, place, group = await ids(db)
        sheet = Worksheet(await store.lock_balances(db, [(item, place)], [], {place: group}))
        sheet.move(item, place, 3, Account.AVAILABLE, Account.RESERVED, "cart", "x")
        sheet.move(item, place, 1, Account.RESERVED, Account.AVAILABLE, "cart", "x")
        await store.write_change(db, sheet.change(), "tests", "why")
        found = await balances(db, "A")
        assert (found["W1"], found["ALL"]) == ((8, 2, 0, 0), (13, 0, 0))
        rows = await db.fetch("SELECT quantity, reason, actor FROM movement WHERE cause_id = 'x' ORDER BY id")
        assert rows == [(3, "why", "tests"), (1, "why", "tests")]
        await store.write_change(db, Worksheet(Balances([], [], {})).change(), "tests")


async def test_database_itself_refuses_an_oversell(shop: Organization) -> None:
    """Were a rule wrong, or a lock missing: the constraints hold all the same."""
    wrong = [
        "UPDATE stock_position SET available = -1",
        "UPDATE stock_position SET reserved = -1",
        "UPDATE stock_position SET shortage = 1 WHERE available > 0",
        "UPDATE group_position SET reserved = supply + 1",
        "UPDATE group_position SET shortage = 1 WHERE reserved < supply",
        "UPDATE movement SET to_account = from_account",
        "UPDATE movement SET quantity = 0",
        "UPDATE movement SET group_id = 1, location_id = 1",
    ]
    for statement in wrong:
        with pytest.raises(psycopg.errors.CheckViolation):
            async with shop.app.database.transaction("acme") as db:
                await db.execute(statement)


async def test_reservations_come_back_as_they_were_made(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        item, place, group = await ids(db)
        until = db.now + timedelta(minutes=1)
        made = [
            reservation(item, place, 3, "a", expires_at=until),
            reservation(item, place, 2, "a,b\"c'\\", state=ReservationState.ALLOCATED),
            reservation(item, place, 1, "a", location_id=None, group_id=group, expires_at=until),
        ]
        await store.insert_reservations(db, made)
        assert await store.reservations_of(db, OwnerKind.CART, ["a", "a,b\"c'\\"]) == sorted(made)
        assert await store.reservations_of(db, OwnerKind.ORDER_LINE, ["a"]) == []
        await store.set_reservations(db, [(made[0], 1), (made[2], 0)])
        left = {r.id: r.quantity for r in await store.reservations_of(db, OwnerKind.CART, ["a"])}
        assert left == {made[0].id: 1}


async def test_expired_reservations_are_shared_among_sweeps(shop: Organization) -> None:
    database = shop.app.database
    async with database.transaction("acme") as db:
        item, place, _ = await ids(db)
        made = [
            reservation(item, place, 1, str(n), expires_at=db.now - timedelta(minutes=n)) for n in range(3)
        ]
        made.append(reservation(item, place, 1, "later", expires_at=db.now + timedelta(minutes=1)))
        await store.insert_reservations(db, made)
    async with database.transaction("acme") as one, database.transaction("acme") as other:
        first = await store.expired_reservations(one, 2)
        assert [r.owner_id for r in first] == ["2", "1"]
        assert [r.owner_id for r in await store.expired_reservations(other, 2)] == ["0"]


async def test_messages_and_feeds_are_remembered(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        _, place, _ = await ids(db)
        assert await store.note_message(db, "erp", 7)
        assert not await store.note_message(db, "erp", 7)
        assert await store.note_message(db, "wms", 7)
        for sequence in (7, 9, 8):
            await store.note_feed(db, "wms", sequence, [place, place])
        assert await db.fetch("SELECT last_sequence FROM feed WHERE source = 'wms'") == [(9,)]


async def test_where_stock_is(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        item, place, _ = await ids(db)
        await feed(db, 2, {("A", "S1"): 0})
        codes = dict(await db.fetch("SELECT id, code FROM location"))
        found = await store.locations_with_stock(db, list(codes))
        assert {codes[location] for location in found} == {"W1", "S2"}
        unnamed = await store.unnamed_positions(db, [(item, place)], [place])
        assert len(unnamed) == 1
        assert (item, place) not in unnamed
