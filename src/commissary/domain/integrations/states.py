"""Where a webhook delivery can go. Nothing ends for good: a person may replay whatever has ended."""

from commissary.domain.integrations.types import DeliveryState
from commissary.kernel.machine import Machine, Transition

_S = DeliveryState

DELIVERY = Machine(
    name="webhook delivery",
    states=DeliveryState,
    initial=frozenset({_S.WAITING}),
    terminal=frozenset(),
    transitions=(
        Transition("deliver", _S.WAITING, _S.DELIVERED),
        Transition("retry", _S.WAITING, _S.WAITING),
        Transition("give_up", _S.WAITING, _S.FAILED),
        Transition("drop", _S.WAITING, _S.DROPPED),
        Transition("replay", _S.DELIVERED, _S.WAITING),
        Transition("replay", _S.FAILED, _S.WAITING),
        Transition("replay", _S.DROPPED, _S.WAITING),
    ),
)
