"""Endpoints and deliveries as rows. Secrets come and go sealed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from commissary.domain.integrations.types import (
    Attempt,
    DeliveryState,
    Endpoint,
    InactiveReason,
    NewDelivery,
    Pause,
    SealedSecrets,
    Verdict,
)
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.domain.integrations")


async def lock_endpoint_changes(db: Db) -> None:
    """Wait for other changes of endpoints, and keep further ones out until the transaction ends."""
    await db.execute(_SQL["lock_endpoint_changes"])


async def insert_endpoint(db: Db, endpoint: Endpoint) -> None:
    """Write a new, active endpoint."""
    await db.execute(
        _SQL["insert_endpoint"],
        {
            "id": endpoint.id,
            "url": endpoint.url,
            "kinds": list(endpoint.kinds),
            "sealed_secret": endpoint.secrets.current,
            "description": endpoint.description,
            "now": endpoint.created_at,
        },
    )


async def endpoints(
    db: Db, ids: Sequence[UUID] | None = None, *, only_active: bool = False
) -> dict[UUID, Endpoint]:
    """These endpoints (None: all) by their ids."""
    given = {"ids": None if ids is None else list(ids), "only_active": only_active}
    rows = await db.fetch(_SQL["endpoints"], given)
    return {
        r[0]: Endpoint(
            id=r[0],
            url=r[1],
            kinds=tuple(r[2]),
            description=r[3],
            inactive_reason=InactiveReason(r[4]) if r[4] else None,
            failures_in_row=r[5],
            paused_until=r[6],
            created_at=r[7],
            version=r[8],
            secrets=SealedSecrets(bytes(r[9]), None if r[10] is None else bytes(r[10]), r[11]),
        )
        for r in rows
    }


async def save_endpoint(db: Db, endpoint: Endpoint) -> None:
    """Write an endpoint as it is now, one version further."""
    await db.execute(
        _SQL["save_endpoint"],
        {
            "id": endpoint.id,
            "url": endpoint.url,
            "kinds": list(endpoint.kinds),
            "description": endpoint.description,
            "inactive_reason": endpoint.inactive_reason,
            "failures_in_row": endpoint.failures_in_row,
            "paused_until": endpoint.paused_until,
            "sealed_secret": endpoint.secrets.current,
            "sealed_previous_secret": endpoint.secrets.previous,
            "previous_secret_until": endpoint.secrets.previous_until,
        },
    )


async def pause_endpoint(db: Db, endpoint_id: UUID, pause: Pause) -> None:
    """Leave an endpoint alone until an instant, or no longer; not a change that people see as a version."""
    await db.execute(_SQL["pause_endpoint"], {"id": endpoint_id, **pause._asdict()})


async def insert_deliveries(db: Db, deliveries: Sequence[NewDelivery]) -> None:
    """Write deliveries that are due at once; one that its endpoint and event have already is left as it is."""
    await db.execute(
        _SQL["insert_deliveries"],
        {
            "ids": [d.id for d in deliveries],
            "endpoint_ids": [d.endpoint_id for d in deliveries],
            "event_ids": [d.event_id for d in deliveries],
            "event_ats": [d.event_at for d in deliveries],
            "event_kinds": [d.event_kind for d in deliveries],
            "now": db.now,
        },
    )


async def take_due(
    db: Db, endpoint_id: UUID, lease_until: datetime, limit: int, ids: Sequence[UUID] | None = None
) -> list[Attempt]:
    """Due deliveries of an endpoint (of `ids` only, when given), for this worker alone until the lease ends."""
    rows = await db.fetch(
        _SQL["take_due"],
        {
            "endpoint_id": endpoint_id,
            "lease_until": lease_until,
            "limit": limit,
            "ids": None if ids is None else list(ids),
            "now": db.now,
        },
    )
    return sorted(Attempt(*row) for row in rows)


async def record_verdicts(db: Db, verdicts: Sequence[Verdict]) -> None:
    """Write what became of attempts."""
    await db.execute(
        _SQL["record_verdicts"],
        {
            "ids": [v.outcome.delivery_id for v in verdicts],
            "attempts": [v.outcome.attempt for v in verdicts],
            "states": [v.state.value for v in verdicts],
            "next_attempt_ats": [v.next_attempt_at for v in verdicts],
            "statuses": [v.outcome.status for v in verdicts],
            "errors": [v.outcome.error for v in verdicts],
            "durations_ms": [v.outcome.duration_ms for v in verdicts],
            "now": db.now,
        },
    )


async def drop_waiting(db: Db, endpoint_id: UUID) -> None:
    """Give up all that waits for an endpoint."""
    await db.execute(_SQL["drop_waiting"], {"endpoint_id": endpoint_id, "now": db.now})


async def due_endpoints(db: Db) -> list[UUID]:
    """Active endpoints that have something due and are not paused."""
    return [row[0] for row in await db.fetch(_SQL["due_endpoints"], {"now": db.now})]


async def delivery_of(db: Db, delivery_id: UUID) -> tuple[UUID, DeliveryState] | None:
    """A delivery's endpoint and state."""
    row = await db.fetch_one(_SQL["delivery_of"], {"id": delivery_id})
    return None if row is None else (row[0], DeliveryState(row[1]))


async def replay(
    db: Db, endpoint_id: UUID, *, delivery_id: UUID | None = None, since: datetime | None = None
) -> int:
    """Make ended deliveries due again: the one named, or all that failed or were dropped since; says how many."""
    given = {"endpoint_id": endpoint_id, "id": delivery_id, "since": since, "now": db.now}
    return await db.count(_SQL["replay"], given)


async def forget_ended(db: Db, before: datetime, limit: int) -> int:
    """Remove deliveries that ended before an instant; says how many."""
    return await db.count(_SQL["forget_ended"], {"before": before, "limit": limit})
