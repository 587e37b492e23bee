"""Changing an endpoint: what a change makes of it, and which fields differ."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from commissary.domain.integrations.types import ChangeEndpoint, Endpoint, InactiveReason, SealedSecrets

OLD_SECRET_SIGNS_FOR = timedelta(hours=24)


class EndpointChange(NamedTuple):
    """The endpoint as it is to be, and the names of the fields that differ."""

    endpoint: Endpoint
    fields: tuple[str, ...]


def decide_change(endpoint: Endpoint, command: ChangeEndpoint) -> EndpointChange:
    """Apply what the command names. Switched on again, an endpoint starts without its old failures."""
    after = endpoint._replace(
        url=endpoint.url if command.url is None else command.url,
        kinds=endpoint.kinds if command.kinds is None else command.kinds,
        description=endpoint.description if command.description is None else command.description,
    )
    if command.active is not None and command.active != endpoint.active:
        reason = None if command.active else InactiveReason.BY_HAND
        after = after._replace(inactive_reason=reason, failures_in_row=0, paused_until=None)
    changed = [
        name for name in ("url", "kinds", "description") if getattr(endpoint, name) != getattr(after, name)
    ]
    if endpoint.active != after.active:
        changed.append("active")
    if "url" in changed:
        after = after._replace(failures_in_row=0, paused_until=None)
    return EndpointChange(after, tuple(changed))


def rotated(secrets: SealedSecrets, new: bytes, now: datetime) -> SealedSecrets:
    """A new secret; the one it replaces signs too for a day, so that receivers can change without a gap."""
    return SealedSecrets(new, secrets.current, now + OLD_SECRET_SIGNS_FOR)


def signing(secrets: SealedSecrets, now: datetime) -> list[bytes]:
    """The sealed secrets that sign now, the current one first."""
    if secrets.previous is not None and secrets.previous_until is not None and secrets.previous_until > now:
        return [secrets.current, secrets.previous]
    return [secrets.current]


def secret_place(organization: str, endpoint_id: UUID) -> bytes:
    """Where an endpoint's secret is sealed to: it opens for no other endpoint or organization."""
    return f"{organization}/webhook_endpoint/{endpoint_id}".encode()
