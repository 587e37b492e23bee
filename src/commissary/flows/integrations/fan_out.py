"""Turn events into deliveries: one for each active endpoint that wants the kind. Sending comes later, as a job."""

from collections.abc import Sequence

from commissary.domain.integrations import store
from commissary.domain.integrations.rules.interest import wants
from commissary.domain.integrations.types import SEND_WEBHOOKS, NewDelivery
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.ids import new_id
from commissary.platform.outbox import Event


async def fan_out(db: Db, events: Sequence[Event]) -> None:
    """Works in the transaction that takes the events off their lane, so no endpoint gets a delivery twice."""
    endpoints = await store.endpoints(db, only_active=True)
    deliveries = [
        NewDelivery(new_id(), endpoint.id, event.id, event.at, event.kind)
        for event in events
        for endpoint in endpoints.values()
        if wants(endpoint, event.kind, event.at)
    ]
    if not deliveries:
        return
    await store.insert_deliveries(db, deliveries)
    wanting = sorted({str(delivery.endpoint_id) for delivery in deliveries})
    await outbox.request_jobs(
        db,
        SEND_WEBHOOKS,
        [{"endpoint_id": endpoint_id} for endpoint_id in wanting],
        locks=[f"webhook_endpoint:{endpoint_id}" for endpoint_id in wanting],
    )
