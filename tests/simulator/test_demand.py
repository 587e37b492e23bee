"""Every generated order is one that the system's own rules accept: known, priced to the cent, paid in full."""

from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commissary.domain.orders.rules.capture import Known, Place, decide_sources
from commissary.domain.orders.rules.holds import BLOCKED_BY
from commissary.domain.orders.rules.price_parts import price_order
from commissary.domain.payments.rules.tenders import tenders_refusal
from commissary.entry.api.schemas.orders import OrderBody
from commissary.kernel.attributes import AttributeKind
from commissary.kernel.decision import Refusal
from commissary.simulator.checkout import tax_inside, tax_on
from commissary.simulator.demand import Demand, Order
from commissary.simulator.places import GROUP
from commissary.simulator.rhythm import ORDERS_A_DAY, backward_from, busyness, gap_before
from commissary.simulator.world import World, build_world

OPENED_AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def _known(world: World) -> Known:
    return Known(
        items={item.sku: (index, True) for index, item in enumerate(world.items)},
        places={
            place.code: Place(index, True, frozenset(place.capabilities), 1)
            for index, place in enumerate(world.places)
        },
        groups={GROUP: (1, True)},
        default_group=GROUP,
        order_attributes={"campaign": AttributeKind.TEXT},
        line_attributes={},
    )


def _accepted(order: Order, known: Known) -> OrderBody:
    body = msgspec.convert(order.body, OrderBody, str_keys=True)
    prices = price_order(body)
    assert not isinstance(prices, Refusal), prices
    assert body.total_minor == prices.total_minor > 0
    assert tenders_refusal(body.tenders, prices.total_minor) is None
    sources = decide_sources(body, known)
    assert not isinstance(sources, Refusal), sources
    assert {hold.kind for hold in body.holds} <= BLOCKED_BY.keys()
    assert len({line.sku for line in body.lines}) == len(body.lines) <= 5
    return body


@given(st.integers(0, 999_999), st.integers(-5000, 10**6))
@settings(max_examples=30, deadline=None)
def test_every_order_is_acceptable(seed: int, position: int) -> None:
    world = build_world(seed, items=60, customers=40, stores=4)
    demand = Demand(world)
    known = _known(world)
    for offset in range(10):
        order = demand.order(position + offset, TODAY)
        assert order == demand.order(position + offset, TODAY)
        assert demand.position(order.number) == position + offset
        _accepted(order, known)


def test_same_seed_same_first_orders() -> None:
    first, again = (
        list(Demand(build_world(7)).past(OPENED_AT, 100))
        + [Demand(build_world(7)).order(n, TODAY) for n in range(1, 101)]
        for _ in range(2)
    )
    assert first == again
    assert len({order.number for order in first}) == 200
    assert first[0].number == "R7-100000"
    assert first[0].body != Demand(build_world(8)).order(0, TODAY).body


def test_a_retailer_has_all_kinds_of_orders() -> None:
    world = build_world(7)
    demand = Demand(world)
    known = _known(world)
    bodies = [_accepted(order, known) for order in demand.past(OPENED_AT, 400)]
    channels = Counter(body.channel for body in bodies)
    assert channels.keys() == {"web", "app", "store", "marketplace"}
    assert channels.most_common(1)[0][0] == "web"
    methods = Counter(frozenset(line.method.value for line in body.lines) for body in bodies)
    assert min(methods[frozenset({"ship"})], methods[frozenset({"pickup"})]) > 40
    assert methods[frozenset({"ship", "pickup"})] > 5
    tenders = Counter(tuple(tender.kind.value for tender in body.tenders) for body in bodies)
    assert tenders["gift_card", "card"] > 5
    business = [body for body in bodies if body.kind == "business"]
    assert len(business) > 15
    assert all(body.purchase_order_number and body.requested_delivery_on for body in business)
    assert all(body.tax_included is (body.kind == "consumer") for body in bodies)
    assert any(line.discount_minor for body in bodies for line in body.lines)
    assert any(body.discount_minor for body in bodies)
    assert any(body.holds for body in bodies)
    awaited = {item.sku for item in world.items if item.awaited}
    assert any(line.sku in awaited for body in bodies for line in body.lines)


def test_live_orders_for_awaited_items_wait() -> None:
    world = build_world(7)
    demand, awaited = Demand(world), {item.sku for item in world.items if item.awaited}
    waits: Counter[tuple[bool, str]] = Counter()
    for position in range(1, 400):
        body = demand.order(position, TODAY).body
        waits[any(line["sku"] in awaited for line in body["lines"]), body["on_shortage"]] += 1
    assert waits[True, "refuse"] == 0
    assert waits[True, "backorder"] > 0
    assert waits[False, "refuse"] > waits[False, "backorder"] > 0


def test_a_longer_past_only_adds_to_its_beginning() -> None:
    demand = Demand(build_world(7, items=60, customers=40))
    short, long = list(demand.past(OPENED_AT, 50)), list(demand.past(OPENED_AT, 120))
    assert long[:50] == short
    assert datetime.fromisoformat(short[0].body["placed_at"]) == OPENED_AT
    placed = [datetime.fromisoformat(order.body["placed_at"]) for order in long]
    assert all(later > earlier for later, earlier in pairwise(placed))


def test_the_past_has_the_rhythm_of_the_week() -> None:
    instants = [at for _, at in zip(range(3000), backward_from(OPENED_AT, 7), strict=False)]
    days = (instants[0] - instants[-1]).total_seconds() / 86_400
    assert 3000 / days == pytest.approx(ORDERS_A_DAY, rel=0.1)
    night = sum(1 for at in instants if 1 <= at.hour < 5)
    evening = sum(1 for at in instants if 18 <= at.hour < 22)
    assert evening > 5 * night
    assert all(0 < busyness(at) <= 1 for at in instants)


def test_live_orders_come_unevenly_at_the_rate_asked_for() -> None:
    gaps = [gap_before(7, position, 30) for position in range(2000)]
    assert sum(gaps) / len(gaps) == pytest.approx(2, rel=0.05)
    assert max(gaps) <= 3.5
    assert min(gaps) >= 0.5


def test_second_thoughts_are_rare() -> None:
    demand = Demand(build_world(7, items=60, customers=40))
    thoughts = [demand.second_thought(position) for position in range(1000)]
    kinds = Counter(thought.kind for thought in thoughts if thought is not None)
    assert kinds.keys() == {"cancel", "cancel_unit", "hold"}
    assert 50 < kinds.total() < 140


@pytest.mark.parametrize("number", ["R8-100001", "R7-", "R7-ten", "R7-10²", "2026-000001", ""])
def test_numbers_of_others_are_not_ours(number: str) -> None:
    assert Demand(build_world(7, items=5, customers=5)).position(number) is None


@pytest.mark.parametrize(
    ("amount", "percent", "inside", "on_top"),
    [(12100, 21, 2100, 2541), (11900, 19, 1900, 2261), (100, 21, 17, 21), (1, 21, 0, 0), (0, 20, 0, 0), (3, 20, 1, 1)],
)  # fmt: skip
def test_tax(amount: int, percent: int, inside: int, on_top: int) -> None:
    assert tax_inside(amount, percent) == inside
    assert tax_on(amount, percent) == on_top
