"""The life of a unit on an order line, from draft to the customer's hands.

    state             may cancel   gives stock back
    draft             yes          no
    placed            yes          no
    backordered       yes          no
    reserved          yes          yes
    allocated         yes          yes
    released          no           -
    accepted          no           -
    picked            no           -
    packed            no           -
    ready_for_pickup  no           -
    shipped           no           -
    delivered         no           -
    collected         no           -
    canceled          no           -

From `released` on people handle the unit; taking it back is a cancellation request that they answer.
"""

from commissary.domain.orders.types import QuantityState
from commissary.kernel.machine import Machine, Transition

_S = QuantityState

MACHINE = Machine(
    name="quantity",
    states=QuantityState,
    initial=frozenset({_S.DRAFT, _S.PLACED}),
    terminal=frozenset({_S.DELIVERED, _S.COLLECTED, _S.CANCELED}),
    transitions=(
        Transition("place", _S.DRAFT, _S.PLACED),
        Transition("reserve", _S.PLACED, _S.RESERVED),
        Transition("reserve", _S.BACKORDERED, _S.RESERVED),
        Transition("backorder", _S.PLACED, _S.BACKORDERED),
        Transition("backorder", _S.RESERVED, _S.BACKORDERED),
        Transition("backorder", _S.ALLOCATED, _S.BACKORDERED),
        Transition("backorder", _S.RELEASED, _S.BACKORDERED),
        Transition("backorder", _S.ACCEPTED, _S.BACKORDERED),
        Transition("allocate", _S.PLACED, _S.ALLOCATED),
        Transition("allocate", _S.BACKORDERED, _S.ALLOCATED),
        Transition("allocate", _S.RESERVED, _S.ALLOCATED),
        Transition("release", _S.ALLOCATED, _S.RELEASED),
        Transition("accept", _S.RELEASED, _S.ACCEPTED),
        Transition("pick", _S.ACCEPTED, _S.PICKED),
        Transition("pack", _S.PICKED, _S.PACKED),
        Transition("stage", _S.PICKED, _S.READY_FOR_PICKUP),
        Transition("stage", _S.PACKED, _S.READY_FOR_PICKUP),
        Transition("ship", _S.PACKED, _S.SHIPPED),
        Transition("deliver", _S.SHIPPED, _S.DELIVERED),
        Transition("collect", _S.READY_FOR_PICKUP, _S.COLLECTED),
        Transition("expire", _S.READY_FOR_PICKUP, _S.CANCELED),
        Transition("cancel", _S.DRAFT, _S.CANCELED),
        Transition("cancel", _S.PLACED, _S.CANCELED),
        Transition("cancel", _S.BACKORDERED, _S.CANCELED),
        Transition("cancel", _S.RESERVED, _S.CANCELED),
        Transition("cancel", _S.ALLOCATED, _S.CANCELED),
    ),
)

# Canceling these gives units back to stock.
HOLDING_STOCK = frozenset({_S.RESERVED, _S.ALLOCATED})
# Neither done nor given up: the order still asks for work.
OPEN = frozenset(_S) - {_S.DRAFT, _S.SHIPPED, _S.DELIVERED, _S.COLLECTED, _S.CANCELED}
