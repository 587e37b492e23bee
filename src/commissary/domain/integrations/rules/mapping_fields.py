"""Which fields a file can fill, and what each takes: the words of a mapping file's left-hand side.

The names are those of the API. A field that is not here is a mistake in the mapping and is named, not ignored: a
misspelled `quantitiy` that quietly fell away would import orders that nobody placed.
"""

from collections.abc import Mapping
from enum import StrEnum


class Entity(StrEnum):
    ITEMS = "items"
    LOCATIONS = "locations"
    STOCK = "stock"
    ORDERS = "orders"


class FieldKind(StrEnum):
    TEXT = "text"
    WHOLE = "whole_number"
    NUMBER = "number"
    AMOUNT = "amount"
    INSTANT = "instant"
    DATE = "date"
    YES_NO = "yes_no"
    LIST = "list"
    OBJECT = "object"


_K = FieldKind

_ADDRESS = {
    "country": _K.TEXT,
    "name": _K.TEXT,
    "company": _K.TEXT,
    "lines": _K.LIST,
    "postal_code": _K.TEXT,
    "city": _K.TEXT,
    "region": _K.TEXT,
    "phone": _K.TEXT,
    "mail": _K.TEXT,
}


def _address(of: str) -> dict[str, FieldKind]:
    return {f"{of}.{name}": kind for name, kind in _ADDRESS.items()}


ITEM: Mapping[str, FieldKind] = {
    "sku": _K.TEXT,
    "name": _K.TEXT,
    "gtins": _K.LIST,
    "weight_g": _K.WHOLE,
    "length_mm": _K.WHOLE,
    "width_mm": _K.WHOLE,
    "height_mm": _K.WHOLE,
    "picture_url": _K.TEXT,
    "active": _K.YES_NO,
}
LOCATION: Mapping[str, FieldKind] = {
    "code": _K.TEXT,
    "name": _K.TEXT,
    "kind": _K.TEXT,
    **_address("address"),
    "time_zone": _K.TEXT,
    "latitude": _K.NUMBER,
    "longitude": _K.NUMBER,
    "opening_hours": _K.OBJECT,
    "capabilities": _K.LIST,
    "processing_lead_time_s": _K.WHOLE,
    "reserving_group": _K.TEXT,
    "active": _K.YES_NO,
}
STOCK: Mapping[str, FieldKind] = {
    "sku": _K.TEXT,
    "location": _K.TEXT,
    "on_hand": _K.WHOLE,
    "change": _K.WHOLE,
    "damaged": _K.WHOLE,
    "quality_hold": _K.WHOLE,
}
ORDER: Mapping[str, FieldKind] = {
    "number": _K.TEXT,
    "channel": _K.TEXT,
    "kind": _K.TEXT,
    "currency": _K.TEXT,
    "customer.reference": _K.TEXT,
    "customer.name": _K.TEXT,
    "customer.mail": _K.TEXT,
    "customer.phone": _K.TEXT,
    "placed_at": _K.INSTANT,
    **_address("ship_to"),
    **_address("bill_to"),
    "discount_minor": _K.AMOUNT,
    "tax_included": _K.YES_NO,
    "total_minor": _K.AMOUNT,
    "purchase_order_number": _K.TEXT,
    "requested_ship_on": _K.DATE,
    "requested_delivery_on": _K.DATE,
    "on_shortage": _K.TEXT,
}
LINE: Mapping[str, FieldKind] = {
    "sku": _K.TEXT,
    "quantity": _K.WHOLE,
    "unit_price_minor": _K.AMOUNT,
    "discount_minor": _K.AMOUNT,
    "tax_minor": _K.AMOUNT,
    "method": _K.TEXT,
    "location": _K.TEXT,
    "location_group": _K.TEXT,
    "requested_on": _K.DATE,
    **_address("ship_to"),
}
CHARGE: Mapping[str, FieldKind] = {"kind": _K.TEXT, "amount_minor": _K.AMOUNT, "tax_minor": _K.AMOUNT}
TENDER: Mapping[str, FieldKind] = {
    "kind": _K.TEXT,
    "amount_minor": _K.AMOUNT,
    "prepaid": _K.YES_NO,
    "token": _K.TEXT,
    "brand": _K.TEXT,
    "last_four": _K.TEXT,
    "installments": _K.WHOLE,
}
# What a credit note takes back. `order` names the order itself, where the file knows it.
CREDIT: Mapping[str, FieldKind] = {
    "number": _K.TEXT,
    "customer": _K.TEXT,
    "order": _K.TEXT,
    "sku": _K.TEXT,
    "quantity": _K.WHOLE,
    "placed_at": _K.INSTANT,
}
CANCEL: Mapping[str, FieldKind] = {"reason": _K.TEXT}

HEAD_OF: Mapping[Entity, Mapping[str, FieldKind]] = {
    Entity.ITEMS: ITEM,
    Entity.LOCATIONS: LOCATION,
    Entity.STOCK: STOCK,
    Entity.ORDERS: ORDER,
}
ATTRIBUTES = "attributes."
ATTRIBUTE_KINDS = frozenset({_K.TEXT, _K.WHOLE, _K.NUMBER, _K.YES_NO, _K.DATE})
