"""Words of orders: what a channel sends, what is stored, and the answers.

The commands carry their bounds, so that every door (API, files, console) refuses the same things with the same field.
Amounts are minor units of the order's currency; a line's discount and tax are for the whole line, not a unit.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec

from commissary.kernel.address import Address
from commissary.kernel.attributes import AttributeValue
from commissary.kernel.money import MAX_AMOUNT_MINOR
from commissary.kernel.quantity import MAX_QUANTITY

MAX_LINES = 2000

Amount = Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT_MINOR)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Word = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$(?!\n)")]
# It stands in addresses: no slash, nothing but dots, no blanks at the ends, no control characters.
Number = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=60,
        pattern=r"^(?!\.{1,2}$)[^\s/\x00-\x1f](?:[^/\x00-\x1f]*[^\s/\x00-\x1f])?$(?!\n)",
    ),
]
Text = Annotated[str, msgspec.Meta(max_length=500)]
Attributes = Annotated[Mapping[str, AttributeValue], msgspec.Meta(max_length=50)]


class QuantityState(StrEnum):
    """Where a unit of an order line is; the steps between are in `states`."""

    DRAFT = "draft"
    PLACED = "placed"
    BACKORDERED = "backordered"
    RESERVED = "reserved"
    ALLOCATED = "allocated"
    RELEASED = "released"
    ACCEPTED = "accepted"
    PICKED = "picked"
    PACKED = "packed"
    READY_FOR_PICKUP = "ready_for_pickup"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COLLECTED = "collected"
    CANCELED = "canceled"


class OrderKind(StrEnum):
    CONSUMER = "consumer"
    BUSINESS = "business"


class Method(StrEnum):
    SHIP = "ship"
    PICKUP = "pickup"


class OnShortage(StrEnum):
    """What to do with units that are not there: refuse the order, or keep them as backorder."""

    REFUSE = "refuse"
    BACKORDER = "backorder"


class CustomerInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who orders. `reference` is the sender's own name for the customer."""

    reference: Code | None = None
    name: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    mail: Annotated[str, msgspec.Meta(max_length=254)] | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class LineInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line. `location` is the store of a pickup, or a forced ship-from; `location_group` reserves in a group."""

    sku: Code
    quantity: Annotated[int, msgspec.Meta(ge=1, le=MAX_QUANTITY)]
    unit_price_minor: Amount
    discount_minor: Amount = 0
    tax_minor: Amount = 0
    method: Method = Method.SHIP
    location: Code | None = None
    location_group: Code | None = None
    requested_on: date | None = None
    ship_to: Address | None = None
    attributes: Attributes = {}


class ChargeInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An amount of the order that belongs to no line, such as shipping."""

    kind: Word
    amount_minor: Amount
    tax_minor: Amount = 0


class HoldInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A hold to place at capture. `expires_at` lets the order go on by itself."""

    kind: Word
    reason: Text = ""
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class CaptureOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An order as its channel sends it. `number` is made here when the channel has none."""

    channel: Word
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
    lines: Annotated[tuple[LineInput, ...], msgspec.Meta(min_length=1, max_length=MAX_LINES)]
    customer: CustomerInput = CustomerInput()
    number: Number | None = None
    kind: OrderKind = OrderKind.CONSUMER
    placed_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    ship_to: Address | None = None
    bill_to: Address | None = None
    charges: Annotated[tuple[ChargeInput, ...], msgspec.Meta(max_length=50)] = ()
    discount_minor: Amount = 0
    tax_included: bool = False
    total_minor: Amount | None = None
    purchase_order_number: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] | None = None
    requested_ship_on: date | None = None
    requested_delivery_on: date | None = None
    on_shortage: OnShortage = OnShortage.REFUSE
    holds: Annotated[tuple[HoldInput, ...], msgspec.Meta(max_length=10)] = ()
    attributes: Attributes = {}


class Prices(NamedTuple):
    """Totals of an order, and the whole discount of each line (its own and its share of the order's)."""

    goods_minor: int
    discount_minor: int
    charges_minor: int
    tax_minor: int
    total_minor: int
    line_discounts: tuple[int, ...]


class OrderRow(NamedTuple):
    id: UUID
    number: str
    channel: str
    kind: OrderKind
    customer_id: UUID
    ship_to_id: UUID | None
    bill_to_id: UUID | None
    currency: str
    placed_at: datetime
    purchase_order_number: str | None
    requested_ship_on: date | None
    requested_delivery_on: date | None
    prices: Prices
    tax_included: bool
    attributes: Mapping[str, AttributeValue]
    body_hash: bytes


class LineRow(NamedTuple):
    id: UUID
    order_id: UUID
    line_number: int
    item_id: int
    quantity: int
    method: Method
    location_id: int | None
    ship_to_id: UUID | None
    requested_on: date | None
    unit_price_minor: int
    discount_minor: int
    tax_minor: int
    attributes: Mapping[str, AttributeValue]


class ChargeRow(NamedTuple):
    order_id: UUID
    charge: ChargeInput


class GroupKey(NamedTuple):
    """What tells quantity groups of a line apart; equal keys are one group."""

    order_id: UUID
    line_id: UUID
    state: QuantityState
    plan_leg_id: UUID | None = None
    fulfillment_line_id: UUID | None = None


class GroupRow(NamedTuple):
    """A quantity group: part of a line with one state."""

    key: GroupKey
    quantity: int


class Shift(NamedTuple):
    """Units of a line going from one group to another; `source` None for units that come into being."""

    source: GroupKey | None
    target: GroupKey
    quantity: int


class HoldRow(NamedTuple):
    id: UUID
    order_id: UUID
    line_id: UUID | None
    kind: str
    reason: str
    blocks: tuple[str, ...]
    placed_at: datetime
    placed_by: str
    expires_at: datetime | None
    resolved_at: datetime | None = None


class CancelLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many units of a line to cancel; without a quantity all that may still be canceled."""

    line_number: Annotated[int, msgspec.Meta(ge=1, le=10**6)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=MAX_QUANTITY)] | None = None


class CancelOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cancel lines by quantity; no lines means the whole order."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    lines: Annotated[tuple[CancelLine, ...], msgspec.Meta(max_length=MAX_LINES)] = ()


class CapturedLine(msgspec.Struct, frozen=True):
    line_number: int
    sku: str
    quantity: int
    reserved: int
    backordered: int = 0


class Captured(msgspec.Struct, frozen=True):
    """The answer to a capture. `status` is the order's status right after it."""

    id: UUID
    number: str
    status: str
    currency: str
    goods_minor: int
    discount_minor: int
    charges_minor: int
    tax_minor: int
    total_minor: int
    lines: tuple[CapturedLine, ...]
