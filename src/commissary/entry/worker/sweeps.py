"""Periodic work of each organization, by its own clock: what, how often.

A sweep runs once per period whatever the number of workers, in one transaction, and again at once while it says that
there is more to do. `period_s` 0: on every look of every worker, for work that writes nothing while nothing is due.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from commissary.flows.customers.chase_erasures import chase_erasures
from commissary.flows.customers.compact_keys import PERIOD, compact_keys
from commissary.flows.integrations.forget_deliveries import forget_deliveries
from commissary.flows.integrations.wake_endpoints import wake_endpoints
from commissary.flows.inventory.cart import expire as expire_carts
from commissary.flows.inventory.forget_messages import forget_messages
from commissary.flows.orders.hold import expire_holds
from commissary.platform.db import Db
from commissary.platform.maintenance import drop_old_answers
from commissary.views.invariants import measure_invariants

_BATCH = 500


class Sweep(NamedTuple):
    name: str
    period_s: int
    flow: Callable[[Db], Awaitable[bool]]


async def _expire_carts(db: Db) -> bool:
    return await expire_carts(db, _BATCH) == _BATCH


async def _expire_holds(db: Db) -> bool:
    return await expire_holds(db, _BATCH) == _BATCH


SWEEPS: tuple[Sweep, ...] = (
    Sweep("inventory.expire_carts", 5, _expire_carts),
    Sweep("orders.expire_holds", 5, _expire_holds),
    Sweep("customers.chase_erasures", 60, chase_erasures),
    Sweep("customers.compact_keys", int(PERIOD.total_seconds()), compact_keys),
    Sweep("inventory.forget_messages", 3600, forget_messages),
    Sweep("audit.measure", 600, measure_invariants),
    Sweep("integrations.wake_endpoints", 0, wake_endpoints),
    Sweep("integrations.forget_deliveries", 3600, forget_deliveries),
    Sweep("platform.drop_old_answers", 3600, drop_old_answers),
)
