"""Which flow reacts to which event: the whole choreography on a page.

Every organization gets these when a worker first sees it. Webhooks are the exception: kinds are delivered to
`integrations.fan_out` only while some active endpoint wants them, so the flows that change endpoints keep its
subscriptions themselves and an organization without endpoints pays nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from commissary.domain.integrations.types import FAN_OUT
from commissary.flows.integrations.fan_out import fan_out
from commissary.flows.orders.screen import screen
from commissary.platform.db import Db
from commissary.platform.outbox import Event


class Subscription(NamedTuple):
    """`flow` gets up to `batch` events at once, in order per subject, and works in the transaction that delivers them.

    `kinds` None: the subscriber keeps its own subscriptions.
    """

    subscriber: str
    kinds: tuple[str, ...] | None
    flow: Callable[[Db, Sequence[Event]], Awaitable[None]]
    batch: int = 100


SUBSCRIPTIONS: tuple[Subscription, ...] = (
    # New orders above the organization's limits wait for a person.
    Subscription("orders.screen", ("order.captured",), screen, batch=200),
    # Webhooks: every event that an endpoint wants becomes a delivery to it.
    Subscription(FAN_OUT, None, fan_out, batch=500),
)


def registered_kinds(subscriptions: Sequence[Subscription]) -> dict[str, tuple[str, ...]]:
    """What to register in every organization."""
    return {s.subscriber: s.kinds for s in subscriptions if s.kinds is not None}
