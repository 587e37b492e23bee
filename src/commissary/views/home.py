"""What needs a person now: the questions with which a day begins, each answered from the tables that know.

Nothing here is a counter that someone must keep: every figure is asked anew, from indexes that stay small because what
needs a person is rare.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, tzinfo
from typing import NamedTuple
from uuid import UUID

from commissary.domain.orders.rules.status import order_status
from commissary.domain.orders.types import QuantityState
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "home.sql")


class Held(NamedTuple):
    orders: int
    oldest_at: datetime | None
    oldest_number: str | None


class Backordered(NamedTuple):
    units: int
    orders: int


class Short(NamedTuple):
    """A position that owes units; `place` is a location's or a location group's code."""

    sku: str
    item_name: str
    place: str
    shortage: int
    positions: int
    units: int


class Parked(NamedTuple):
    subscriber: str
    subject_id: str
    reason: str
    parked_at: datetime
    subjects: int


class FailingWebhook(NamedTuple):
    id: UUID
    host: str
    failures_in_row: int
    paused_until: datetime | None
    gone: bool | None
    endpoints: int


class SilentFeed(NamedTuple):
    source: str
    location: str
    received_at: datetime
    feeds: int


class Value(NamedTuple):
    currency: str
    orders: int
    total_minor: int


class Begun(NamedTuple):
    """Whether there is anything yet, for those who have just begun."""

    items: bool
    locations: bool
    orders: bool


# hour → status → orders
Hours = dict[int, Counter[str]]


async def held(db: Db, locations: Collection[int] | None) -> Held:
    row = await db.fetch_one(_SQL["held"], {"now": db.now, "locations": _listed(locations)})
    assert row is not None
    return Held._make(row)


async def backordered(db: Db, locations: Collection[int] | None) -> Backordered:
    row = await db.fetch_one(_SQL["backordered"], {"locations": _listed(locations)})
    assert row is not None
    return Backordered._make(row)


async def shortages(db: Db, locations: Collection[int] | None) -> list[Short]:
    """Positions at locations that owe the most."""
    rows = await db.fetch(_SQL["shortages"], {"locations": _listed(locations)})
    return [Short._make(row) for row in rows]


async def group_shortages(db: Db) -> list[Short]:
    """Positions of location groups that owe the most."""
    return [Short._make(row) for row in await db.fetch(_SQL["group_shortages"])]


async def parked(db: Db) -> list[Parked]:
    """Subjects that wait for a person, the longest waiting first."""
    return [Parked._make(row) for row in await db.fetch(_SQL["parked"])]


async def failing_webhooks(db: Db) -> list[FailingWebhook]:
    return [FailingWebhook._make(row) for row in await db.fetch(_SQL["failing_webhooks"])]


async def silent_feeds(db: Db, locations: Collection[int] | None) -> list[SilentFeed]:
    """Feeds that have been silent for the longest."""
    rows = await db.fetch(_SQL["silent_feeds"], {"locations": _listed(locations)})
    return [SilentFeed._make(row) for row in rows]


async def orders_by_hour(
    db: Db, begin: datetime, end: datetime, zone: tzinfo, locations: Collection[int] | None
) -> Hours:
    """Orders placed from `begin` to before `end`, by the hour of the clock in that zone and by status."""
    given = {"begin": begin, "end": end, "locations": _listed(locations)}
    hours: Hours = {}
    for quarter, states, orders in await db.fetch(_SQL["orders_by_quarter"], given):
        status = order_status(map(QuantityState, states or ()))
        hours.setdefault(quarter.astimezone(zone).hour, Counter())[status] += orders
    return hours


async def value_by_currency(
    db: Db, begin: datetime, end: datetime, locations: Collection[int] | None
) -> list[Value]:
    given = {"begin": begin, "end": end, "locations": _listed(locations)}
    return [Value._make(row) for row in await db.fetch(_SQL["value_by_currency"], given)]


async def begun(db: Db) -> Begun:
    row = await db.fetch_one(_SQL["begun"])
    assert row is not None
    return Begun._make(row)


def _listed(locations: Collection[int] | None) -> list[int] | None:
    return None if locations is None else list(locations)
