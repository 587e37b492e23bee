"""Who may do what, and that nobody gives away more than they have.

A key may do what its role may, narrowed by its scopes. Giving rights to others is bounded by one's own: else a key
that may only create keys could create one that may do everything.
"""

from datetime import datetime

from commissary.domain.security.types import PERMISSIONS_OF, Grantor, Permission, Role
from commissary.kernel.decision import Refusal


def permissions_of(role: Role, scopes: frozenset[str] | None = None) -> frozenset[Permission]:
    """What the role may do, narrowed by the scopes."""
    granted = PERMISSIONS_OF[role]
    return granted if scopes is None else frozenset(p for p in granted if p.value in scopes)


def scope_refusal(role: Role, scopes: frozenset[str] | None) -> Refusal | None:
    """A scope narrows a role; one that the role does not have is refused by name."""
    for scope in sorted(scopes or ()):
        if scope not in PERMISSIONS_OF[role]:
            return Refusal("scope_not_of_role", {"scope": scope, "role": role.value}, "/scopes")
    return None


def grant_refusal(
    by: Grantor, role: Role, scopes: frozenset[str] | None, location_ids: frozenset[int] | None
) -> Refusal | None:
    """Why `by` may not give these rights, or work on someone who has them; None when they may."""
    if by.permissions is not None:
        beyond = permissions_of(role, scopes) - by.permissions
        if beyond:
            return Refusal("grant_too_wide", {"permission": min(beyond).value}, "/role")
    if by.location_ids is not None and (location_ids is None or not location_ids <= by.location_ids):
        return Refusal("grant_beyond_locations", {}, "/locations")
    return None


def expiry_refusal(expires_at: datetime | None, now: datetime) -> Refusal | None:
    """An expiry lies ahead."""
    if expires_at is not None and expires_at <= now:
        return Refusal("expiry_passed", {"now": now.isoformat()}, "/expires_at")
    return None
