"""How the database servers and the machinery's queues stand: what the doctor looks at."""

from datetime import datetime
from typing import NamedTuple

from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "server_health.sql")


class ServerFacts(NamedTuple):
    """`system` tells two servers apart even where their addresses do not."""

    version: int
    fsync: str
    full_page_writes: str
    synchronous_commit: str
    clock: datetime
    system: str
    max_connections: int
    connections: int

    @property
    def major(self) -> int:
        return self.version // 10_000


class OrganizationFacts(NamedTuple):
    """Work that waits although nothing holds it up, and what upkeep should have done."""

    late_deliveries: int
    parked_subjects: int
    late_jobs: int
    sweeps: int
    flows_registered: bool
    partition_of_next_month: bool


async def server_facts(db: Db) -> ServerFacts:
    """The server of this transaction."""
    (row,) = await db.fetch(_SQL["server_facts"])
    return ServerFacts._make(row)


async def organization_facts(db: Db) -> OrganizationFacts:
    """The organization of this transaction."""
    (row,) = await db.fetch(_SQL["organization_facts"], {"now": db.now})
    return OrganizationFacts._make(row)


async def has_key_store(db: Db) -> bool:
    """Whether the server of this transaction was prepared to hold keys of persons."""
    (row,) = await db.fetch(_SQL["has_key_store"])
    return bool(row[0])
