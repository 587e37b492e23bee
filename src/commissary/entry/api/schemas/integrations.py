"""Bodies and answers of webhooks and events. A secret goes out in the answers to creation and rotation only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from commissary.domain.integrations.types import DeliveryState
from commissary.platform.http.endpoint import PAGE_LIMIT

_PLAIN = r"^[^\x00-\x1f\x7f]*$"
Url = Annotated[str, Meta(min_length=1, max_length=2000, description="An https address at a public host.")]
Kinds = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=100, pattern=_PLAIN)], ...],
    Meta(max_length=200, description="Kinds of events to send, as in GET /v1/event-kinds; empty: all."),
]
Description = Annotated[str, Meta(max_length=500, pattern=_PLAIN)]
Limit = Annotated[int, Meta(ge=1, le=PAGE_LIMIT)]
Cursor = Annotated[str, Meta(max_length=500)]
Instant = Annotated[datetime, Meta(tz=True)]


class CreateEndpointBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    url: Url
    kinds: Kinds = ()
    description: Description = ""


class ChangeEndpointBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it is."""

    url: Url | UnsetType = UNSET
    kinds: Kinds | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class EndpointAnswer(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    url: str
    kinds: Sequence[str]
    description: str
    active: bool
    inactive_reason: str | None
    failures_in_row: int
    paused_until: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime
    version: int


class SecretAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoint with its signing secret (`whsec_…`), which no other answer holds."""

    endpoint: EndpointAnswer
    secret: str

    def __repr__(self) -> str:
        return f"SecretAnswer(endpoint={self.endpoint.id})"


class PageQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    cursor: Cursor | None = None
    limit: Limit = 50


class DeliveryQuery(PageQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    state: DeliveryState | None = None


class EndpointPage(msgspec.Struct, frozen=True):
    data: Sequence[EndpointAnswer]
    next_cursor: str | None


class DeliveryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event_kind: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    last_duration_ms: int | None
    created_at: datetime
    ended_at: datetime | None


class DeliveryPage(msgspec.Struct, frozen=True):
    data: Sequence[DeliveryAnswer]
    next_cursor: str | None


class ReplayFailedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    since: Annotated[datetime, Meta(tz=True, description="Deliveries created at or after this instant.")]


class ReplayedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    replayed: int


class EventKindAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`data_schema` is the JSON Schema of the event's data."""

    kind: str
    subject_kind: str
    context: str
    description: str
    data_schema: Mapping[str, Any]


class EventKindList(msgspec.Struct, frozen=True):
    data: Sequence[EventKindAnswer]


class Start(StrEnum):
    OLDEST = "oldest"
    LATEST = "latest"


class EventQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`kind` may name several, separated by commas. Without a cursor `start` says where to begin."""

    cursor: Cursor | None = None
    limit: Limit = 50
    kind: Annotated[str, Meta(max_length=2000)] | None = None
    subject: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    start: Start = Start.OLDEST


class EventAnswer(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    at: datetime
    kind: str
    subject_kind: str
    subject_id: str
    actor: str
    cause: str | None
    data: msgspec.Raw


class EventPage(msgspec.Struct, frozen=True):
    """`next_cursor` is there even when there are no more events: ask again with it for what comes next."""

    data: Sequence[EventAnswer]
    next_cursor: str


class ParkedSubjectAnswer(msgspec.Struct, frozen=True, kw_only=True):
    subscriber: str
    subject_id: str
    reason: str
    parked_at: datetime
    event_id: UUID | None
    event_kind: str | None
    event_at: datetime | None
    waiting: int


class ParkedSubjectPage(msgspec.Struct, frozen=True):
    data: Sequence[ParkedSubjectAnswer]
    next_cursor: str | None


class ReplayParkedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    subscriber: Annotated[str, Meta(min_length=1, max_length=100, pattern=_PLAIN)]
    subjects: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200, pattern=_PLAIN)], ...],
        Meta(min_length=1, max_length=1000, description="Left out: every parked subject of the subscriber."),
    ] | None = None  # fmt: skip


class ReplayedSubjects(msgspec.Struct, frozen=True):
    subjects: Sequence[str]
