"""Everything that moves stock, in any order, against a shopkeeper's count; after every step all invariants hold.

Hypothesis looks for a sequence of feeds (late and doubled ones too), corrections, carts, orders and cancellations after
which the books say something else than the model of `stock.py`. One example is one transaction that is rolled back.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from commissary.domain.customers.types import SealedPerson
from commissary.domain.inventory.types import Account, Adjustment, CartLine, FeedMode, FeedRow
from commissary.domain.orders.types import CancelLine, CancelOrder, Captured
from commissary.flows.inventory import cart
from commissary.flows.inventory.adjust import adjust
from commissary.flows.inventory.receive_feed import StockMessage, receive_feed
from commissary.flows.orders.cancel import Canceled, Cancellation, cancel
from commissary.flows.orders.capture.draft import CaptureRequest
from commissary.flows.orders.capture.flow import capture
from commissary.kernel.decision import Refusal
from commissary.platform.config import load_config
from commissary.platform.db import Db
from commissary.views.invariants import broken_invariants
from commissary.wiring import Application, build, open_application
from tests.models.stock import GROUP, Shop
from tests.shop import balances, captured, open_shop, order

T = TypeVar("T")
SKUS, PLACES = ("A", "B"), ("W1", "S1")
EXAMPLES, STEPS = 20, 30

skus, places = st.sampled_from(SKUS), st.sampled_from(PLACES)
anywhere = st.sampled_from((*PLACES, GROUP))
carts = st.sampled_from(("basket", "counter"))
units, aside, lateness = st.integers(1, 6), st.none() | st.integers(0, 3), st.integers(0, 3)
lines = st.lists(st.tuples(skus, anywhere, units), min_size=1, max_size=3)
accounts = st.sampled_from((Account.AVAILABLE, Account.DAMAGED, Account.QUALITY_HOLD))


class _Undone(Exception):
    """Rolls an example back."""


class StockMachine(RuleBasedStateMachine):
    """One example: a transaction on the shop's organization, and the model beside it."""

    runner: asyncio.Runner
    app: Application
    person: SealedPerson

    @initialize()
    def begin(self) -> None:
        self.shop = Shop(PLACES)
        self.orders: dict[str, list[int]] = {}
        self.sequence = 10
        self.transaction = self.app.database.transaction("acme")
        self.db: Db = self.run(self.transaction.__aenter__())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        with contextlib.suppress(_Undone):
            self.run(self.transaction.__aexit__(_Undone, _Undone(), None))

    @rule(
        sku=skus,
        place=places,
        on_hand=st.integers(0, 12),
        damaged=st.none() | st.integers(0, 3),
        late=st.integers(0, 3),
    )
    def full_feed(self, sku: str, place: str, on_hand: int, damaged: int | None, late: int) -> None:
        self.sequence += 1
        sequence = self.sequence - late
        row = FeedRow(sku, place, on_hand=on_hand, damaged=damaged)
        received = self.run(receive_feed(self.db, "t", StockMessage("erp", sequence, FeedMode.FULL, [row])))
        done = self.shop.full(sequence, sku, place, on_hand, damaged)
        self.shop.messages.add(sequence)
        assert (received.applied + received.unchanged == 1) is done

    @rule(sku=skus, place=places, change=st.integers(-6, 6), late=lateness)
    def delta_feed(self, sku: str, place: str, change: int, late: int) -> None:
        self.sequence += 1
        sequence = self.sequence - late
        row = FeedRow(sku, place, change=change)
        received = self.run(receive_feed(self.db, "t", StockMessage("erp", sequence, FeedMode.DELTA, [row])))
        done = self.shop.delta(sequence, sku, place, change)
        self.shop.messages.add(sequence)
        assert (received.applied + received.unchanged == 1) is done

    @rule(sku=skus, place=places, account=accounts, change=st.integers(-5, 5))
    def correct(self, sku: str, place: str, account: Account, change: int) -> None:
        (answer,) = self.run(adjust(self.db, "t", [Adjustment(sku, place, change, "counted", account)]))
        assert (not isinstance(answer, Refusal)) is self.shop.adjust(sku, place, account, change)

    @rule(name=carts, wanted=lines)
    def reserve(self, name: str, wanted: list[tuple[str, str, int]]) -> None:
        given = [
            CartLine(s, q, location_group=p) if p == GROUP else CartLine(s, q, location=p)
            for s, p, q in wanted
        ]
        command = cart.ReserveCart(name, given, timedelta(minutes=1))
        answer = self.run(cart.reserve(self.db, "t", command))
        assert (not isinstance(answer, Refusal)) is self.shop.reserve_cart(name, wanted)

    @rule(name=carts)
    def release(self, name: str) -> None:
        expected = sum(promise.quantity for promise in self.shop.of(name))
        assert self.run(cart.release(self.db, "t", name)) == expected
        self.shop.forget(name)

    @rule(name=carts, place=places)
    def allocate(self, name: str, place: str) -> None:
        answer = self.run(cart.allocate(self.db, "t", name, place))
        assert (answer is None) is self.shop.allocate_cart(name, place)

    @rule(name=carts)
    def issue(self, name: str) -> None:
        answer = self.run(cart.issue(self.db, "t", name, "sold"))
        assert (not isinstance(answer, Refusal)) is self.shop.issue_cart(name)

    @rule()
    def let_time_pass(self) -> None:
        self.db.now += timedelta(minutes=2)
        self.run(cart.expire(self.db))
        for name in ("basket", "counter"):
            self.shop.promises = [p for p in self.shop.promises if p.allocated or p not in self.shop.of(name)]

    @rule(wanted=lines, partial=st.booleans())
    def place_order(self, wanted: list[tuple[str, str, int]], partial: bool) -> None:
        number = f"N{len(self.orders)}"
        given = [
            {"sku": s, "quantity": q, ("location_group" if p == GROUP else "location"): p}
            for s, p, q in wanted
        ]
        body = order(*given, number=number, on_shortage="backorder" if partial else "refuse")
        request = CaptureRequest(body, (), self.person, number.encode())
        (answer,) = self.run(capture(self.db, "t", [request]))
        granted = self.shop.promise(number, wanted, partial=partial)
        if granted is None:
            assert isinstance(answer, Refusal)
            return
        assert isinstance(answer, Captured)
        assert [line.reserved for line in answer.lines] == granted
        self.orders[number] = [quantity for _, _, quantity in wanted]

    @rule(data=st.data())
    def cancel_line(self, data: st.DataObject) -> None:
        if not self.orders:
            return
        number = data.draw(st.sampled_from(sorted(self.orders)))
        left = self.orders[number]
        index = data.draw(st.integers(0, len(left) - 1))
        quantity = data.draw(units)
        command = CancelOrder("changed mind", (CancelLine(index + 1, quantity),))
        (answer,) = self.run(cancel(self.db, "t", [Cancellation(number, command)]))
        assert isinstance(answer, Canceled) is (quantity <= left[index])
        if isinstance(answer, Canceled):
            held = sum(p.quantity for p in self.shop.promises if p.owner == f"{number}#{index}")
            # What is on backorder goes first: it holds nothing.
            self.shop.cancel(number, index, max(quantity - (left[index] - held), 0))
            left[index] -= quantity

    @invariant()
    def books_say_what_the_model_says(self) -> None:
        if not hasattr(self, "db"):
            return
        for sku in SKUS:
            found = self.run(balances(self.db, sku))
            for place, row in found.items():
                assert row == self.shop.row(sku, place), (sku, place)
            unknown = {(s, p) for s, p in self.shop.shelves if s == sku and p not in found}
            assert all(self.shop.row(*key) == (0, 0, 0, 0) for key in unknown)
        assert self.run(broken_invariants(self.db)) == []


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.mark.slow
def test_books_and_model_never_disagree(
    organization_dsn: str, _keys_database: str, runner: asyncio.Runner
) -> None:
    async def prepare(app: Application) -> SealedPerson:
        async with app.database.transaction("acme") as db:
            await open_shop(db, {("A", "W1"): 1})
        answer = await captured(app, order(("A", 1), number="first"))
        async with app.database.transaction("acme") as db:
            await cancel(db, "t", [Cancellation("first", CancelOrder("a start without stock"))])
            await adjust(db, "t", [Adjustment("A", "W1", -1, "a start without stock")])
            rows = await db.fetch(
                "SELECT customer_id FROM customer_order WHERE id = %(id)s", {"id": answer.id}
            )
        return SealedPerson(rows[0][0], False, None, None, (), None, ())

    application = build(
        load_config({}, name="tests"), organization_dsn, _keys_database, b"k" * 32, pool_size=2
    )
    opened = open_application(application)
    app = runner.run(opened.__aenter__())
    try:
        machine = type(
            "Machine", (StockMachine,), {"runner": runner, "app": app, "person": runner.run(prepare(app))}
        )
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                derandomize=True,
                database=None,
            ),
        )
    finally:
        runner.run(opened.__aexit__(None, None, None))
