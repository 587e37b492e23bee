"""Holds: reasons to stop, each blocking named steps until it is resolved or expires.

A kind of hold has a fixed list of the steps it blocks; several holds can stand at once, and a step goes on only when
none of them blocks it. Canceling is never blocked by a hold that waits for the customer or for review, since giving
up is always allowed there.

    kind             blocks
    review           allocate, release, ship
    fraud            allocate, release, ship
    payment          release, ship
    customer         allocate, release, ship          (a question to the customer is open)
    credit           allocate, release, ship          (a business customer's limit)
    legal            allocate, release, ship, cancel  (nothing may change)
    until            release, ship                    (wait until a date, such as a start of sale)
"""

from collections.abc import Iterable
from datetime import datetime

from commissary.domain.orders.types import HoldRow

BLOCKED_BY: dict[str, tuple[str, ...]] = {
    "review": ("allocate", "release", "ship"),
    "fraud": ("allocate", "release", "ship"),
    "payment": ("release", "ship"),
    "customer": ("allocate", "release", "ship"),
    "credit": ("allocate", "release", "ship"),
    "legal": ("allocate", "release", "ship", "cancel"),
    "until": ("release", "ship"),
}


def active_holds(holds: Iterable[HoldRow], now: datetime) -> list[HoldRow]:
    """Holds that neither were resolved nor ran out."""
    return [
        hold
        for hold in holds
        if hold.resolved_at is None and (hold.expires_at is None or hold.expires_at > now)
    ]


def blocking(holds: Iterable[HoldRow], step: str, now: datetime) -> HoldRow | None:
    """The oldest active hold that blocks this step; None when the step may go on."""
    found = [hold for hold in active_holds(holds, now) if step in hold.blocks]
    return min(found, key=lambda hold: hold.placed_at) if found else None
