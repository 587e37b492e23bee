"""What canceling would do, told before it is done: units by line, where they stood, and what goes back to stock.

The same rule decides here and in the flow, so the preview cannot promise something else.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from commissary.domain.orders.rules.cancel import cancelable, decide_cancel
from commissary.domain.orders.states import HOLDING_STOCK
from commissary.domain.orders.types import CancelOrder, GroupKey, GroupRow, QuantityState
from commissary.kernel.decision import Refusal
from commissary.views.order_stock import HeldForLine
from commissary.views.orders import LineView, OrderView

_ANY = UUID(int=0)


class LineEffect(NamedTuple):
    """`states` says how many units come from which state, `back` how many return to which place."""

    line_number: int
    sku: str
    name: str
    canceled: int
    kept: int
    states: list[tuple[str, int]]
    back: list[tuple[str, int]]


def cancelable_units(line: LineView) -> int:
    """Units of a line that may still be canceled."""
    return cancelable(_groups(line))


def effect_of(
    order: OrderView, held: Sequence[HeldForLine], command: CancelOrder
) -> list[LineEffect] | Refusal:
    """What the command would do to each line that it touches."""
    wanted = {line.line_number: line.quantity for line in command.lines}
    if not command.lines:
        wanted = {line.line_number: None for line in order.lines if cancelable_units(line)}
        if not wanted:
            return Refusal("too_late_to_cancel", {"cancelable": 0, "wanted": 0})
    lines = {line.line_number: line for line in order.lines}
    effects = []
    for number, quantity in sorted(wanted.items()):
        if number not in lines:
            return Refusal("line_unknown", {"line_number": number})
        effect = _effect(lines[number], [h for h in held if h.line_number == number], quantity)
        if isinstance(effect, Refusal):
            return effect
        effects.append(effect)
    return effects


def _effect(line: LineView, held: Sequence[HeldForLine], quantity: int | None) -> LineEffect | Refusal:
    decided = decide_cancel(_groups(line), quantity, f"line-{line.line_number}")
    if isinstance(decided, Refusal):
        return decided
    states: list[tuple[str, int]] = []
    back: list[tuple[str, int]] = []
    for shift in decided:
        assert shift.source is not None
        states.append((shift.source.state.value, shift.quantity))
        if shift.source.state in HOLDING_STOCK:
            back += _places(held, shift.source.state.value, shift.quantity)
    canceled = sum(units for _, units in states)
    gone = sum(group.quantity for group in line.groups if group.state == QuantityState.CANCELED)
    return LineEffect(
        line.line_number, line.sku, line.name, canceled, line.quantity - gone - canceled, states, back
    )


def _places(held: Sequence[HeldForLine], state: str, units: int) -> list[tuple[str, int]]:
    found = []
    for reservation in held:
        give = min(units, reservation.quantity) if reservation.state == state else 0
        if give:
            found.append((reservation.place, give))
            units -= give
    return found


def _groups(line: LineView) -> list[GroupRow]:
    """Quantity groups as the rule takes them; the rule compares states only, so one id stands for all."""
    return [GroupRow(_key(group.state), group.quantity) for group in line.groups]


def _key(state: str) -> GroupKey:
    return GroupKey(_ANY, _ANY, QuantityState(state))
