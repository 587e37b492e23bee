"""Users, sessions and keys as rows. Secrets come and go as hashes only."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from commissary.domain.security.types import ApiKey, ApiKeyState, Credential, Role, Session, User
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.domain.security")


def _array(values: Iterable[Any] | None) -> str | None:
    # Arrays of arrays must be rectangular in SQL; so an inner array travels as its literal. Scopes and
    # location ids hold no character that a literal would have to quote.
    return None if values is None else "{" + ",".join(str(value) for value in sorted(values)) + "}"


def _set(values: Sequence[Any] | None) -> frozenset[Any] | None:
    return None if values is None else frozenset(values)


async def insert_users(db: Db, users: Sequence[User], password_hashes: Sequence[str]) -> set[UUID]:
    """Write new users; the ids that went in. A user whose name is taken is missing from the answer."""
    rows = await db.fetch(
        _SQL["insert_users"],
        {
            "ids": [u.id for u in users],
            "names": [u.name for u in users],
            "display_names": [u.display_name for u in users],
            "password_hashes": list(password_hashes),
            "roles": [u.role.value for u in users],
            "location_ids": [_array(u.location_ids) for u in users],
            "expires_at": [u.expires_at for u in users],
            "now": db.now,
        },
    )
    return {row[0] for row in rows}


async def lock_users(db: Db, ids: Sequence[UUID]) -> dict[UUID, User]:
    """These users and all active administrators, so that two changes cannot take the last one away together."""
    rows = await db.fetch(_SQL["lock_users"], {"ids": list(ids)})
    return {r[0]: User(r[0], r[1], r[2], Role(r[3]), _set(r[4]), r[5], r[6], r[7]) for r in rows}


async def save_users(db: Db, users: Sequence[User]) -> None:
    """Write users as they are now, names and passwords left as they were."""
    await db.execute(
        _SQL["save_users"],
        {
            "ids": [u.id for u in users],
            "display_names": [u.display_name for u in users],
            "roles": [u.role.value for u in users],
            "location_ids": [_array(u.location_ids) for u in users],
            "actives": [u.active for u in users],
            "expires_at": [u.expires_at for u in users],
            "versions": [u.version for u in users],
        },
    )


async def save_passwords(db: Db, ids: Sequence[UUID], password_hashes: Sequence[str]) -> None:
    """Write new passwords; failures counted against the old ones are forgotten."""
    await db.execute(_SQL["save_passwords"], {"ids": list(ids), "password_hashes": list(password_hashes)})


async def lock_credential(
    db: Db, *, name: str | None = None, user_id: UUID | None = None
) -> Credential | None:
    """What the user with this name or id signs in with, locked."""
    row = await db.fetch_one(_SQL["lock_credential"], {"name": name, "id": user_id})
    return None if row is None else Credential(*row)


async def save_attempts(db: Db, user_id: UUID, failed_attempts: int, locked_until: datetime | None) -> None:
    """How many sign-ins failed in a row, and until when the account waits."""
    await db.execute(
        _SQL["save_attempts"],
        {"id": user_id, "failed_attempts": failed_attempts, "locked_until": locked_until},
    )


async def insert_session(db: Db, session: Session) -> None:
    """Write a new session."""
    await db.execute(_SQL["insert_session"], session._asdict())


async def end_session(db: Db, token_hash: bytes) -> bool:
    """Remove one session; whether there was one."""
    return await db.count(_SQL["end_session"], {"token_hash": token_hash}) > 0


async def end_sessions_of(db: Db, user_ids: Sequence[UUID]) -> None:
    """Remove every session of these users."""
    await db.execute(_SQL["end_sessions_of"], {"user_ids": list(user_ids)})


async def drop_expired_sessions(db: Db) -> None:
    """Remove what no longer opens anything."""
    await db.execute(_SQL["drop_expired_sessions"], {"now": db.now})


async def insert_keys(db: Db, keys: Sequence[ApiKey]) -> None:
    """Write new keys."""
    await db.execute(
        _SQL["insert_keys"],
        {
            "ids": [k.id for k in keys],
            "names": [k.name for k in keys],
            "secret_hashes": [k.secret_hash for k in keys],
            "prefixes": [k.prefix for k in keys],
            "roles": [k.role.value for k in keys],
            "scopes": [_array(k.scopes) for k in keys],
            "location_ids": [_array(k.location_ids) for k in keys],
            "expires_at": [k.expires_at for k in keys],
            "created_at": [k.created_at for k in keys],
            "created_by": [k.created_by for k in keys],
        },
    )


async def lock_keys(db: Db, ids: Sequence[UUID]) -> dict[UUID, ApiKeyState]:
    """These keys, locked in order of their ids."""
    rows = await db.fetch(_SQL["lock_keys"], {"ids": list(ids)})
    return {r[0]: ApiKeyState(r[0], Role(r[1]), _set(r[2]), _set(r[3]), r[4]) for r in rows}


async def revoke_keys(db: Db, ids: Sequence[UUID]) -> None:
    """End these keys now; one that was ended before keeps its time."""
    await db.execute(_SQL["revoke_keys"], {"ids": list(ids), "now": db.now})
