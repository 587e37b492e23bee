"""Upkeep of the machinery's own tables: partitions before their month comes, answers that nobody asks for again."""

import asyncio
from datetime import timedelta

import psycopg

from commissary.platform import idempotency
from commissary.platform.db import Database, Db
from commissary.platform.migrate import ensure_partitions, organization_names


async def list_organizations(database: Database) -> list[str]:
    """Names of all organizations."""
    async with database.shared() as db:
        return [row[0] for row in await db.fetch("SELECT name FROM organization ORDER BY name")]


async def extend_partitions(dsn: str) -> None:
    """Partitions of events for the coming months, in every organization."""
    await asyncio.to_thread(_extend_all, dsn)


async def drop_old_answers(db: Db) -> bool:
    """Forget answers given under an Idempotency-Key longer ago than they are promised to be kept."""
    await idempotency.drop_older_than(db, db.now - timedelta(days=idempotency.KEEP_DAYS))
    return False


def _extend_all(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
        # A new partition locks its parent: wait a little for a gap among the writers, and else come back later.
        connection.execute("SET lock_timeout = '2s'")
        for name in organization_names(connection):
            ensure_partitions(connection, f"org_{name}")
