"""Bodies and answers of the endpoints for customers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from commissary.kernel.address import Address
from commissary.kernel.attributes import AttributeValue
from commissary.platform.http.endpoint import PAGE_LIMIT

_AttributeName = Annotated[str, Meta(max_length=60)]
_Attributes = Annotated[dict[_AttributeName, AttributeValue], Meta(max_length=200)]


class CustomerSearch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`text` is a mail address, a phone number, the sender's reference, or beginnings of the words of a name."""

    text: Annotated[str, Meta(min_length=1, max_length=200)]
    limit: Annotated[int, Meta(ge=1, le=PAGE_LIMIT)] = 50
    cursor: Annotated[str, Meta(max_length=200)] | None = None


class CustomerPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. An attribute of null is taken away, an empty text empties a field."""

    name: Annotated[str, Meta(max_length=200)] | msgspec.UnsetType = msgspec.UNSET
    mail: Annotated[str, Meta(max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$")] | msgspec.UnsetType = (
        msgspec.UNSET
    )
    phone: Annotated[str, Meta(max_length=40)] | msgspec.UnsetType = msgspec.UNSET
    locale: Annotated[str, Meta(max_length=35, pattern=r"^([A-Za-z0-9]+([_-][A-Za-z0-9]+)*)?$")] | (
        msgspec.UnsetType
    ) = msgspec.UNSET
    category: Annotated[str, Meta(min_length=1, max_length=60)] | msgspec.UnsetType | None = msgspec.UNSET
    attributes: _Attributes | msgspec.UnsetType = msgspec.UNSET


class PersonAnswer(msgspec.Struct, frozen=True):
    name: str
    mail: str
    phone: str
    locale: str


class CustomerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`person` is null once the customer was erased."""

    id: UUID
    reference: str | None
    category: str | None
    person: PersonAnswer | None
    attributes: Mapping[str, AttributeValue]
    created_at: datetime
    erased_at: datetime | None
    version: int


class ContactAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A place where the customer receives or is billed. `address` is null once the customer was erased."""

    id: UUID
    country: str
    region: str
    address: Address | None
    created_at: datetime


class CustomerWithContacts(CustomerAnswer, frozen=True, kw_only=True):
    contacts: list[ContactAnswer]


class CustomerPage(msgspec.Struct, frozen=True):
    data: list[CustomerAnswer]
    next_cursor: str | None


class ErasedAnswer(msgspec.Struct, frozen=True):
    id: UUID
    erased_at: datetime


class ExportedLine(msgspec.Struct, frozen=True, kw_only=True):
    line_number: int
    sku: str
    quantity: int
    ship_to_id: UUID | None
    unit_price_minor: int
    discount_minor: int
    tax_minor: int
    attributes: Mapping[str, AttributeValue]


class ExportedOrder(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    number: str
    channel: str
    kind: str
    ship_to_id: UUID | None
    bill_to_id: UUID | None
    currency: str
    placed_at: datetime
    captured_at: datetime
    purchase_order_number: str | None
    requested_ship_on: date | None
    requested_delivery_on: date | None
    goods_minor: int
    discount_minor: int
    charges_minor: int
    tax_minor: int
    tax_included: bool
    total_minor: int
    attributes: Mapping[str, AttributeValue]
    lines: list[ExportedLine]


class ExportedEvent(msgspec.Struct, frozen=True):
    at: datetime
    kind: str
    data: msgspec.Raw


class CustomerExport(msgspec.Struct, frozen=True):
    """All that is kept of a customer."""

    customer: CustomerWithContacts
    orders: list[ExportedOrder]
    history: list[ExportedEvent]
