"""Words of the catalog: items, the command that puts one, and what became of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from commissary.kernel.attributes import AttributeValue

MAX_SKU_LENGTH = 100
MAX_NAME_LENGTH = 300
MAX_PICTURE_URL_LENGTH = 2000
MAX_GTINS = 50
# Grams or millimeters; more than any ship carries, and inside a signed 32-bit integer.
MAX_MEASURE = 2_000_000_000

Attributes = Mapping[str, AttributeValue]


class PutItem(msgspec.Struct, frozen=True, kw_only=True):
    """Create an item, or replace all that is known of it. `expected_version` (0: none yet) guards a stale edit."""

    sku: str
    name: str
    gtins: tuple[str, ...] = ()
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    picture_url: str | None = None
    attributes: Attributes = {}
    active: bool = True
    expected_version: int | None = None


class Item(NamedTuple):
    """Everything kept of an item but its GTINs. `id` is 0 until the database gives one."""

    id: int
    sku: str
    name: str
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    picture_url: str | None
    attributes: Attributes
    active: bool
    version: int


class ItemRef(NamedTuple):
    """What an order line needs of an item."""

    id: int
    active: bool


class Gtin(NamedTuple):
    """A GTIN in 14 digits, and the item that it stands on."""

    gtin: str
    sku: str


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class ItemPut(msgspec.Struct, frozen=True):
    """What became of one command."""

    sku: str
    outcome: Outcome
    version: int


class Catalog(NamedTuple):
    """The part of the catalog that a batch of commands touches, as it was before."""

    items: Mapping[str, Item]
    # Every GTIN of those items, and every GTIN that a command names.
    owners: Mapping[str, str]


class ItemChanges(NamedTuple):
    """What a batch does to the catalog, all of it or nothing."""

    created: list[Item]
    changed: list[Item]
    dropped_gtins: list[str]
    added_gtins: list[Gtin]
