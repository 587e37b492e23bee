"""Begin a test send: tell a `webhook.test` and take its delivery at once, so that the caller sends it right away.

The delivery stands in the log like any other, and is tried again like any other when the send fails.
"""

from datetime import timedelta
from uuid import UUID

from commissary.domain.integrations import store
from commissary.domain.integrations.events import WebhookTest
from commissary.domain.integrations.rules.endpoint import secret_place, signing
from commissary.domain.integrations.rules.message import cloud_event
from commissary.domain.integrations.types import Message, NewDelivery, Secret
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.ids import new_id
from commissary.platform.sealing import Seal

LEASE = timedelta(minutes=3)


async def start_test(db: Db, actor: str, endpoint_id: UUID, *, seal: Seal) -> Message | Refusal:
    """The message to send."""
    endpoint = (await store.endpoints(db, [endpoint_id])).get(endpoint_id)
    if endpoint is None:
        return Refusal("webhook_endpoint_unknown", {"webhook_endpoint": str(endpoint_id)})
    if not endpoint.active:
        return Refusal("webhook_endpoint_inactive", {"webhook_endpoint": str(endpoint_id)})
    (event_id,) = await outbox.tell(db, actor, [WebhookTest(str(endpoint_id))])
    delivery = NewDelivery(new_id(), endpoint_id, event_id, db.now, WebhookTest.KIND)
    await store.insert_deliveries(db, [delivery])
    (attempt,) = await store.take_due(db, endpoint_id, db.now + LEASE, 1, [delivery.id])
    event = (await outbox.events_of(db, [(db.now, event_id)]))[event_id]
    place = secret_place(db.organization, endpoint_id)
    return Message(
        delivery_id=delivery.id,
        attempt=attempt.number,
        url=endpoint.url,
        event_id=event_id,
        body=cloud_event(db.organization, *event[:5], event.data),
        secrets=tuple(
            Secret(seal.open(sealed, place).decode()) for sealed in signing(endpoint.secrets, db.now)
        ),
    )
