"""Take an endpoint's due deliveries to be sent outside any transaction, with their bodies and secrets.

What is taken is leased: whoever dies while sending loses it, and it is due again when the lease ends.
"""

from datetime import timedelta
from uuid import UUID

from commissary.domain.integrations import store
from commissary.domain.integrations.rules.endpoint import secret_place, signing
from commissary.domain.integrations.rules.message import cloud_event
from commissary.domain.integrations.types import DeliveryState, Message, Outcome, Secret, Verdict
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.sealing import Seal

LEASE = timedelta(minutes=3)


async def take_deliveries(db: Db, endpoint_id: UUID, *, seal: Seal, limit: int) -> list[Message]:
    """Messages ready to be signed and sent; none while the endpoint is switched off or paused."""
    endpoint = (await store.endpoints(db, [endpoint_id], only_active=True)).get(endpoint_id)
    if endpoint is None or (endpoint.paused_until and endpoint.paused_until > db.now):
        return []
    attempts = await store.take_due(db, endpoint_id, db.now + LEASE, limit)
    events = await outbox.events_of(db, [(attempt.event_at, attempt.event_id) for attempt in attempts])
    gone = [attempt for attempt in attempts if attempt.event_id not in events]
    if gone:
        lost = [Outcome(a.delivery_id, a.number, None, "event_no_longer_kept", 0) for a in gone]
        await store.record_verdicts(db, [Verdict(outcome, DeliveryState.FAILED, None) for outcome in lost])
    place = secret_place(db.organization, endpoint_id)
    secrets = tuple(Secret(seal.open(sealed, place).decode()) for sealed in signing(endpoint.secrets, db.now))
    return [
        Message(
            delivery_id=attempt.delivery_id,
            attempt=attempt.number,
            url=endpoint.url,
            event_id=attempt.event_id,
            body=cloud_event(db.organization, *events[attempt.event_id][:5], events[attempt.event_id].data),
            secrets=secrets,
        )
        for attempt in attempts
        if attempt.event_id in events
    ]
