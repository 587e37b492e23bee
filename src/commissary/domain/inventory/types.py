"""Words of stock: accounts of a place, balances, moves between accounts, reservations, feed rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec

from commissary.kernel.quantity import MAX_QUANTITY


class Account(StrEnum):
    """Where a unit stands in the ledger. At a location: on hand + shortage = available + reserved + allocated +
    damaged + quality hold. `shortage` is a debt: what is promised beyond what is there. `outside` is everything
    beyond the door. `open` and `reserved` are the two sides of a location group."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    ALLOCATED = "allocated"
    DAMAGED = "damaged"
    QUALITY_HOLD = "quality_hold"
    SHORTAGE = "shortage"
    OUTSIDE = "outside"
    OPEN = "open"


class ReservationState(StrEnum):
    RESERVED = "reserved"
    ALLOCATED = "allocated"


class OwnerKind(StrEnum):
    ORDER_LINE = "order_line"
    CART = "cart"


class FeedMode(StrEnum):
    """`full`: a row says what is on hand. `delta`: a row says what came or went."""

    FULL = "full"
    DELTA = "delta"


class PositionRow(NamedTuple):
    item_id: int
    location_id: int
    available: int = 0
    reserved: int = 0
    allocated: int = 0
    damaged: int = 0
    quality_hold: int = 0
    shortage: int = 0

    @property
    def on_hand(self) -> int:
        return (
            self.available + self.reserved + self.allocated + self.damaged + self.quality_hold - self.shortage
        )


class GroupRow(NamedTuple):
    """Group-level balance: `supply` is what the group's locations have available together."""

    item_id: int
    group_id: int
    supply: int = 0
    reserved: int = 0
    shortage: int = 0


class Move(NamedTuple):
    """One ledger entry before it has a number: a quantity leaves one account of a place and enters another."""

    item_id: int
    location_id: int | None
    group_id: int | None
    quantity: int
    source: Account
    target: Account
    cause: str
    cause_id: str


class Balances(NamedTuple):
    """Locked balances of a batch. `group_of` maps a location to its reserving group, where it has one."""

    positions: Sequence[PositionRow]
    groups: Sequence[GroupRow]
    group_of: Mapping[int, int]


class StockChange(NamedTuple):
    """What a batch does to stock: the ledger entries, and the same added up by balance.

    `positions`: (item, location, change of available, reserved, allocated, damaged, quality hold, shortage);
    `groups`: (item, group, change of supply, change of reserved).
    """

    moves: Sequence[Move]
    positions: Sequence[tuple[int, ...]]
    groups: Sequence[tuple[int, int, int, int]]


class Want(NamedTuple):
    """Units wanted at a location, or (location None) anywhere in a reserving group.

    `group_id` is the reserving group: of the location if one is named (None when it has none), else the one to
    reserve in. With `partial` whatever is there is taken; without it, all or nothing.
    """

    item_id: int
    location_id: int | None
    group_id: int | None
    quantity: int
    partial: bool = False


class Reservation(NamedTuple):
    id: UUID
    item_id: int
    location_id: int | None
    group_id: int | None
    quantity: int
    state: ReservationState
    owner_kind: OwnerKind
    owner_id: str
    expires_at: datetime | None = None


Quantity = Annotated[int, msgspec.Meta(ge=1, le=MAX_QUANTITY)]
Balance = Annotated[int, msgspec.Meta(ge=0, le=MAX_QUANTITY)]
Change = Annotated[int, msgspec.Meta(ge=-MAX_QUANTITY, le=MAX_QUANTITY)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Sequence64 = Annotated[int, msgspec.Meta(ge=1, le=2**62)]


class FeedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a stock message. `on_hand` in a full feed, `change` in a delta; the others only in a full one."""

    sku: Code
    location: Code
    on_hand: Balance | None = None
    change: Change | None = None
    damaged: Balance | None = None
    quality_hold: Balance | None = None


class ResolvedFeed(msgspec.Struct, frozen=True):
    """A stock message with internal ids, as parallel arrays of one length."""

    mode: FeedMode
    source: str
    sequence: int
    item_ids: Sequence[int]
    location_ids: Sequence[int]
    amounts: Sequence[int]
    damaged: Sequence[int | None]
    quality_hold: Sequence[int | None]
    group_of: Mapping[int, int]


class FeedOutcome(StrEnum):
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    STALE = "stale"
    BELOW_ZERO = "below_zero"


class FeedResult(NamedTuple):
    """What a message did to a position; `shortage` is what it owes now, where the message made it owe more."""

    item_id: int
    location_id: int
    outcome: FeedOutcome
    shortage: int


class FeedResults(NamedTuple):
    """Rows by outcome, and those rows of which there is more to say: refused, or with a new shortage."""

    counts: Mapping[FeedOutcome, int]
    told: Sequence[FeedResult]


class Adjustment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A correction by people. `account` says which part of the stock; a reason is always given."""

    sku: Code
    location: Code
    change: Change
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    account: Account = Account.AVAILABLE


class CartLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a cart wants to keep for a while: at a location or in a location group, exactly one of them."""

    sku: Code
    quantity: Quantity
    location: Code | None = None
    location_group: Code | None = None
