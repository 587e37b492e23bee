"""Who stands behind a key or a session, now, by the organization's clock: revoked, expired and inactive ones do not."""

from collections.abc import Sequence

from commissary.domain.security.rules.permission import permissions_of
from commissary.domain.security.types import Role
from commissary.platform.db import Db
from commissary.platform.http.caller import Caller
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.views", "callers.sql")


async def caller_of_key(db: Db, secret_hash: bytes) -> Caller | None:
    """The machine whose key has this hash."""
    row = await db.fetch_one(_SQL["caller_of_key"], {"digest": secret_hash, "now": db.now})
    if row is None:
        return None
    key_id, role, scopes, location_ids, name = row
    permissions = permissions_of(Role(role), None if scopes is None else frozenset(scopes))
    return Caller(
        id=f"key:{key_id}",
        organization=db.organization,
        role=role,
        permissions=frozenset(permissions),
        location_ids=_scope(location_ids),
        display_name=name,
    )


async def caller_of_session(db: Db, token_hash: bytes) -> Caller | None:
    """The person whose session has this hash."""
    row = await db.fetch_one(_SQL["caller_of_session"], {"digest": token_hash, "now": db.now})
    if row is None:
        return None
    user_id, role, location_ids, display_name, csrf_token = row
    return Caller(
        id=f"user:{user_id}",
        organization=db.organization,
        role=role,
        permissions=frozenset(permissions_of(Role(role))),
        location_ids=_scope(location_ids),
        display_name=display_name,
        csrf_token=csrf_token,
    )


def _scope(location_ids: Sequence[int] | None) -> frozenset[int] | None:
    return None if location_ids is None else frozenset(location_ids)
