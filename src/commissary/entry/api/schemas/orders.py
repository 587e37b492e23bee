"""What the orders part of the API takes and answers beyond the commands themselves."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from commissary.domain.orders.types import Attributes, Captured, CaptureOrder
from commissary.domain.payments.types import MAX_TENDERS, TenderInput
from commissary.platform.http.endpoint import PAGE_LIMIT
from commissary.platform.http.problems import ProblemBody

MAX_BULK = 500


class OrderBody(CaptureOrder, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An order with the means by which it is paid."""

    tenders: Annotated[tuple[TenderInput, ...], msgspec.Meta(max_length=MAX_TENDERS)] = ()


OrderBodies = Annotated[list[OrderBody], msgspec.Meta(min_length=1, max_length=MAX_BULK)]


class OrderResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one order of a bulk: either `order` or `problem`."""

    row: int
    status: int
    order: Captured | None = None
    problem: ProblemBody | None = None


class BulkAnswer(msgspec.Struct, frozen=True):
    accepted: int
    refused: int
    results: list[OrderResult]


class OrdersQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Filters of the order list; all that are given must hold. `attribute` is `name:value`."""

    number: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    customer_id: UUID | None = None
    customer_reference: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    sku: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    state: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    channel: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    purchase_order_number: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    attribute: Annotated[str, msgspec.Meta(max_length=1100, pattern="^[a-z][a-z0-9_]*:.*$")] | None = None
    held: bool | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_LIMIT)] = 50
    cursor: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class OrderSummary(msgspec.Struct, frozen=True):
    id: UUID
    number: str
    channel: str
    kind: str
    status: str
    customer_id: UUID
    currency: str
    total_minor: int
    units: int
    placed_at: datetime
    on_hold: bool


class OrderPage(msgspec.Struct, frozen=True):
    data: list[OrderSummary]
    next_cursor: str | None = None


class GroupAnswer(msgspec.Struct, frozen=True):
    """Part of a line with one state."""

    state: str
    quantity: int


class LineAnswer(msgspec.Struct, frozen=True):
    line_number: int
    sku: str
    name: str
    quantity: int
    method: str
    location: str | None
    requested_on: date | None
    unit_price_minor: int
    discount_minor: int
    tax_minor: int
    attributes: Attributes
    groups: list[GroupAnswer]


class ChargeAnswer(msgspec.Struct, frozen=True):
    kind: str
    amount_minor: int
    tax_minor: int


class TenderAnswer(msgspec.Struct, frozen=True):
    """A means of payment as it may be shown: never the gateway's token."""

    kind: str
    amount_minor: int
    prepaid: bool
    brand: str | None
    last_four: str | None
    installments: int


class HoldAnswer(msgspec.Struct, frozen=True):
    id: UUID
    kind: str
    reason: str
    blocks: list[str]
    line_number: int | None
    placed_at: datetime
    placed_by: str
    expires_at: datetime | None
    resolved_at: datetime | None
    resolution: str | None


class OrderAnswer(msgspec.Struct, frozen=True):
    """The whole order. Persons and addresses stand under the customer, for those who may see them."""

    id: UUID
    number: str
    channel: str
    kind: str
    status: str
    customer_id: UUID
    ship_to_id: UUID | None
    bill_to_id: UUID | None
    currency: str
    goods_minor: int
    discount_minor: int
    charges_minor: int
    tax_minor: int
    tax_included: bool
    total_minor: int
    placed_at: datetime
    captured_at: datetime
    purchase_order_number: str | None
    requested_ship_on: date | None
    requested_delivery_on: date | None
    attributes: Attributes
    version: int
    lines: list[LineAnswer]
    charges: list[ChargeAnswer]
    tenders: list[TenderAnswer]
    holds: list[HoldAnswer]


class TimelineEntry(msgspec.Struct, frozen=True):
    id: UUID
    at: datetime
    kind: str
    actor: str
    data: msgspec.Raw


class Timeline(msgspec.Struct, frozen=True):
    data: list[TimelineEntry]


class CancelAnswer(msgspec.Struct, frozen=True):
    """Units canceled, by line number."""

    number: str
    status: str
    quantities: Mapping[str, int]


class HoldBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$(?!\n)")]
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    line_number: Annotated[int, msgspec.Meta(ge=1, le=10**6)] | None = None


class HoldPlacedAnswer(msgspec.Struct, frozen=True):
    id: UUID
    kind: str
    blocks: list[str]


class ResolveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    resolution: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
