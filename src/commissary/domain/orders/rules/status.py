"""An order's status, computed from what became of its units; stored nowhere.

units in                                         status
only canceled                                    canceled
any draft                                        draft
only delivered / collected (rest canceled)       completed
nothing open, some shipped                       shipped
some shipped or done, some open                  partly_shipped
some ready for pickup, none behind               ready_for_pickup
any released … packed                            in_fulfillment
only allocated                                   allocated
only reserved or allocated                       reserved
only backordered                                 backordered
some reserved, some backordered or placed        partly_reserved
only placed                                      placed
"""

from collections.abc import Iterable

from commissary.domain.orders.states import OPEN
from commissary.domain.orders.types import QuantityState

_S = QuantityState
_DONE = frozenset({_S.DELIVERED, _S.COLLECTED})
_AT_WORK = frozenset({_S.RELEASED, _S.ACCEPTED, _S.PICKED, _S.PACKED, _S.READY_FOR_PICKUP})
STATUSES = (
    "draft", "placed", "backordered", "partly_reserved", "reserved", "allocated", "in_fulfillment",
    "ready_for_pickup", "partly_shipped", "shipped", "completed", "canceled",
)  # fmt: skip


def order_status(states: Iterable[QuantityState]) -> str:
    """The status for the set of states in which units of the order are."""
    live = frozenset(states) - {_S.CANCELED}
    for status, holds in _TABLE:
        if holds(live):
            return status
    raise AssertionError(f"no status for {sorted(live)}")


_TABLE = (
    ("canceled", lambda live: not live),
    ("draft", lambda live: _S.DRAFT in live),
    ("completed", lambda live: live <= _DONE),
    ("shipped", lambda live: not live & OPEN),
    ("partly_shipped", lambda live: bool(live & (_DONE | {_S.SHIPPED}))),
    ("ready_for_pickup", lambda live: live == {_S.READY_FOR_PICKUP}),
    ("in_fulfillment", lambda live: bool(live & _AT_WORK)),
    ("allocated", lambda live: live == {_S.ALLOCATED}),
    ("reserved", lambda live: live <= {_S.RESERVED, _S.ALLOCATED}),
    ("backordered", lambda live: live == {_S.BACKORDERED}),
    ("partly_reserved", lambda live: bool(live & {_S.RESERVED, _S.ALLOCATED})),
    ("placed", bool),
)
