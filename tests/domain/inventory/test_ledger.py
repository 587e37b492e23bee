"""The worksheet: balances and moves never disagree, whatever is decided on it.

a position with        comes in      then
shortage 3             2 units       shortage 1, nothing available
shortage 3             5 units       2 available
"""

from collections import defaultdict
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.inventory.rules.adjustment import decide_adjust
from commissary.domain.inventory.rules.ledger import POSITION_ACCOUNTS, Worksheet
from commissary.domain.inventory.rules.reservation import (
    decide_allocate,
    decide_issue,
    decide_release,
    decide_reserve,
)
from commissary.domain.inventory.types import (
    Account,
    Balances,
    GroupRow,
    OwnerKind,
    PositionRow,
    Reservation,
    ReservationState,
    Want,
)

ITEM, GROUP, PLACES = 1, 9, (1, 2)
GROUP_OF = {1: GROUP, 2: GROUP}
amounts = st.integers(0, 8)


def worksheet(*positions: PositionRow, reserved: int = 0) -> Worksheet:
    supply = sum(position.available for position in positions)
    group = GroupRow(ITEM, GROUP, supply, reserved, max(reserved - supply, 0))
    return Worksheet(Balances(positions, [group], GROUP_OF))


@st.composite
def shelves(draw: st.DrawFn) -> list[PositionRow]:
    """Positions at both places that keep the identity of stock."""
    rows = []
    for place in PLACES:
        reserved, allocated, damaged, hold = (draw(amounts) for _ in range(4))
        available = draw(amounts)
        claims = reserved + allocated + damaged + hold
        shortage = 0 if available else draw(st.integers(0, claims))
        rows.append(PositionRow(ITEM, place, available, reserved, allocated, damaged, hold, shortage))
    return rows


class Desk:
    """A worksheet with the reservations that were made on it."""

    def __init__(self, rows: list[PositionRow]) -> None:
        self.sheet = worksheet(*rows)
        self.made: list[Reservation] = []

    def act(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(PLACES))
        quantity = data.draw(st.integers(1, 6))
        what = data.draw(st.sampled_from(["reserve", "group", "release", "allocate", "issue", "adjust"]))
        if what in ("reserve", "group"):
            at = place if what == "reserve" else None
            granted = decide_reserve(self.sheet, [Want(ITEM, at, GROUP, quantity)], "t", ["t"])
            if not isinstance(granted, int):
                self.made.append(reservation(quantity, at))
        elif what == "adjust":
            change, account = data.draw(st.integers(-6, 6)), data.draw(st.sampled_from(list(Account)))
            decide_adjust(self.sheet, ITEM, place, change, account, "t")
        elif self.made:
            index = data.draw(st.integers(0, len(self.made) - 1))
            chosen = self.made[index]
            if what == "release":
                decide_release(self.sheet, chosen, chosen.quantity, "t", "t")
                del self.made[index]
            elif what == "allocate" and chosen.state is ReservationState.RESERVED:
                if decide_allocate(self.sheet, chosen, place, "t", "t"):
                    self.made[index] = reservation(chosen.quantity, place, ReservationState.ALLOCATED)
            elif (
                what == "issue"
                and chosen.location_id is not None
                and decide_issue(self.sheet, chosen, "t", "t")
            ):
                del self.made[index]

    def balances(self) -> dict[object, int]:
        found: dict[object, int] = {
            (place, account): self.sheet.balance(ITEM, place, account)
            for place in PLACES
            for account in POSITION_ACCOUNTS
        }
        return {**found, "free in group": self.sheet.free_in_group(ITEM, GROUP)}


def reservation(
    quantity: int, place: int | None, state: ReservationState = ReservationState.RESERVED
) -> Reservation:
    group = None if place else GROUP
    return Reservation(UUID(int=0), ITEM, place, group, quantity, state, OwnerKind.CART, "c")


@given(shelves(), st.integers(0, 12), st.data())
def test_identity_holds_after_every_decision(
    rows: list[PositionRow], steps: int, data: st.DataObject
) -> None:
    desk = Desk(rows)
    for _ in range(steps):
        desk.act(data)
        found = desk.balances()
        assert min(found.values()) >= 0
        for place in PLACES:
            assert not found[place, Account.AVAILABLE] or not found[place, Account.SHORTAGE]
            assert desk.sheet.on_hand(ITEM, place) >= 0


@given(shelves(), st.integers(0, 12), st.data())
def test_changes_are_the_sums_of_moves(rows: list[PositionRow], steps: int, data: st.DataObject) -> None:
    desk = Desk(rows)
    before = desk.balances()
    for _ in range(steps):
        desk.act(data)
    change = desk.sheet.change()
    sums: dict[tuple[int, Account], int] = defaultdict(int)
    for _, place, *amounts_by_account in change.positions:
        for account, amount in zip(POSITION_ACCOUNTS, amounts_by_account, strict=True):
            sums[place, account] += amount
    after = desk.balances()
    for place in PLACES:
        for account in POSITION_ACCOUNTS:
            key = (place, account)
            assert after[key] - before[key] == sums[key]
    supplied = sum(sums[place, Account.AVAILABLE] for place in PLACES)
    promised = sum(r.quantity for r in desk.made if r.location_id is None)
    assert sum(row[2] for row in change.groups) == supplied
    assert sum(row[3] for row in change.groups) == promised
    assert all(move.quantity > 0 for move in change.moves)


@given(shelves(), st.integers(0, 6), st.integers(1, 8), st.data())
def test_undo_takes_back_exactly_what_came_after(
    rows: list[PositionRow], earlier: int, later: int, data: st.DataObject
) -> None:
    desk = Desk(rows)
    for _ in range(earlier):
        desk.act(data)
    mark, before, moves = len(desk.sheet.moves), desk.balances(), list(desk.sheet.moves)
    for _ in range(later):
        desk.act(data)
    desk.sheet.undo(mark)
    assert desk.balances() == before
    assert desk.sheet.moves == moves


@given(
    shelves(),
    st.lists(st.tuples(st.none() | st.sampled_from(PLACES), st.integers(1, 6)), min_size=1, max_size=5),
)
def test_basket_is_granted_whole_or_not_at_all(
    rows: list[PositionRow], wanted: list[tuple[int | None, int]]
) -> None:
    desk = Desk(rows)
    before = desk.balances()
    wants = [Want(ITEM, place, GROUP, quantity) for place, quantity in wanted]
    answer = decide_reserve(desk.sheet, wants, "t", ["t"] * len(wants))
    if isinstance(answer, int):
        assert desk.balances() == before
        assert desk.sheet.moves == []
    else:
        assert answer == [quantity for _, quantity in wanted]
        supply = sum(row.available for row in rows)
        assert sum(answer) <= supply


def test_what_comes_in_pays_the_shortage_first() -> None:
    for units, available, shortage in ((2, 0, 1), (3, 0, 0), (5, 2, 0)):
        sheet = worksheet(PositionRow(ITEM, 1, 0, 3, 0, 0, 0, 3))
        decide_adjust(sheet, ITEM, 1, units, Account.AVAILABLE, "t")
        assert sheet.balance(ITEM, 1, Account.AVAILABLE) == available
        assert sheet.balance(ITEM, 1, Account.SHORTAGE) == shortage


def test_partial_wants_take_what_is_there() -> None:
    sheet = worksheet(PositionRow(ITEM, 1, 5), PositionRow(ITEM, 2, 0))
    wants = [Want(ITEM, 1, GROUP, 6, partial=True), Want(ITEM, 2, GROUP, 1, partial=True)]
    assert decide_reserve(sheet, wants, "t", ["t", "t"]) == [5, 0]


def test_unknown_places_have_nothing() -> None:
    sheet = Worksheet(Balances([], [], {}))
    assert sheet.on_hand(ITEM, 1) == 0
    assert decide_reserve(sheet, [Want(ITEM, 1, None, 1)], "t", ["t"]) == 0
    assert decide_reserve(sheet, [Want(ITEM, None, GROUP, 1)], "t", ["t"]) == 0
    assert decide_reserve(sheet, [Want(ITEM, None, None, 1)], "t", ["t"]) == 0


def test_nothing_brings_the_shelf_below_zero() -> None:
    """Two broken units, both missing: there is nothing on hand, so none of them can be thrown away."""
    sheet = worksheet(PositionRow(ITEM, 1, 0, 0, 0, 2, 0, 2))
    refusal = decide_adjust(sheet, ITEM, 1, -1, Account.DAMAGED, "t")
    assert refusal is not None
    assert (refusal.code, refusal.facts["there"]) == ("stock_below_zero", 0)
    assert sheet.moves == []
