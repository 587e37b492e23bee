"""Bodies and answers of the catalog's endpoints."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from commissary.domain.catalog.types import (
    MAX_GTINS,
    MAX_MEASURE,
    MAX_NAME_LENGTH,
    MAX_PICTURE_URL_LENGTH,
    MAX_SKU_LENGTH,
    Outcome,
)
from commissary.platform.http.endpoint import PAGE_LIMIT
from commissary.platform.http.problems import ProblemBody

MAX_BULK_ROWS = 1_000

Sku = Annotated[str, Meta(min_length=1, max_length=MAX_SKU_LENGTH)]
Measure = Annotated[int, Meta(ge=0, le=MAX_MEASURE)]
AttributeName = Annotated[str, Meta(max_length=60)]
AttributeValue = str | int | float | bool | None
Attributes = Annotated[dict[AttributeName, AttributeValue], Meta(max_length=200)]
_Gtin = Annotated[str, Meta(min_length=8, max_length=40)]


class ItemBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that is known of an item; what is left out is empty afterwards."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME_LENGTH)]
    gtins: Annotated[tuple[_Gtin, ...], Meta(max_length=MAX_GTINS)] = ()
    weight_g: Measure | None = None
    length_mm: Measure | None = None
    width_mm: Measure | None = None
    height_mm: Measure | None = None
    picture_url: Annotated[str, Meta(min_length=1, max_length=MAX_PICTURE_URL_LENGTH)] | None = None
    attributes: Attributes = {}
    active: bool = True


class ItemLine(ItemBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One item of many."""

    sku: Sku


# Each row is read on its own, so that one that does not fit is answered as a row and stops no other.
_LINE_SCHEMA = msgspec.json.schema(ItemLine)["$defs"]["ItemLine"]
ItemLines = Annotated[
    list[Annotated[msgspec.Raw, Meta(extra_json_schema=_LINE_SCHEMA)]],
    Meta(min_length=1, max_length=MAX_BULK_ROWS),
]


class ItemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    sku: str
    name: str
    gtins: list[str]
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    picture_url: str | None
    attributes: dict[str, AttributeValue]
    active: bool
    version: int
    updated_at: datetime


class ItemPage(msgspec.Struct, frozen=True, kw_only=True):
    data: list[ItemAnswer]
    next_cursor: str | None = None


class ItemQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`q`: first letters of sku or name. `sku` and `gtin` find one item, whatever characters the sku has."""

    q: Annotated[str, Meta(max_length=MAX_NAME_LENGTH)] = ""
    sku: Sku | None = None
    gtin: _Gtin | None = None
    active: bool | None = None
    limit: Annotated[int, Meta(ge=1, le=PAGE_LIMIT)] = 50
    cursor: Annotated[str, Meta(max_length=1000)] = ""


class ItemRowResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one row; `problem` says why a refused one changed nothing."""

    row: int
    sku: str | None
    outcome: Outcome | None = None
    version: int | None = None
    problem: ProblemBody | None = None


class ItemBulkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    created: int
    changed: int
    unchanged: int
    refused: int
    results: list[ItemRowResult]
