"""Events, their catalog, and the subjects that wait for a person, over HTTP.

A follower keeps the cursor of its last answer and asks again with it: it gets every event once, and never misses one
that was committed late.
"""

import msgspec

from commissary.domain.security.types import Permission
from commissary.entry.api.schemas.integrations import (
    EventAnswer,
    EventKindAnswer,
    EventKindList,
    EventPage,
    EventQuery,
    PageQuery,
    ParkedSubjectAnswer,
    ParkedSubjectPage,
    ReplayedSubjects,
    ReplayParkedBody,
    Start,
)
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.http.cursor import decode_cursor, encode_cursor
from commissary.platform.http.endpoint import Call, Endpoint, Work
from commissary.views import events as views

_TAG = "integrations"


def event_endpoints() -> list[Endpoint]:
    """What callers can do with events."""
    return [
        Endpoint(
            method="GET", path="/v1/event-kinds", permission=Permission.EVENTS_READ,
            summary="List all kinds of events with the schema of their data", handler=list_event_kinds,
            work=Work.OWN, tag=_TAG, answer=EventKindList,
        ),
        Endpoint(
            method="GET", path="/v1/events", permission=Permission.EVENTS_READ, summary="Follow events",
            description="In an order in which none is ever skipped. Ask again with next_cursor for what comes next.",
            handler=list_events, work=Work.READ, tag=_TAG, query=EventQuery, answer=EventPage,
        ),
        Endpoint(
            method="GET", path="/v1/parked-subjects", permission=Permission.EVENTS_READ,
            summary="List subjects whose event a flow could not digest", handler=list_parked, work=Work.READ,
            tag=_TAG, query=PageQuery, answer=ParkedSubjectPage,
        ),
        Endpoint(
            method="POST", path="/v1/parked-subjects/replay", permission=Permission.WEBHOOKS_WRITE,
            summary="Let parked subjects flow again", handler=post_parked_replay, work=Work.WRITE, tag=_TAG,
            body=ReplayParkedBody, answer=ReplayedSubjects, refusals=("parked_subject_unknown",),
        ),
    ]  # fmt: skip


async def list_event_kinds(_: Call[None, None]) -> EventKindList:
    return EventKindList(
        [
            EventKindAnswer(
                kind=kind.kind,
                subject_kind=kind.subject_kind,
                context=kind.context,
                description=kind.description,
                data_schema=kind.schema,
            )
            for kind in views.event_kinds()
        ]
    )


async def list_events(call: Call[None, EventQuery], db: Db) -> EventPage:
    query = call.query
    position: views.Position
    if query.cursor:
        position = decode_cursor(query.cursor, tuple[str, int])
    else:
        latest = query.start is Start.LATEST
        position = await views.latest_position(db) if latest else views.OLDEST
    kinds = [kind.strip() for kind in query.kind.split(",")] if query.kind else None
    rows = await views.events_after(db, position, query.limit, kinds=kinds, subject=query.subject)
    return EventPage(
        [
            EventAnswer(
                id=row.id,
                at=row.at,
                kind=row.kind,
                subject_kind=row.subject_kind,
                subject_id=row.subject_id,
                actor=row.actor,
                cause=row.cause,
                data=msgspec.Raw(row.data.encode()),
            )
            for row in rows
        ],
        encode_cursor(rows[-1].position if rows else position),
    )


async def list_parked(call: Call[None, PageQuery], db: Db) -> ParkedSubjectPage:
    after = decode_cursor(call.query.cursor, tuple[str, str]) if call.query.cursor else None
    rows = await views.parked_subjects(db, call.query.limit + 1, after)
    page = rows[: call.query.limit]
    more = encode_cursor((page[-1].subscriber, page[-1].subject_id)) if len(rows) > len(page) else None
    return ParkedSubjectPage([ParkedSubjectAnswer(**row._asdict()) for row in page], more)


async def post_parked_replay(call: Call[ReplayParkedBody, None], db: Db) -> ReplayedSubjects | Refusal:
    subjects = await outbox.unpark(db, call.body.subscriber, call.body.subjects)
    return ReplayedSubjects(subjects) if subjects else Refusal("parked_subject_unknown")
