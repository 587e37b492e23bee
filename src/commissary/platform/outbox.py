"""Facts told inside the transaction that made them true, and delivered exactly once, in order, to the flows that react.

Writing: `tell` appends events and, for each flow that subscribes to the kind, a delivery row; all of it commits or
vanishes with the change itself. Reading: a lane is a slice of subjects; one worker at a time takes the oldest
deliveries of a lane, runs the flow, and removes the rows in the flow's own transaction, so the effect and the removal
are one. An event that a flow cannot digest is delayed, then its subject is parked: its later events wait, all others
go on. Order of one subject holds because two writers of a subject are serialized by the subject's own row lock.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from commissary.kernel.fact import Fact
from commissary.platform.arrays import text_array, uuid_array, word_array
from commissary.platform.db import Db
from commissary.platform.ids import new_id
from commissary.platform.queries import load_queries
from commissary.platform.settings import read_setting, write_setting

LANES = 8
ATTEMPTS_BEFORE_PARKING = 6
_REGISTERED = "outbox.registered"
_SQL = load_queries("commissary.platform", "outbox_queries.sql")
_encode = msgspec.json.Encoder().encode


class Event(NamedTuple):
    """A stored fact as readers get it; `data` is JSON text."""

    id: UUID
    at: datetime
    kind: str
    subject_kind: str
    subject_id: str
    actor: str
    data: str


class Delivery(NamedTuple):
    id: int
    event: Event
    attempts: int


class JobRequest(NamedTuple):
    """A job asked for in a transaction; `lock` names what only one job may wait for and one may work on."""

    id: int
    task: str
    arguments: dict[str, Any]
    lock: str | None


class Followed(NamedTuple):
    """An event with its place in the commit-safe order, for those who follow all of them."""

    event: Event
    cause: str | None
    sequence: int
    transaction: str


async def tell(db: Db, actor: str, facts: Sequence[Fact], cause: str | None = None) -> list[UUID]:
    """Append facts, in the order given, within the caller's transaction; the ids of their events."""
    if not facts:
        return []
    ids = [new_id() for _ in facts]
    await db.execute(
        _SQL["tell"],
        {
            "ids": uuid_array(ids),
            "kinds": word_array(fact.KIND for fact in facts),
            "subject_kinds": word_array(fact.SUBJECT_KIND for fact in facts),
            "subjects": text_array(fact.subject for fact in facts),
            "data": text_array(_encode(fact).decode() for fact in facts),
            "at": db.now,
            "actor": actor,
            "cause": cause,
            "lanes": LANES,
        },
    )
    return ids


async def subscribe(db: Db, subscriber: str, kinds: Sequence[str], *, only: bool = False) -> None:
    """From now on deliver these kinds to `subscriber`; with `only`, stop delivering all others to it."""
    await db.execute(_SQL["subscribe"], {"subscriber": subscriber, "kinds": list(kinds)})
    if only:
        await db.execute(_SQL["unsubscribe"], {"subscriber": subscriber, "keep": list(kinds)})


async def register(db: Db, wanted: Mapping[str, Sequence[str]]) -> bool:
    """Make these the subscriptions of the flows that always react; True when something had to change.

    The first registration of an organization also delivers what was told before it: an order captured while no
    worker had started yet is screened like any other. A flow added later reacts from then on only.
    """
    rows = await db.fetch(_SQL["subscriptions"], {"subscribers": list(wanted)})
    if {name: sorted(kinds) for name, kinds in wanted.items() if kinds} == {row[0]: row[1] for row in rows}:
        return False
    first = not await read_setting(db, _REGISTERED, default=False)
    if first:
        await db.execute(_SQL["lock_subscriptions"])
    for subscriber, kinds in wanted.items():
        await subscribe(db, subscriber, kinds, only=True)
        if first:
            given = {"subscriber": subscriber, "kinds": list(kinds), "lanes": LANES}
            await db.execute(_SQL["catch_up"], given)
    await write_setting(db, _REGISTERED, value=True)
    return True


async def busy_lanes(db: Db, subscribers: Sequence[str]) -> list[tuple[str, int]]:
    """Subscribers and lanes that have something to deliver now."""
    rows = await db.fetch(
        _SQL["busy_lanes"], {"subscribers": list(subscribers), "lanes": LANES, "now": db.now}
    )
    return [(row[0], row[1]) for row in rows]


async def claim(db: Db, subscriber: str, lane: int, limit: int) -> list[Delivery]:
    """The oldest due deliveries of a lane, held until the transaction ends; empty when another worker has the lane.

    The lock comes in a statement of its own before the rows are read, so that they are read as the last holder left
    them. What failed before comes alone: one event that fails again must not cost its neighbors their batch.
    """
    row = await db.fetch_one(
        _SQL["claim_lane"], {"organization": db.organization, "subscriber": subscriber, "lane": lane}
    )
    if row is None or not row[0]:
        return []
    rows = await db.fetch(
        _SQL["lane_head"], {"subscriber": subscriber, "lane": lane, "limit": limit, "now": db.now}
    )
    deliveries = [Delivery(r[0], Event(*r[1:8]), r[8]) for r in rows]
    retried = next((index for index, delivery in enumerate(deliveries) if delivery.attempts), len(deliveries))
    return deliveries[: max(retried, 1)]


async def remove(db: Db, deliveries: Sequence[Delivery]) -> None:
    """Take delivered rows away; belongs in the transaction of the effect."""
    await db.execute(_SQL["remove_deliveries"], {"ids": [delivery.id for delivery in deliveries]})


async def delay_or_park(db: Db, subscriber: str, delivery: Delivery, reason: str) -> bool:
    """After a failure: try again later (1, 2, 4 … seconds), or park the subject. True when it was parked.

    Nothing happens when another worker has delivered it, or failed at it, since this one read it.
    """
    failed = {"id": delivery.id, "attempts": delivery.attempts}
    if delivery.attempts + 1 >= ATTEMPTS_BEFORE_PARKING:
        given = {**failed, "subscriber": subscriber, "reason": reason[:1000], "now": db.now}
        return await db.count(_SQL["park_subject"], given) == 1
    due_at = db.now + timedelta(seconds=2**delivery.attempts)
    await db.execute(_SQL["delay_delivery"], {**failed, "due_at": due_at})
    return False


async def unpark(db: Db, subscriber: str, subjects: Sequence[str] | None = None) -> list[str]:
    """Let parked subjects (None: all of the subscriber) flow again from the event that stopped each; says which."""
    given = {"subscriber": subscriber, "subjects": None if subjects is None else list(subjects)}
    return [row[0] for row in await db.fetch(_SQL["unpark"], given)]


async def waiting(db: Db) -> tuple[int, int]:
    """How many deliveries wait for a flow, and how many subjects for a person."""
    row = await db.fetch_one(_SQL["waiting"])
    return (row[0], row[1]) if row else (0, 0)


async def request_jobs(
    db: Db,
    task: str,
    arguments: Sequence[Mapping[str, Any]],
    *,
    locks: Sequence[str | None] | None = None,
    run_at: datetime | None = None,
) -> None:
    """Ask for jobs within this transaction; the worker defers them to the job queue once it has committed.

    `run_at` is an instant of the organization's clock. Arguments are ids and numbers, never secrets: they are logged.
    """
    if arguments:
        await db.execute(
            _SQL["request_jobs"],
            {
                "tasks": [task] * len(arguments),
                "arguments": [_encode(a).decode() for a in arguments],
                "locks": list(locks) if locks else [None] * len(arguments),
                "run_at": run_at,
            },
        )


async def take_job_requests(db: Db, limit: int) -> list[JobRequest]:
    """Requests whose time has come, held until the transaction ends; what another worker holds is left out."""
    rows = await db.fetch(_SQL["take_job_requests"], {"limit": limit, "now": db.now})
    return [JobRequest(row[0], row[1], msgspec.json.decode(row[2]), row[3]) for row in rows]


async def remove_job_requests(db: Db, requests: Sequence[JobRequest]) -> None:
    """Take away what the job queue has accepted; belongs in the transaction that took them."""
    await db.execute(_SQL["remove_job_requests"], {"ids": [request.id for request in requests]})


async def due_sweep(db: Db, name: str, period: timedelta) -> bool:
    """Whether this worker is to do a periodic work now; its period starts afresh when the transaction commits."""
    claimed = await db.fetch_one(
        _SQL["claim_lane"], {"organization": db.organization, "subscriber": f"sweep:{name}", "lane": 0}
    )
    if claimed is None or not claimed[0]:
        return False
    return bool(await db.fetch(_SQL["due_sweep"], {"name": name, "now": db.now, "period": period}))


async def sweep_again(db: Db, name: str) -> None:
    """There is more to do than fitted into this transaction: the next look finds it due."""
    await db.execute(_SQL["sweep_again"], {"name": name})


async def events_of(db: Db, keys: Sequence[tuple[datetime, UUID]]) -> dict[UUID, Event]:
    """Events by their instant and id; what is no longer kept is missing."""
    if not keys:
        return {}
    rows = await db.fetch(
        _SQL["events_by_key"], {"ats": [at for at, _ in keys], "ids": [event_id for _, event_id in keys]}
    )
    return {row[0]: Event(*row[:7]) for row in rows}


async def follow(db: Db, transaction: str, sequence: int, limit: int = 500) -> list[Followed]:
    """Events after a place in the commit-safe order (start with "0", 0); none is ever skipped."""
    rows = await db.fetch(
        _SQL["events_after"], {"transaction": transaction, "sequence": sequence, "limit": limit}
    )
    return [Followed(Event(r[0], r[1], r[2], r[3], r[4], r[5], r[7]), r[6], r[8], r[9]) for r in rows]


async def latest_position(db: Db) -> tuple[str, int]:
    """Where to start following when only what comes next matters."""
    row = await db.fetch_one(_SQL["latest_position"])
    return (row[0], row[1]) if row else ("0", 0)


async def position_since(db: Db, since: datetime) -> tuple[str, int]:
    """Where to start following to get everything told at or after an instant."""
    row = await db.fetch_one(_SQL["position_since"], {"since": since})
    return (row[0], row[1]) if row else await latest_position(db)
