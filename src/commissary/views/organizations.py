"""Organizations: which ones there are (read inside `Database.shared`), and one as its own people see it."""

from typing import NamedTuple

from commissary.platform.db import Db
from commissary.platform.errors import UnknownOrganization
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "organizations.sql")


class OrganizationView(NamedTuple):
    title: str
    kind: str


async def organization_names(db: Db, limit: int) -> list[str]:
    """Names in order, at most `limit` of them."""
    return [row[0] for row in await db.fetch(_SQL["names"], {"limit": limit})]


async def organization_row(db: Db, name: str) -> OrganizationView:
    """Title and kind. Raises UnknownOrganization."""
    row = await db.fetch_one(_SQL["organization"], {"name": name})
    if row is None:
        raise UnknownOrganization(name)
    return OrganizationView._make(row)
