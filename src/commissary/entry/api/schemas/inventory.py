"""What the stock part of the API takes and answers."""

from datetime import datetime
from typing import Annotated

import msgspec

from commissary.domain.inventory.types import Adjustment, CartLine, Code, FeedMode, FeedRow, Sequence64
from commissary.platform.http.endpoint import PAGE_LIMIT
from commissary.platform.http.problems import ProblemBody

MAX_FEED_ROWS = 50_000


class FeedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stock message. `sequence` grows with each message about a location; a clock in milliseconds will do.

    `complete`: stock at the named locations that the message does not name is not there.
    """

    source: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,59}$(?!\n)")]
    sequence: Sequence64
    mode: FeedMode
    rows: Annotated[list[FeedRow], msgspec.Meta(min_length=1, max_length=MAX_FEED_ROWS)]
    complete: bool = False


class FeedProblem(msgspec.Struct, frozen=True):
    row: int
    problem: ProblemBody


class FeedAnswer(msgspec.Struct, frozen=True):
    """Counts of rows; `duplicate` when the same message was taken in before."""

    applied: int
    unchanged: int
    stale: int
    refused: int
    duplicate: bool
    problems: list[FeedProblem]


Adjustments = Annotated[list[Adjustment], msgspec.Meta(min_length=1, max_length=1000)]


class AdjustmentResult(msgspec.Struct, frozen=True, omit_defaults=True):
    row: int
    cause_id: str | None = None
    problem: ProblemBody | None = None


class AdjustmentAnswer(msgspec.Struct, frozen=True):
    results: list[AdjustmentResult]


class PositionQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Code | None = None
    location: Code | None = None
    short: bool | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_LIMIT)] = 100
    cursor: Annotated[str, msgspec.Meta(max_length=300)] | None = None


class PositionAnswer(msgspec.Struct, frozen=True):
    """One item at one location. on_hand + shortage = available + reserved + allocated + damaged + quality_hold."""

    sku: str
    location: str
    on_hand: int
    available: int
    reserved: int
    allocated: int
    damaged: int
    quality_hold: int
    shortage: int


class PositionPage(msgspec.Struct, frozen=True):
    data: list[PositionAnswer]
    next_cursor: str | None = None


class GroupPositionAnswer(msgspec.Struct, frozen=True):
    """One item in a reserving group: what its locations have available, and what of that the group has promised."""

    sku: str
    location_group: str
    supply: int
    reserved: int
    shortage: int


class MovementAnswer(msgspec.Struct, frozen=True):
    id: int
    at: datetime
    sku: str
    location: str | None
    location_group: str | None
    quantity: int
    from_account: str
    to_account: str
    cause: str
    cause_id: str
    reason: str | None
    actor: str


class MovementPage(msgspec.Struct, frozen=True):
    data: list[MovementAnswer]
    next_cursor: str | None = None


class MovementQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Code
    location: Code | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_LIMIT)] = 100
    cursor: Annotated[str, msgspec.Meta(max_length=300)] | None = None


class FeedHealth(msgspec.Struct, frozen=True):
    source: str
    location: str
    last_sequence: int
    received_at: datetime


class CartBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a cart wants to keep; it replaces what the cart had."""

    lines: Annotated[list[CartLine], msgspec.Meta(min_length=1, max_length=200)]
    ttl_s: Annotated[int, msgspec.Meta(ge=1, le=7 * 86400)] = 900


class CartReservation(msgspec.Struct, frozen=True):
    quantity: int
    expires_at: datetime | None


class CartAnswer(msgspec.Struct, frozen=True):
    cart: str
    reservations: list[CartReservation]


class ReleaseAnswer(msgspec.Struct, frozen=True):
    units: int


class AllocateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    location: Code


class IssueBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
