"""Cancel lines by quantity, or whole orders: units that held stock give it back in the same transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commissary.domain.inventory import store as inventory
from commissary.domain.inventory.rules.ledger import Worksheet
from commissary.domain.inventory.rules.reservation import decide_release
from commissary.domain.inventory.types import OwnerKind, Reservation
from commissary.domain.network import store as network
from commissary.domain.orders import store as orders
from commissary.domain.orders.events import HoldResolved, OrderLinesCanceled
from commissary.domain.orders.rules.cancel import cancelable, decide_cancel
from commissary.domain.orders.rules.holds import active_holds, blocking
from commissary.domain.orders.states import HOLDING_STOCK
from commissary.domain.orders.types import CancelOrder, GroupRow, HoldRow, QuantityState, Shift
from commissary.kernel.decision import Refusal
from commissary.kernel.fact import Fact
from commissary.platform import outbox
from commissary.platform.db import Db

_NOTHING_LEFT = "the whole order was canceled"


class Cancellation(NamedTuple):
    """A command for one order. `version` is what the caller read last, if it wants to be sure nothing changed."""

    number: str
    command: CancelOrder
    version: int | None = None


class Canceled(NamedTuple):
    """Units canceled by line number; `version` is the order's new one."""

    order_id: UUID
    quantities: Mapping[int, int]
    version: int


class _Before(NamedTuple):
    """What an order was before anything is canceled: lines by number, groups by line, holds."""

    lines: dict[int, orders.OwnLine]
    groups: dict[UUID, list[GroupRow]]
    holds: list[HoldRow]


class _Outcome(NamedTuple):
    """What a command does: units by line number, the same as shifts, and holds that have nothing left to hold."""

    quantities: dict[int, int]
    shifts: list[Shift]
    over: list[HoldRow]
    whole: bool


async def cancel(db: Db, actor: str, cancellations: Sequence[Cancellation]) -> list[Canceled | Refusal]:
    """An answer for each command, in the order given; an order stands in one batch at most once."""
    locked = await orders.lock_orders(db, [c.number for c in cancellations])
    before = await _load(db, [order.id for order in locked.values()])
    answers: list[Canceled | Refusal] = []
    outcomes: list[_Outcome] = []
    facts: list[Fact] = []
    for number, command, version in cancellations:
        order = locked.get(number)
        outcome = _outcome(order, number, command, version, before, db.now)
        if order is None or isinstance(outcome, Refusal):
            assert isinstance(outcome, Refusal)
            answers.append(outcome)
            continue
        outcomes.append(outcome)
        facts += _facts(order, command.reason, outcome)
        answers.append(Canceled(order.id, outcome.quantities, order.version + 1))
    if outcomes:
        shifts = [shift for outcome in outcomes for shift in outcome.shifts]
        await _give_back(db, actor, shifts)
        async with db.pipeline():
            await orders.shift(db, shifts)
            over = [hold.id for outcome in outcomes for hold in outcome.over]
            await orders.resolve_holds(db, over, actor, _NOTHING_LEFT)
            await orders.raise_versions(db, [a.order_id for a in answers if isinstance(a, Canceled)])
            await outbox.tell(db, actor, facts)
    return answers


async def _load(db: Db, ids: Sequence[UUID]) -> dict[UUID, _Before]:
    before = {order_id: _Before({}, defaultdict(list), []) for order_id in ids}
    for line in await orders.lines_of(db, ids):
        before[line.order_id].lines[line.line_number] = line
    for group in await orders.groups_of(db, ids):
        before[group.key.order_id].groups[group.key.line_id].append(group)
    for hold in await orders.holds_of(db, ids):
        before[hold.order_id].holds.append(hold)
    return before


def _outcome(
    order: orders.Locked | None,
    number: str,
    command: CancelOrder,
    version: int | None,
    before: Mapping[UUID, _Before],
    now: datetime,
) -> _Outcome | Refusal:
    if order is None:
        return Refusal("order_unknown", {"number": number})
    if version is not None and version != order.version:
        return Refusal("version_stale", {"expected": version, "current": order.version})
    lines, groups, holds = before[order.id]
    shifts = _decide(command, lines, groups)
    if isinstance(shifts, Refusal):
        return shifts
    touched = {None, *(shift.target.line_id for shift in shifts)}
    if hold := blocking((h for h in holds if h.line_id in touched), "cancel", now):
        return Refusal("order_on_hold", {"kind": hold.kind, "step": "cancel"})
    line_number = {line.id: line.line_number for line in lines.values()}
    quantities: dict[int, int] = defaultdict(int)
    for shift in shifts:
        quantities[line_number[shift.target.line_id]] += shift.quantity
    live = sum(
        group.quantity
        for own in groups.values()
        for group in own
        if group.key.state is not QuantityState.CANCELED
    )
    whole = sum(quantities.values()) == live
    return _Outcome(quantities, shifts, active_holds(holds, now) if whole else [], whole)


def _facts(order: orders.Locked, reason: str, outcome: _Outcome) -> list[Fact]:
    canceled = OrderLinesCanceled(
        subject=str(order.id),
        number=order.number,
        reason=reason,
        quantities={str(line): units for line, units in sorted(outcome.quantities.items())},
        whole=outcome.whole,
    )
    # Nothing is left to hold back once a whole order is canceled.
    over = [
        HoldResolved(
            subject=str(order.id), number=order.number, hold=str(h.id), kind=h.kind, resolution=_NOTHING_LEFT
        )
        for h in outcome.over
    ]
    return [canceled, *over]


def _decide(
    command: CancelOrder, lines: Mapping[int, orders.OwnLine], groups: Mapping[UUID, Sequence[GroupRow]]
) -> list[Shift] | Refusal:
    if not command.lines:
        open_lines = [own for own in groups.values() if cancelable(own)]
        if not open_lines:
            return Refusal("too_late_to_cancel", {"cancelable": 0, "wanted": 0})
        return [
            shift
            for own in open_lines
            if not isinstance(found := decide_cancel(own, None, ""), Refusal)
            for shift in found
        ]
    numbers = [line.line_number for line in command.lines]
    shifts: list[Shift] = []
    for index, wanted in enumerate(command.lines):
        field = f"/lines/{index}"
        if wanted.line_number not in lines:
            return Refusal("line_unknown", {"line_number": wanted.line_number}, f"{field}/line_number")
        if numbers.count(wanted.line_number) > 1:
            return Refusal("line_twice", {"line_number": wanted.line_number}, f"{field}/line_number")
        own = groups.get(lines[wanted.line_number].id, ())
        decided = decide_cancel(own, wanted.quantity, f"{field}/quantity")
        if isinstance(decided, Refusal):
            return decided
        shifts += decided
    return shifts


async def _give_back(db: Db, actor: str, shifts: Sequence[Shift]) -> None:
    back = [shift for shift in shifts if shift.source is not None and shift.source.state in HOLDING_STOCK]
    if not back:
        return
    held = await inventory.reservations_of(db, OwnerKind.ORDER_LINE, [str(s.target.line_id) for s in back])
    group_of = await network.reserving_groups(db, [r.location_id for r in held if r.location_id is not None])
    balances = await inventory.lock_balances(
        db,
        [(r.item_id, r.location_id) for r in held if r.location_id is not None],
        [(r.item_id, r.group_id) for r in held if r.group_id is not None],
        group_of,
    )
    worksheet = Worksheet(balances)
    left = {reservation.id: reservation.quantity for reservation in held}
    for shift in back:
        assert shift.source is not None
        _release(worksheet, held, left, str(shift.target.line_id), shift.source.state, shift.quantity)
    await inventory.write_change(db, worksheet.change(), actor, "canceled")
    await inventory.set_reservations(db, [(r, left[r.id]) for r in held if left[r.id] != r.quantity])


def _release(
    worksheet: Worksheet,
    held: Sequence[Reservation],
    left: dict[UUID, int],
    line_id: str,
    state: str,
    quantity: int,
) -> None:
    for reservation in held:
        if reservation.owner_id != line_id or reservation.state != state:
            continue
        if give := min(quantity, left[reservation.id]):
            decide_release(worksheet, reservation, give, "order_line", line_id)
            left[reservation.id] -= give
            quantity -= give
    if quantity:
        raise AssertionError(f"line {line_id} holds {quantity} units fewer than its groups say")
