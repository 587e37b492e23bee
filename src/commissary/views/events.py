"""Events as readers follow them, the subjects that wait for a person, and the catalog of all kinds of events.

The catalog is made from the facts themselves, so it cannot promise anything that is not told.
"""

import inspect
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from commissary import domain
from commissary.kernel.fact import Fact
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "events.sql")
OLDEST = ("0", 0)
Position = tuple[str, int]


class EventView(NamedTuple):
    """`data` is JSON text; `position` is the event's place in the commit-safe order."""

    id: UUID
    at: datetime
    kind: str
    subject_kind: str
    subject_id: str
    actor: str
    cause: str | None
    data: str
    position: Position


class ParkedView(NamedTuple):
    """A subject that a flow could not go on with; the event that stopped it, and how many wait behind and with it."""

    subscriber: str
    subject_id: str
    reason: str
    parked_at: datetime
    event_id: UUID | None
    event_kind: str | None
    event_at: datetime | None
    waiting: int


class EventKind(NamedTuple):
    """`schema` is the JSON Schema of an event's data."""

    kind: str
    subject_kind: str
    context: str
    description: str
    schema: dict[str, Any]


async def events_after(
    db: Db,
    position: Position,
    limit: int,
    *,
    kinds: Sequence[str] | None = None,
    subject: str | None = None,
) -> list[EventView]:
    """Events after a position in an order in which none is ever skipped."""
    given = {
        "transaction": position[0],
        "sequence": position[1],
        "kinds": None if kinds is None else list(kinds),
        "limit": limit,
    }
    if subject is None:
        rows = await db.fetch(_SQL["events_after"], given)
    else:
        rows = await db.fetch(_SQL["events_of_subject"], {**given, "subject": subject})
    return [EventView(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], (r[8], r[9])) for r in rows]


async def latest_position(db: Db) -> Position:
    """Where to begin when only what comes next matters."""
    return await outbox.latest_position(db)


async def parked_subjects(db: Db, limit: int, after: tuple[str, str] | None = None) -> list[ParkedView]:
    """Parked subjects by subscriber."""
    subscriber, subject = after or (None, None)
    rows = await db.fetch(
        _SQL["parked_subjects"], {"subscriber": subscriber, "subject": subject, "limit": limit}
    )
    return [ParkedView(*row) for row in rows]


@cache
def event_kinds() -> tuple[EventKind, ...]:
    """Every kind of event that any context tells, in order of their names."""
    found = []
    for context in sorted(module.name for module in iter_modules(domain.__path__)):
        try:
            events = import_module(f"{domain.__name__}.{context}.events")
        except ModuleNotFoundError:
            continue
        found += [
            _event_kind(context, fact)
            for fact in vars(events).values()
            if isinstance(fact, type) and issubclass(fact, Fact) and fact.KIND
        ]
    return tuple(sorted(found))


def _event_kind(context: str, fact: type[Fact]) -> EventKind:
    schema = msgspec.json.schema(fact)
    own = schema["$defs"].pop(fact.__name__)
    own.pop("title", None)
    description = own.pop("description", "") or inspect.cleandoc(fact.__doc__ or "")
    if schema["$defs"]:
        own["$defs"] = schema["$defs"]
    return EventKind(fact.KIND, fact.SUBJECT_KIND, context, description, own)
