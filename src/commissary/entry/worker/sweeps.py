"""Periodic work of each organization, by its own clock: what, how often.

A sweep runs once per period whatever the number of workers, in one transaction, and again at once while it says that
there is more to do. `period_s` 0: on every look of every worker, for work that writes nothing while nothing is due.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from commissary.flows.integrations.forget_deliveries import forget_deliveries
from commissary.flows.integrations.wake_endpoints import wake_endpoints
from commissary.platform.db import Db
from commissary.platform.maintenance import drop_old_answers


class Sweep(NamedTuple):
    name: str
    period_s: int
    flow: Callable[[Db], Awaitable[bool]]


SWEEPS: tuple[Sweep, ...] = (
    Sweep("integrations.wake_endpoints", 0, wake_endpoints),
    Sweep("integrations.forget_deliveries", 3600, forget_deliveries),
    Sweep("platform.drop_old_answers", 3600, drop_old_answers),
)
