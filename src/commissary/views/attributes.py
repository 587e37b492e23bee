"""Declared custom attributes as pages and callers see them."""

from typing import NamedTuple

from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "attributes.sql")


class AttributeView(NamedTuple):
    entity: str
    name: str
    kind: str


async def attributes(db: Db, entity: str | None = None) -> list[AttributeView]:
    """All declarations, or those of one entity, in order."""
    return [AttributeView._make(row) for row in await db.fetch(_SQL["attributes"], {"entity": entity})]


async def attribute(db: Db, entity: str, name: str) -> AttributeView | None:
    """One declaration."""
    row = await db.fetch_one(_SQL["attribute"], {"entity": entity, "name": name})
    return AttributeView._make(row) if row else None
