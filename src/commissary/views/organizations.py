"""Which organizations this installation has; read inside `Database.shared`."""

from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "organizations.sql")


async def organization_names(db: Db, limit: int) -> list[str]:
    return [row[0] for row in await db.fetch(_SQL["names"], {"limit": limit})]
