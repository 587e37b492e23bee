"""When people order: more in the evening than at night, more at the weekend's edge than in midweek.

The past is walked backward from the opening day, so that a longer past is the same past with more before it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

ORDERS_A_DAY = 15
_ZONE = ZoneInfo("Europe/Brussels")
# Share of the busiest hour, by hour of the day; and of the busiest day, Monday first.
_HOURS = (
    *(0.2, 0.1, 0.05, 0.05, 0.05, 0.1, 0.2, 0.35, 0.5, 0.6, 0.7, 0.75),
    *(0.8, 0.75, 0.7, 0.7, 0.75, 0.8, 0.85, 0.95, 1.0, 1.0, 0.8, 0.45),
)
_DAYS = (0.9, 0.75, 0.7, 0.75, 0.85, 0.8, 1.0)
_BUSIEST_TO_MEAN = 1 / ((sum(_HOURS) / 24) * (sum(_DAYS) / 7))


def busyness(at: datetime) -> float:
    """How busy an instant is, as a share of the busiest hour of the week: above 0, at most 1."""
    local = at.astimezone(_ZONE)
    return _HOURS[local.hour] * _DAYS[local.weekday()]


def backward_from(opened_at: datetime, seed: int) -> Iterator[datetime]:
    """Instants of orders before the opening, latest first, without end; the opening itself is the first.

    A Poisson process with the rhythm of day and week, by thinning (Lewis and Shedler, 1979).
    """
    rng = Random(f"{seed} past")  # noqa: S311 (chance, not secrecy)
    mean_s = 86_400 / (ORDERS_A_DAY * _BUSIEST_TO_MEAN)
    at = opened_at
    while True:
        yield at
        while True:
            at -= timedelta(seconds=max(1, round(rng.expovariate(1 / mean_s))))
            if rng.random() < busyness(at):
                break


def gap_before(seed: int, position: int, orders_per_minute: int) -> float:
    """Seconds to wait before a live order: uneven, as customers come, and on average what the rate asks for."""
    rng = Random(f"{seed} gap {position}")  # noqa: S311 (chance, not secrecy)
    return rng.uniform(0.25, 1.75) * 60 / orders_per_minute
