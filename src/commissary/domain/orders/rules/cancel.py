"""Canceling by line and quantity: which units go, in which order.

Units that hold nothing go first (backordered, placed), then those that give stock back (reserved, allocated): a
customer who gives up two of five keeps the ones that are surest to come. Units that people already handle
(released and later) stay.

    group                  3 backordered, 2 reserved    cancel 4   →   3 backordered, 1 reserved
    group                  2 released, 1 reserved       cancel 2   →   refused: only 1 can go
"""

from collections.abc import Sequence

from commissary.domain.orders.states import MACHINE
from commissary.domain.orders.types import GroupKey, GroupRow, QuantityState, Shift
from commissary.kernel.decision import Refusal

_S = QuantityState
_ORDER = (_S.DRAFT, _S.BACKORDERED, _S.PLACED, _S.RESERVED, _S.ALLOCATED)


def cancelable(groups: Sequence[GroupRow]) -> int:
    """Units that may still be canceled."""
    return sum(group.quantity for group in groups if MACHINE.allows("cancel", group.key.state))


def decide_cancel(groups: Sequence[GroupRow], quantity: int | None, field: str) -> list[Shift] | Refusal:
    """Which units of one line go to `canceled`; all that may when `quantity` is None."""
    room = cancelable(groups)
    wanted = room if quantity is None else quantity
    if wanted > room or not room:
        return Refusal("too_late_to_cancel", {"cancelable": room, "wanted": wanted}, field)
    shifts = []
    for group in sorted(
        (g for g in groups if g.key.state in _ORDER), key=lambda g: _ORDER.index(g.key.state)
    ):
        take = min(wanted, group.quantity)
        if take:
            shifts.append(
                Shift(group.key, GroupKey(group.key.order_id, group.key.line_id, _S.CANCELED), take)
            )
            wanted -= take
    return shifts
