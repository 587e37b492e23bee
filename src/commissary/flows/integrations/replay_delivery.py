"""Send one ended delivery again, with all of its attempts before it."""

from uuid import UUID

from commissary.domain.integrations import store
from commissary.domain.integrations.events import WebhookDeliveriesReplayed
from commissary.domain.integrations.states import DELIVERY
from commissary.domain.integrations.types import Pause
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db


async def replay_delivery(db: Db, actor: str, delivery_id: UUID) -> UUID | Refusal:
    """The delivery's endpoint. What waits already is not hurried, and an endpoint that is switched off gets nothing."""
    found = await store.delivery_of(db, delivery_id)
    if found is None:
        return Refusal("webhook_delivery_unknown", {"webhook_delivery": str(delivery_id)})
    endpoint_id, state = found
    endpoint = (await store.endpoints(db, [endpoint_id]))[endpoint_id]
    if not endpoint.active:
        return Refusal("webhook_endpoint_inactive", {"webhook_endpoint": str(endpoint_id)})
    await store.pause_endpoint(db, endpoint_id, Pause(0, None))
    if not DELIVERY.allows("replay", state) or not await store.replay(
        db, endpoint_id, delivery_id=delivery_id
    ):
        return Refusal("webhook_delivery_waiting", {"webhook_delivery": str(delivery_id)})
    await outbox.tell(db, actor, [WebhookDeliveriesReplayed(str(endpoint_id), 1)])
    return endpoint_id
