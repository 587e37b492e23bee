"""Who stands behind the actor of an event: the name of a user or of a key."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "actors.sql")


async def actor_names(db: Db, actors: Iterable[str]) -> dict[str, str]:
    """Names by actor; an actor that is neither a user nor a key names itself and is missing here."""
    ids: dict[str, list[UUID]] = {"user": [], "key": []}
    for actor in set(actors):
        kind, _, text = actor.partition(":")
        with suppress(ValueError):
            if kind in ids:
                ids[kind].append(UUID(text))
    if not ids["user"] and not ids["key"]:
        return {}
    rows = await db.fetch(_SQL["names"], {"users": ids["user"], "keys": ids["key"]})
    return {row[0]: row[1] for row in rows}
