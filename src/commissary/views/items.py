"""Items as pages and callers see them: one by sku or GTIN, and lists in order of the sku."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "items.sql")
_LAST_CHARACTER = chr(0x10FFFF)


class ItemView(NamedTuple):
    id: int
    sku: str
    name: str
    gtins: list[str]
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    picture_url: str | None
    attributes: Mapping[str, Any]
    active: bool
    version: int
    updated_at: datetime


async def item(db: Db, sku: str) -> ItemView | None:
    """The item with this canonical sku."""
    row = await db.fetch_one(_SQL["item"], {"sku": sku})
    return ItemView._make(row) if row else None


async def item_of_gtin(db: Db, gtin: str) -> ItemView | None:
    """The item that carries this GTIN of 14 digits."""
    row = await db.fetch_one(_SQL["item_of_gtin"], {"gtin": gtin})
    return ItemView._make(row) if row else None


async def items(
    db: Db, *, starting: str = "", active: bool | None = None, after: str = "", limit: int = 50
) -> list[ItemView]:
    """Items after a sku, in order of skus; `starting` are the first letters of sku or name, in any case."""
    page = {"after": after, "active": active, "limit": limit}
    if starting:
        rows = await db.fetch(_SQL["items_starting"], {**page, "q": starting, "last": _LAST_CHARACTER})
    else:
        rows = await db.fetch(_SQL["items"], page)
    return [ItemView._make(row) for row in rows]
