"""Send everything again that failed at an endpoint, or was dropped with it, since an instant."""

from datetime import datetime
from uuid import UUID

from commissary.domain.integrations import store
from commissary.domain.integrations.events import WebhookDeliveriesReplayed
from commissary.domain.integrations.types import Pause
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db


async def replay_failed(db: Db, actor: str, endpoint_id: UUID, since: datetime) -> int | Refusal:
    """How many deliveries are due again; the worker finds them within a second."""
    endpoint = (await store.endpoints(db, [endpoint_id])).get(endpoint_id)
    if endpoint is None:
        return Refusal("webhook_endpoint_unknown", {"webhook_endpoint": str(endpoint_id)})
    if not endpoint.active:
        return Refusal("webhook_endpoint_inactive", {"webhook_endpoint": str(endpoint_id)})
    await store.pause_endpoint(db, endpoint_id, Pause(0, None))
    replayed = await store.replay(db, endpoint_id, since=since)
    if replayed:
        await outbox.tell(db, actor, [WebhookDeliveriesReplayed(str(endpoint_id), replayed)])
    return replayed
