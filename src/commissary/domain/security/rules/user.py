"""Making and changing users: within one's own rights, and never so that nobody is left who can administer.

The installation keeps at least one administrator who is active, sees all locations and does not expire.
"""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from commissary.domain.security.rules.password import password_refusal
from commissary.domain.security.rules.permission import expiry_refusal, grant_refusal
from commissary.domain.security.types import ChangeUser, CreateUser, Grantor, Role, User
from commissary.kernel.decision import Refusal

# People type it at a till: one way to write it, in letters that every keyboard has.
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}", re.ASCII)


def create_refusal(by: Grantor, command: CreateUser, now: datetime) -> Refusal | None:
    """Why this user cannot be made; None when they can."""
    if not _NAME.fullmatch(command.name):
        return Refusal("user_name_invalid", {}, "/name")
    return (
        password_refusal(command.name, command.password.reveal())
        or expiry_refusal(command.expires_at, now)
        or grant_refusal(by, command.role, None, command.location_ids)
    )


def lasts(user: User) -> bool:
    """Whether this is an administrator on whom the organization can rely."""
    return (
        user.role is Role.ADMINISTRATOR
        and user.active
        and user.expires_at is None
        and user.location_ids is None
    )


def decide_change(
    by: Grantor, user: User, change: ChangeUser, administrators: Sequence[User], now: datetime
) -> User | Refusal:
    """The user as they are after the change. `administrators` are all active ones, as locked with the user."""
    if change.expected_version not in (None, user.version):
        return Refusal("version_stale", {"expected": change.expected_version, "current": user.version})
    changed = user._replace(
        display_name=user.display_name if change.display_name is msgspec.UNSET else change.display_name,
        role=user.role if change.role is msgspec.UNSET else change.role,
        location_ids=user.location_ids if change.location_ids is msgspec.UNSET else change.location_ids,
        active=user.active if change.active is msgspec.UNSET else change.active,
        expires_at=user.expires_at if change.expires_at is msgspec.UNSET else change.expires_at,
    )
    refusal = (
        grant_refusal(by, user.role, None, user.location_ids)
        or grant_refusal(by, changed.role, None, changed.location_ids)
        or (None if change.expires_at is msgspec.UNSET else expiry_refusal(changed.expires_at, now))
    )
    if refusal is not None:
        return refusal
    if lasts(user) and not lasts(changed) and not any(lasts(a) for a in administrators if a.id != user.id):
        return Refusal("last_administrator", {"user": user.name})
    return changed if changed == user else changed._replace(version=user.version + 1)


def changed_fields(before: User, after: User) -> tuple[str, ...]:
    """Names of the fields that differ, the version left out."""
    return tuple(
        name
        for name, old, new in zip(User._fields, before, after, strict=True)
        if old != new and name != "version"
    )
