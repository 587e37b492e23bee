"""Words of integrations: endpoints that want to hear of facts, and deliveries to them."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

# The subscriber that turns events into deliveries, and the job that sends them.
FAN_OUT = "integrations.fan_out"
SEND_WEBHOOKS = "integrations.send_webhooks"


class DeliveryState(StrEnum):
    """`waiting` for its next attempt; `delivered`; `failed` for good; `dropped` with its endpoint."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


class InactiveReason(StrEnum):
    BY_HAND = "by_hand"
    GONE = "gone"


class CreateEndpoint(msgspec.Struct, frozen=True):
    """`kinds` empty: every kind of event."""

    url: str
    kinds: tuple[str, ...] = ()
    description: str = ""


class ChangeEndpoint(msgspec.Struct, frozen=True):
    """What is None stays as it is."""

    url: str | None = None
    kinds: tuple[str, ...] | None = None
    description: str | None = None
    active: bool | None = None


class SealedSecrets(NamedTuple):
    """The signing secret, and the one before it for as long as it signs too; both sealed."""

    current: bytes
    previous: bytes | None = None
    previous_until: datetime | None = None


class Endpoint(NamedTuple):
    id: UUID
    url: str
    kinds: tuple[str, ...]
    description: str
    inactive_reason: InactiveReason | None
    failures_in_row: int
    paused_until: datetime | None
    created_at: datetime
    version: int
    secrets: SealedSecrets

    @property
    def active(self) -> bool:
        return self.inactive_reason is None


class NewDelivery(NamedTuple):
    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event_at: datetime
    event_kind: str


class Attempt(NamedTuple):
    """A delivery that is being sent; `number` counts from 1 and tells a late result from the current one."""

    delivery_id: UUID
    event_id: UUID
    event_at: datetime
    number: int


class Secret:
    """A text that never shows itself in a log, an error or the representation of whatever holds it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"


class Message(NamedTuple):
    """What goes out in one attempt: the body as it is signed, and every secret that signs it."""

    delivery_id: UUID
    attempt: int
    url: str
    event_id: UUID
    body: str
    secrets: tuple[Secret, ...]


class Outcome(NamedTuple):
    """What came of one attempt: an HTTP status, or an error in a few words; never anything of the answer's body."""

    delivery_id: UUID
    attempt: int
    status: int | None
    error: str | None
    duration_ms: int
    retry_after_s: int | None = None


class Verdict(NamedTuple):
    """What an outcome makes of its delivery."""

    outcome: Outcome
    state: DeliveryState
    next_attempt_at: datetime | None


class Pause(NamedTuple):
    """How an endpoint stands after a round of sendings."""

    failures_in_row: int
    paused_until: datetime | None
