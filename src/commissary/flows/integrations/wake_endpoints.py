"""Ask for a sending job for every endpoint that has something due: retries, and whatever a lost job left behind."""

from commissary.domain.integrations import store
from commissary.domain.integrations.types import SEND_WEBHOOKS
from commissary.platform import outbox
from commissary.platform.db import Db


async def wake_endpoints(db: Db) -> bool:
    """Cheap enough for every second: nothing is written while nothing is due. False: there is never more to do."""
    due = [str(endpoint_id) for endpoint_id in await store.due_endpoints(db)]
    await outbox.request_jobs(
        db,
        SEND_WEBHOOKS,
        [{"endpoint_id": endpoint_id} for endpoint_id in due],
        locks=[f"webhook_endpoint:{endpoint_id}" for endpoint_id in due],
    )
    return False
