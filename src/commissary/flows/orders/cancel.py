"""Cancel lines by quantity, or whole orders: units that held stock give it back in the same transaction."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from commissary.domain.inventory import store as inventory
from commissary.domain.inventory.rules.ledger import Worksheet
from commissary.domain.inventory.rules.reservation import decide_release
from commissary.domain.inventory.types import OwnerKind, Reservation
from commissary.domain.network import store as network
from commissary.domain.orders import store as orders
from commissary.domain.orders.events import OrderLinesCanceled
from commissary.domain.orders.rules.cancel import cancelable, decide_cancel
from commissary.domain.orders.rules.holds import blocking
from commissary.domain.orders.states import HOLDING_STOCK
from commissary.domain.orders.types import CancelOrder, GroupRow, Shift
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db


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


async def cancel(db: Db, actor: str, cancellations: Sequence[Cancellation]) -> list[Canceled | Refusal]:
    """An answer for each command, in the order given; an order stands in one batch at most once."""
    locked = await orders.lock_orders(db, [c.number for c in cancellations])
    ids = [order.id for order in locked.values()]
    lines = await orders.lines_of(db, ids)
    groups = await orders.groups_of(db, ids)
    holds = await orders.holds_of(db, ids)
    answers: list[Canceled | Refusal] = []
    shifts: list[Shift] = []
    facts = []
    for number, command, version in cancellations:
        order = locked.get(number)
        if order is None:
            answers.append(Refusal("order_unknown", {"number": number}))
            continue
        if version is not None and version != order.version:
            answers.append(Refusal("version_stale", {"expected": version, "current": order.version}))
            continue
        own_lines = {line.line_number: line for line in lines if line.order_id == order.id}
        own_groups = [group for group in groups if group.key.order_id == order.id]
        decided = _decide(command, own_lines, own_groups)
        if isinstance(decided, Refusal):
            answers.append(decided)
            continue
        touched = {None, *(shift.target.line_id for shift in decided)}
        own_holds = (h for h in holds if h.order_id == order.id and h.line_id in touched)
        if hold := blocking(own_holds, "cancel", db.now):
            answers.append(Refusal("order_on_hold", {"kind": hold.kind, "step": "cancel"}))
            continue
        line_number = {line.id: line.line_number for line in own_lines.values()}
        quantities: dict[int, int] = {}
        for shift in decided:
            where = line_number[shift.target.line_id]
            quantities[where] = quantities.get(where, 0) + shift.quantity
        shifts += decided
        whole = sum(quantities.values()) == sum(line.quantity for line in own_lines.values())
        facts.append(
            OrderLinesCanceled(
                subject=str(order.id),
                number=number,
                reason=command.reason,
                quantities={str(n): q for n, q in sorted(quantities.items())},
                whole=whole,
            )
        )
        answers.append(Canceled(order.id, quantities, order.version + 1))
    if shifts:
        await _give_back(db, actor, shifts)
        async with db.pipeline():
            await orders.shift(db, shifts)
            await orders.raise_versions(db, [a.order_id for a in answers if isinstance(a, Canceled)])
            await outbox.tell(db, actor, facts)
    return answers


def _decide(
    command: CancelOrder, lines: Mapping[int, orders.OwnLine], groups: Sequence[GroupRow]
) -> list[Shift] | Refusal:
    if not command.lines:
        if not cancelable(groups):
            return Refusal("too_late_to_cancel", {"cancelable": 0, "wanted": 0})
        return [
            shift
            for line in lines.values()
            if cancelable(own := [g for g in groups if g.key.line_id == line.id])
            and not isinstance(found := decide_cancel(own, None, ""), Refusal)
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
        own = [g for g in groups if g.key.line_id == lines[wanted.line_number].id]
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
