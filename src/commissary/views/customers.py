"""Customers as the doors read them: still sealed (`unseal` opens them), with their orders for an export."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from commissary.domain.customers.types import ContactRecord, CustomerRecord
from commissary.kernel.attributes import AttributeValue
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "customers.sql")


class OrderOfCustomer(NamedTuple):
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


class LineOfCustomer(NamedTuple):
    order_id: UUID
    line_number: int
    sku: str
    quantity: int
    ship_to_id: UUID | None
    unit_price_minor: int
    discount_minor: int
    tax_minor: int
    attributes: Mapping[str, AttributeValue]


class HistoryEntry(NamedTuple):
    """An event about the customer; `data` is JSON text without personal data."""

    at: datetime
    kind: str
    data: str


async def customers_by_id(db: Db, ids: Sequence[UUID]) -> dict[UUID, CustomerRecord]:
    rows = await db.fetch(_SQL["customers_by_id"], {"ids": list(ids)})
    return {row[0]: CustomerRecord(*row) for row in rows}


async def customers_found(
    db: Db, hashes: Sequence[int], reference: str | None, before: UUID | None, limit: int
) -> list[CustomerRecord]:
    """Candidates of a search, newest first: those with all the hashes, and the one with this reference."""
    parameters = {"hashes": list(hashes), "reference": reference, "before": before, "limit": limit}
    return [CustomerRecord(*row) for row in await db.fetch(_SQL["customers_found"], parameters)]


async def contacts_of(db: Db, customers: Sequence[UUID]) -> list[ContactRecord]:
    """All contacts of these customers, oldest first."""
    return [
        ContactRecord(*row) for row in await db.fetch(_SQL["contacts_of"], {"customers": list(customers)})
    ]


async def contacts_by_id(db: Db, ids: Sequence[UUID]) -> dict[UUID, ContactRecord]:
    rows = await db.fetch(_SQL["contacts_by_id"], {"ids": list(ids)})
    return {row[0]: ContactRecord(*row) for row in rows}


async def orders_of(db: Db, customer: UUID) -> list[OrderOfCustomer]:
    return [OrderOfCustomer(*row) for row in await db.fetch(_SQL["orders_of"], {"customer": customer})]


async def lines_of(db: Db, customer: UUID) -> list[LineOfCustomer]:
    return [LineOfCustomer(*row) for row in await db.fetch(_SQL["lines_of"], {"customer": customer})]


async def history_of(db: Db, customer: UUID) -> list[HistoryEntry]:
    return [HistoryEntry(*row) for row in await db.fetch(_SQL["history_of"], {"customer": customer})]
