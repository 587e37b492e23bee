"""Change a webhook endpoint, switch it off (what waits for it is dropped) or on again."""

from collections.abc import Callable, Collection
from uuid import UUID

from commissary.domain.integrations import store
from commissary.domain.integrations.events import WebhookEndpointChanged, WebhookEndpointDeactivated
from commissary.domain.integrations.rules.endpoint import decide_change
from commissary.domain.integrations.rules.interest import kinds_refusal, wanted_kinds
from commissary.domain.integrations.types import FAN_OUT, ChangeEndpoint, Endpoint
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db


async def change_endpoint(
    db: Db,
    actor: str,
    endpoint_id: UUID,
    command: ChangeEndpoint,
    *,
    catalog: Collection[str],
    expect_version: Callable[[int], None] = lambda _: None,
) -> Endpoint | Refusal:
    """The endpoint as it is now. A change to what it is already changes and tells nothing."""
    refusal = kinds_refusal(command.kinds or (), catalog)
    if refusal:
        return refusal
    await store.lock_endpoint_changes(db)
    endpoint = (await store.endpoints(db, [endpoint_id])).get(endpoint_id)
    if endpoint is None:
        return Refusal("webhook_endpoint_unknown", {"webhook_endpoint": str(endpoint_id)})
    expect_version(endpoint.version)
    after, fields = decide_change(endpoint, command)
    if not fields:
        return endpoint
    await store.save_endpoint(db, after)
    active = await store.endpoints(db, only_active=True)
    await outbox.subscribe(db, FAN_OUT, wanted_kinds(active.values()), only=True)
    facts: list[WebhookEndpointChanged | WebhookEndpointDeactivated] = [
        WebhookEndpointChanged(str(endpoint_id), fields, after.kinds, after.active)
    ]
    if after.inactive_reason and endpoint.active:
        await store.drop_waiting(db, endpoint_id)
        facts = [WebhookEndpointDeactivated(str(endpoint_id), after.inactive_reason.value)]
    await outbox.tell(db, actor, facts)
    return after._replace(version=endpoint.version + 1)
