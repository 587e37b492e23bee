"""Holds on an order.

command                                   answer
fraud on the order                        blocks allocate, release, ship
legal on line 1                           blocks cancel too, for that line
a kind that does not exist                refused
a line that does not exist                refused
until yesterday                           refused
resolve                                   over; a second time refused
its time comes                            the sweep closes it, and says so
"""

from datetime import UTC, datetime, timedelta

import pytest

from commissary.domain.orders.types import HoldRow
from commissary.flows.orders.hold import PlaceHold, ResolveHold, expire_holds, place_holds, resolve_hold
from commissary.kernel.decision import Refusal
from commissary.platform.clock import advance
from commissary.platform.ids import new_id
from commissary.views import orders as views
from tests.conftest import Organization
from tests.shop import captured, open_shop, order

HOUR = timedelta(hours=1)


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    await captured(organization.app, order(("A", 1), number="X"))
    return organization


async def test_placing(shop: Organization) -> None:
    far = datetime(9999, 12, 31, tzinfo=UTC)
    async with shop.app.database.transaction("acme") as db:
        answers = await place_holds(
            db,
            "tests",
            [
                PlaceHold("X", "fraud", "new card"),
                PlaceHold("X", "legal", "", line_number=1),
                PlaceHold("X", "mood", ""),
                PlaceHold("X", "fraud", "", line_number=2),
                PlaceHold("X", "until", "", db.now),
                PlaceHold("X", "until", "", far),
                PlaceHold("NOPE", "fraud", ""),
            ],
        )
        assert [a.kind if isinstance(a, HoldRow) else (a.code, a.field) for a in answers] == [
            "fraud",
            "legal",
            ("hold_kind_unknown", "/kind"),
            ("line_unknown", "/line_number"),
            ("hold_expired_already", "/expires_at"),
            ("instant_out_of_range", "/expires_at"),
            ("order_unknown", ""),
        ]
        whole = await views.whole_order(db, "X")
        assert whole is not None
        assert [(h.kind, h.line_number) for h in whole.holds] == [("fraud", None), ("legal", 1)]
        assert whole.version == 2


async def test_resolving_once(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        (hold,) = await place_holds(db, "tests", [PlaceHold("X", "fraud", "")])
        assert isinstance(hold, HoldRow)
        command = ResolveHold("X", hold.id, "called the customer")
        assert await resolve_hold(db, "ann", command) is None
        assert await resolve_hold(db, "bob", command) == Refusal("hold_not_active", {}, "")
        assert await resolve_hold(db, "bob", ResolveHold("X", new_id(), "")) == Refusal(
            "hold_not_active", {}, ""
        )
        assert await db.fetch("SELECT resolved_by, resolution FROM order_hold") == [
            ("ann", "called the customer")
        ]
        assert await db.fetch("SELECT count(*) FROM event WHERE kind = 'order.hold_resolved'") == [(1,)]


async def test_hold_of_another_order_is_not_resolved(shop: Organization) -> None:
    await captured(shop.app, order(("A", 1), number="Y"))
    async with shop.app.database.transaction("acme") as db:
        (hold,) = await place_holds(db, "tests", [PlaceHold("X", "fraud", "")])
        assert isinstance(hold, HoldRow)
        assert isinstance(await resolve_hold(db, "bob", ResolveHold("Y", hold.id, "")), Refusal)


async def test_time_over_closes_a_hold_and_tells_it(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await place_holds(
            db, "tests", [PlaceHold("X", "until", "", db.now + HOUR), PlaceHold("X", "fraud", "")]
        )
        assert await expire_holds(db) == 0
    await advance(shop.app.database, "acme", HOUR)
    async with shop.app.database.transaction("acme") as db:
        assert await expire_holds(db) == 1
        assert await expire_holds(db) == 0
        told = await db.fetch(
            "SELECT data->>'resolution', actor FROM event WHERE kind = 'order.hold_resolved'"
        )
        assert told == [("expired", "clock")]
        # Whoever read the order before does not see that the hold is gone: the version says so.
        assert await db.fetch("SELECT version FROM customer_order") == [(3,)]


async def test_sweep_leaves_an_order_that_someone_works_on(shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await place_holds(db, "tests", [PlaceHold("X", "until", "", db.now + HOUR)])
    await advance(shop.app.database, "acme", HOUR)
    async with shop.app.database.transaction("acme") as busy:
        await busy.execute("SELECT id FROM customer_order FOR NO KEY UPDATE")
        async with shop.app.database.transaction("acme") as db:
            assert await expire_holds(db) == 0
