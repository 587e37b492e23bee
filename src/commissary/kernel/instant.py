"""Instants that a channel may name: those that every reader of a calendar can hold.

Years 1 and 9999 are the ends of what dates can be, and an instant there falls off the end in another time zone.
"""

from datetime import datetime

EARLIEST_YEAR, LATEST_YEAR = 1970, 9998


def instant_in_range(at: datetime) -> bool:
    """Whether an instant is of this age."""
    return EARLIEST_YEAR <= at.year <= LATEST_YEAR
