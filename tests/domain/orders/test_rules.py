"""The rules of orders, each with a table that a merchant could check: prices, numbers, status, holds, sources."""

from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.orders.rules.cancel import decide_cancel
from commissary.domain.orders.rules.capture import Known, Place, decide_sources
from commissary.domain.orders.rules.holds import BLOCKED_BY, active_holds, blocking
from commissary.domain.orders.rules.order_number import order_number, pattern_refusal
from commissary.domain.orders.rules.price_parts import price_order
from commissary.domain.orders.rules.screening import review_reason
from commissary.domain.orders.rules.status import STATUSES, order_status
from commissary.domain.orders.types import CaptureOrder, GroupKey, GroupRow, HoldRow, Prices, QuantityState
from commissary.kernel.decision import Refusal

S = QuantityState
NOW = datetime(2026, 3, 4, tzinfo=UTC)
ORDER, LINE = UUID(int=1), UUID(int=2)


def order(*lines: dict[str, Any], **more: Any) -> CaptureOrder:
    body = {"channel": "web", "currency": "EUR", "ship_to": {"country": "BE"}, **more}
    body["lines"] = [{"sku": "A", "quantity": 1, "unit_price_minor": 1000, **line} for line in lines]
    return msgspec.convert(body, CaptureOrder)


# lines and amounts                                     goods, discount, charges, tax, total, discount of each line
PRICES: list[tuple[CaptureOrder, tuple[Any, ...]]] = [
    (order({}), (1000, 0, 0, 0, 1000, (0,))),
    (order({"quantity": 3}), (3000, 0, 0, 0, 3000, (0,))),
    (order({"tax_minor": 210}), (1000, 0, 0, 210, 1210, (0,))),
    (order({"tax_minor": 174}, tax_included=True), (1000, 0, 0, 174, 1000, (0,))),
    (order({"discount_minor": 1000}), (1000, 1000, 0, 0, 0, (1000,))),
    # 1.00 off three equal lines: 34, 33 and 33 cents, and not one cent lost.
    (order({}, {}, {}, discount_minor=100), (3000, 100, 0, 0, 2900, (34, 33, 33))),
    # In proportion to what is left after the line's own discount.
    (order({"discount_minor": 500}, {}, discount_minor=150), (2000, 650, 0, 0, 1350, (550, 100))),
    (order({"unit_price_minor": 0}, {}, discount_minor=7), (1000, 7, 0, 0, 993, (0, 7))),
    (
        order({}, charges=[{"kind": "shipping", "amount_minor": 495, "tax_minor": 104}]),
        (1000, 0, 495, 104, 1599, (0,)),
    ),
    (order({}, total_minor=1000), (1000, 0, 0, 0, 1000, (0,))),
]
# an order                                              the refusal's code and field
PRICE_REFUSALS: list[tuple[CaptureOrder, tuple[str, str]]] = [
    (order({}, currency="XQX"), ("currency_unknown", "/currency")),
    (order({"discount_minor": 1001}), ("discount_above_price", "/lines/0/discount_minor")),
    (order({"discount_minor": 600}, discount_minor=401), ("discount_above_price", "/discount_minor")),
    (order({}, total_minor=999), ("total_does_not_add_up", "/total_minor")),
    (order({"unit_price_minor": 10**13, "quantity": 2}), ("amount_too_large", "/lines/0/unit_price_minor")),
]


def test_prices() -> None:
    for given_order, expected in PRICES:
        assert price_order(given_order) == Prices(*expected)
    for given_order, expected in PRICE_REFUSALS:
        answer = price_order(given_order)
        assert isinstance(answer, Refusal)
        assert (answer.code, answer.field) == expected


priced_lines = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 10**6)), min_size=1, max_size=8)


@given(priced_lines, st.data())
def test_no_cent_is_lost(lines: list[tuple[int, int]], data: st.DataObject) -> None:
    worth = sum(quantity * price for quantity, price in lines)
    discount = data.draw(st.integers(0, worth))
    prices = price_order(
        order(*({"quantity": q, "unit_price_minor": p} for q, p in lines), discount_minor=discount)
    )
    assert isinstance(prices, Prices)
    assert sum(prices.line_discounts) == prices.discount_minor == discount
    assert prices.total_minor == worth - discount
    shares = zip(prices.line_discounts, lines, strict=True)
    assert all(0 <= share <= quantity * price for share, (quantity, price) in shares)


# pattern                        7th order on 4 March 2026, or the refusal
PATTERNS = [
    ("{year}-{sequence:06}", "2026-000007"),
    ("{sequence}", "7"),
    ("W{year}{month}{day}.{sequence:03}", "W20260304.007"),
    ("{year}", "order_number_pattern_without_sequence"),
    ("{sequence}{sequence}", "order_number_pattern_without_sequence"),
    ("{sequence.__class__}", "order_number_pattern_without_sequence"),
    ("{sequence}{year.__class__}", "order_number_pattern_unreadable"),
    ("{sequence}\n", "order_number_pattern_unreadable"),
    (" {sequence}", "order_number_pattern_unreadable"),
    ("{sequence}%s", "order_number_pattern_unreadable"),
]


@pytest.mark.parametrize(("pattern", "expected"), PATTERNS)
def test_order_numbers(pattern: str, expected: str) -> None:
    refusal = pattern_refusal(pattern)
    assert (refusal.code if refusal else order_number(pattern, 7, NOW)) == expected


# units in                                                          status
STATUS_TABLE = [
    ({S.DRAFT}, "draft"),
    ({S.PLACED}, "placed"),
    ({S.BACKORDERED}, "backordered"),
    ({S.RESERVED}, "reserved"),
    ({S.RESERVED, S.ALLOCATED}, "reserved"),
    ({S.ALLOCATED}, "allocated"),
    ({S.RESERVED, S.BACKORDERED}, "partly_reserved"),
    ({S.RELEASED}, "in_fulfillment"),
    ({S.PACKED, S.RESERVED}, "in_fulfillment"),
    ({S.READY_FOR_PICKUP}, "ready_for_pickup"),
    ({S.READY_FOR_PICKUP, S.PICKED}, "in_fulfillment"),
    ({S.SHIPPED, S.PACKED}, "partly_shipped"),
    ({S.SHIPPED}, "shipped"),
    ({S.SHIPPED, S.DELIVERED}, "shipped"),
    ({S.DELIVERED, S.COLLECTED}, "completed"),
    ({S.CANCELED}, "canceled"),
    ({S.CANCELED, S.RESERVED}, "reserved"),
    ({S.CANCELED, S.DELIVERED}, "completed"),
]


def test_status() -> None:
    for states, status in STATUS_TABLE:
        assert order_status(states) == status, states
    assert {status for _, status in STATUS_TABLE} == set(STATUSES)


@given(st.sets(st.sampled_from(list(S))))
def test_any_mix_of_states_has_a_status(states: set[QuantityState]) -> None:
    assert order_status(states) in STATUSES


def groups(**quantities: int) -> list[GroupRow]:
    return [GroupRow(GroupKey(ORDER, LINE, S(state)), quantity) for state, quantity in quantities.items()]


# groups                                    cancel      goes, or how many may
CANCELS: list[tuple[list[GroupRow], int | None, dict[str, int] | int]] = [
    (groups(backordered=3, reserved=2), 4, {"backordered": 3, "reserved": 1}),
    (groups(allocated=2, reserved=2), 3, {"reserved": 2, "allocated": 1}),
    (groups(reserved=2, placed=1), None, {"placed": 1, "reserved": 2}),
    (groups(released=2, reserved=1), None, {"reserved": 1}),
    (groups(released=2, reserved=1), 2, 1),
    (groups(shipped=2), 1, 0),
    (groups(canceled=2), None, 0),
]


def test_cancels() -> None:
    for given_groups, quantity, expected in CANCELS:
        answer = decide_cancel(given_groups, quantity, "/quantity")
        if isinstance(answer, Refusal):
            assert (answer.facts["cancelable"], answer.field) == (expected, "/quantity")
        else:
            assert {shift.source.state: shift.quantity for shift in answer if shift.source} == expected
            assert {shift.target.state for shift in answer} == {S.CANCELED}


def test_every_state_says_whether_it_may_be_canceled() -> None:
    """The table of `states.py`."""
    may = {state for state in S if not isinstance(decide_cancel(groups(**{state: 1}), 1, ""), Refusal)}
    assert may == {S.DRAFT, S.PLACED, S.BACKORDERED, S.RESERVED, S.ALLOCATED}


def hold(kind: str, *, resolved: bool = False, until: datetime | None = None, hour: int = 0) -> HoldRow:
    at = NOW.replace(hour=hour)
    return HoldRow(
        UUID(int=3), ORDER, None, kind, "", BLOCKED_BY[kind], at, "t", until, at if resolved else None
    )


# a step           blocked by
STEPS = {
    "allocate": {"review", "fraud", "customer", "credit", "legal"},
    "release": set(BLOCKED_BY),
    "ship": set(BLOCKED_BY),
    "cancel": {"legal"},
}


def test_holds_block_their_steps() -> None:
    for step, kinds in STEPS.items():
        assert {kind for kind in BLOCKED_BY if blocking([hold(kind)], step, NOW)} == kinds
    assert set().union(*BLOCKED_BY.values()) == set(STEPS)


def test_only_active_holds_block() -> None:
    over = [hold("fraud", resolved=True), hold("fraud", until=NOW)]
    assert active_holds([*over, hold("until", until=NOW.replace(hour=1))], NOW)[0].kind == "until"
    assert blocking(over, "ship", NOW) is None
    oldest = blocking([hold("fraud", hour=5), hold("credit", hour=2)], "ship", NOW)
    assert oldest is not None
    assert oldest.kind == "credit"


# limits                                                order                  held
SCREENS: list[tuple[dict[str, Any], tuple[str, int, int], bool]] = [
    ({}, ("EUR", 10**9, 10**6), False),
    ({"total_minor": {"EUR": 50_000}}, ("EUR", 50_001, 1), True),
    ({"total_minor": {"EUR": 50_000}}, ("EUR", 50_000, 1), False),
    ({"total_minor": {"EUR": 50_000}}, ("USD", 60_000, 1), False),
    ({"units": 100}, ("EUR", 0, 101), True),
    ({"units": 100}, ("EUR", 0, 100), False),
    ({"units": 0}, ("EUR", 0, 1), True),
]


def test_screening() -> None:
    for limits, (currency, total, units), held in SCREENS:
        assert (review_reason(limits, currency, total, units) is not None) is held


KNOWN = Known(
    items={"A": (1, True), "OLD": (2, False)},
    places={
        "S1": Place(11, True, frozenset({"pickup"}), 9),
        "W1": Place(12, True, frozenset({"ship_from"}), None),
        "GONE": Place(13, False, frozenset({"pickup", "ship_from"}), None),
    },
    groups={"ALL": (9, True), "SHOWN": (8, False)},
    default_group="ALL",
    order_attributes={},
    line_attributes={},
)
# a line                                                  asks stock of (item, location, group), or the refusal
SOURCES: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    ({}, (1, None, 9)),
    ({"location_group": "ALL"}, (1, None, 9)),
    ({"location": "W1"}, (1, 12, None)),
    ({"method": "pickup", "location": "S1"}, (1, 11, 9)),
    ({"sku": "NOPE"}, ("sku_unknown", "/lines/0/sku")),
    ({"sku": "OLD"}, ("item_inactive", "/lines/0/sku")),
    ({"location": "S1"}, ("location_cannot", "/lines/0/location")),
    ({"method": "pickup", "location": "W1"}, ("location_cannot", "/lines/0/location")),
    ({"method": "pickup"}, ("pickup_location_missing", "/lines/0/location")),
    ({"location": "GONE"}, ("location_inactive", "/lines/0/location")),
    ({"location": "NOPE"}, ("location_unknown", "/lines/0/location")),
    ({"location": "W1", "location_group": "ALL"}, ("location_and_group", "/lines/0/location_group")),
    ({"location_group": "NOPE"}, ("location_group_unknown", "/lines/0/location_group")),
    ({"location_group": "SHOWN"}, ("group_takes_no_reservations", "/lines/0/location_group")),
    ({"attributes": {"gift": "yes"}}, ("attribute_undeclared", "/lines/0/attributes/gift")),
    ({"attributes": {"gift": "4111 1111 1111 1111"}}, ("card_number_refused", "/lines/0/attributes/gift")),
]


def test_sources() -> None:
    for line, expected in SOURCES:
        answer = decide_sources(order(line), KNOWN)
        if isinstance(answer, Refusal):
            assert (answer.code, answer.field) == expected, line
        else:
            assert tuple(answer[0]) == expected, line


def test_order_of_no_place_names_its_field() -> None:
    nowhere = decide_sources(order({}), KNOWN._replace(default_group=None))
    assert isinstance(nowhere, Refusal)
    assert (nowhere.code, nowhere.field) == ("location_missing", "/lines/0/location")
    unaddressed = decide_sources(order({}, ship_to=None), KNOWN)
    assert isinstance(unaddressed, Refusal)
    assert (unaddressed.code, unaddressed.field) == ("ship_to_missing", "/lines/0/ship_to")


def test_each_line_may_have_its_own_address() -> None:
    own = {"ship_to": {"country": "FR"}}
    assert not isinstance(decide_sources(order(own, ship_to=None), KNOWN), Refusal)


def test_bounds_are_in_the_commands() -> None:
    """Every door decodes into these types, so every door refuses the same."""
    hints = msgspec.structs.fields(CaptureOrder)
    unbounded = [
        hint.name for hint in hints if hint.type is str or (hint.type is int and not get_args(hint.type))
    ]
    assert unbounded == []
