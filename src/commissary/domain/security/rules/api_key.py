"""Making keys for machines: a role, narrowed by scopes and locations, within the rights of whoever makes it."""

from datetime import datetime

from commissary.domain.security.rules.permission import expiry_refusal, grant_refusal, scope_refusal
from commissary.domain.security.types import ApiKeyState, CreateApiKey, Grantor
from commissary.kernel.decision import Refusal


def create_refusal(by: Grantor, command: CreateApiKey, now: datetime) -> Refusal | None:
    """Why this key cannot be made; None when it can."""
    return (
        scope_refusal(command.role, command.scopes)
        or expiry_refusal(command.expires_at, now)
        or grant_refusal(by, command.role, command.scopes, command.location_ids)
    )


def revoke_refusal(by: Grantor, key: ApiKeyState) -> Refusal | None:
    """Why `by` may not take this key away; None when they may."""
    return grant_refusal(by, key.role, key.scopes, key.location_ids)
