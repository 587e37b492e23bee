"""Locations and their groups as pages and callers see them, in order of their codes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "locations.sql")


class LocationView(NamedTuple):
    """`groups` are the codes of groups that do not reserve."""

    id: int
    code: str
    name: str
    kind: str
    country: str
    address: Mapping[str, Any]
    latitude: float | None
    longitude: float | None
    time_zone: str
    opening_hours: Mapping[str, list[list[str]]]
    capabilities: list[str]
    processing_lead_time_s: int
    reserving_group: str | None
    groups: list[str]
    attributes: Mapping[str, Any]
    active: bool
    version: int
    updated_at: datetime


class LocationGroupView(NamedTuple):
    """`locations` are codes."""

    id: int
    code: str
    name: str
    reserving: bool
    version: int
    locations: list[str]


async def location(db: Db, code: str) -> LocationView | None:
    """The location with this canonical code."""
    row = await db.fetch_one(_SQL["location"], {"code": code})
    return LocationView._make(row) if row else None


async def locations(
    db: Db,
    *,
    starting: str = "",
    kind: str | None = None,
    capability: str | None = None,
    group: str | None = None,
    active: bool | None = None,
    after: str = "",
    limit: int = 50,
) -> list[LocationView]:
    """Locations after a code; `starting` are the first letters of code or name, in any case."""
    rows = await db.fetch(
        _SQL["locations"],
        {
            "q": starting,
            "kind": kind,
            "capability": capability,
            "location_group": group,
            "active": active,
            "after": after,
            "limit": limit,
        },
    )
    return [LocationView._make(row) for row in rows]


async def location_group(db: Db, code: str) -> LocationGroupView | None:
    """The group with this canonical code."""
    row = await db.fetch_one(_SQL["location_group"], {"code": code})
    return LocationGroupView._make(row) if row else None


async def location_groups(db: Db, *, after: str = "", limit: int = 50) -> list[LocationGroupView]:
    """Groups after a code."""
    rows = await db.fetch(_SQL["location_groups"], {"after": after, "limit": limit})
    return [LocationGroupView._make(row) for row in rows]
