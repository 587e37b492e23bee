"""Users and keys as administrators see them: locations by code, and no hash of anything."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "security.sql")


class UserRow(NamedTuple):
    """`locations` None means all of them; `locked` says that failed sign-ins made the account wait."""

    id: UUID
    name: str
    display_name: str
    role: str
    locations: list[str] | None
    active: bool
    expires_at: datetime | None
    locked: bool | None
    created_at: datetime
    version: int


class ApiKeyRow(NamedTuple):
    """`scopes` None means all that the role may, `locations` None all of them."""

    id: UUID
    name: str
    prefix: str
    role: str
    scopes: list[str] | None
    locations: list[str] | None
    expires_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    created_by: str


async def users(db: Db, after: str | None, limit: int) -> list[UserRow]:
    """Users in order of their names, beginning after a name."""
    rows = await db.fetch(_SQL["users"], {"after": after, "id": None, "limit": limit, "now": db.now})
    return [UserRow(*row) for row in rows]


async def user(db: Db, user_id: UUID) -> UserRow | None:
    """One user."""
    row = await db.fetch_one(_SQL["users"], {"after": None, "id": user_id, "limit": 1, "now": db.now})
    return None if row is None else UserRow(*row)


async def api_keys(db: Db, after: UUID | None, limit: int) -> list[ApiKeyRow]:
    """Keys in the order in which they were made, beginning after one."""
    rows = await db.fetch(_SQL["api_keys"], {"after": after, "id": None, "limit": limit})
    return [ApiKeyRow(*row) for row in rows]


async def api_key(db: Db, key_id: UUID) -> ApiKeyRow | None:
    """One key."""
    row = await db.fetch_one(_SQL["api_keys"], {"after": None, "id": key_id, "limit": 1})
    return None if row is None else ApiKeyRow(*row)


async def location_ids_of(db: Db, codes: Sequence[str]) -> dict[str, int]:
    """Ids of these locations by code; a code that no location has is missing from the answer."""
    rows = await db.fetch(_SQL["location_ids_of"], {"codes": list(codes)})
    return {row[0]: row[1] for row in rows}
