"""Which endpoint wants which event, and so which kinds the organization has delivered at all."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from commissary.domain.integrations.events import WebhookTest
from commissary.domain.integrations.types import Endpoint
from commissary.kernel.decision import Refusal

EVERY_KIND = "*"


def kinds_refusal(kinds: Sequence[str], catalog: Collection[str]) -> Refusal | None:
    """The first kind that no fact has, or that stands twice."""
    for index, kind in enumerate(kinds):
        if kind not in catalog:
            return Refusal("event_kind_unknown", {"kind": kind}, f"/kinds/{index}")
        if kind in kinds[:index]:
            return Refusal("event_kind_twice", {"kind": kind}, f"/kinds/{index}")
    return None


def wants(endpoint: Endpoint, kind: str, at: datetime) -> bool:
    """An endpoint hears of what is told after it was added; test sends go to the tested endpoint directly."""
    if not endpoint.active or kind == WebhookTest.KIND or at <= endpoint.created_at:
        return False
    return not endpoint.kinds or kind in endpoint.kinds


def wanted_kinds(endpoints: Iterable[Endpoint]) -> list[str]:
    """The kinds to have delivered: none without an active endpoint, `*` alone when one of them wants everything."""
    active = [endpoint for endpoint in endpoints if endpoint.active]
    if any(not endpoint.kinds for endpoint in active):
        return [EVERY_KIND]
    return sorted({kind for endpoint in active for kind in endpoint.kinds})
