"""Webhook endpoints and their delivery log as people see them; nothing of any secret."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "webhooks.sql")


class EndpointView(NamedTuple):
    id: UUID
    url: str
    kinds: list[str]
    description: str
    active: bool
    inactive_reason: str | None
    failures_in_row: int
    paused_until: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime
    version: int


class DeliveryView(NamedTuple):
    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event_kind: str
    state: str
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    last_duration_ms: int | None
    created_at: datetime
    ended_at: datetime | None


async def endpoints(db: Db, limit: int, after: UUID | None = None) -> list[EndpointView]:
    """Endpoints in the order they were added."""
    rows = await db.fetch(_SQL["endpoints"], {"id": None, "after": after, "limit": limit})
    return [EndpointView(*row) for row in rows]


async def endpoint(db: Db, endpoint_id: UUID) -> EndpointView | None:
    """One endpoint."""
    row = await db.fetch_one(_SQL["endpoints"], {"id": endpoint_id, "after": None, "limit": 1})
    return None if row is None else EndpointView(*row)


async def deliveries(
    db: Db,
    endpoint_id: UUID,
    limit: int,
    *,
    state: str | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> list[DeliveryView]:
    """The log of an endpoint, newest first."""
    before_at, before_id = before or (None, None)
    rows = await db.fetch(
        _SQL["deliveries"],
        {
            "endpoint_id": endpoint_id,
            "state": state,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit,
        },
    )
    return [DeliveryView(*row) for row in rows]


async def delivery(db: Db, delivery_id: UUID) -> DeliveryView | None:
    """One delivery."""
    row = await db.fetch_one(_SQL["delivery"], {"id": delivery_id})
    return None if row is None else DeliveryView(*row)
