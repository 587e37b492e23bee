"""Give a webhook endpoint a new secret; the old one signs too for a day, so that no receiver misses a beat."""

import base64
import os
from uuid import UUID

from commissary.domain.integrations import store
from commissary.domain.integrations.events import WebhookSecretRotated
from commissary.domain.integrations.rules.endpoint import rotated, secret_place
from commissary.domain.integrations.types import Endpoint, Secret
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.sealing import Seal


async def rotate_secret(
    db: Db, actor: str, endpoint_id: UUID, *, seal: Seal
) -> tuple[Endpoint, Secret] | Refusal:
    """The endpoint with its new secret."""
    await store.lock_endpoint_changes(db)
    endpoint = (await store.endpoints(db, [endpoint_id])).get(endpoint_id)
    if endpoint is None:
        return Refusal("webhook_endpoint_unknown", {"webhook_endpoint": str(endpoint_id)})
    secret = Secret("whsec_" + base64.b64encode(os.urandom(32)).decode())
    sealed = seal.seal(secret.reveal().encode(), secret_place(db.organization, endpoint_id))
    after = endpoint._replace(secrets=rotated(endpoint.secrets, sealed, db.now))
    await store.save_endpoint(db, after)
    await outbox.tell(db, actor, [WebhookSecretRotated(str(endpoint_id))])
    return after._replace(version=endpoint.version + 1), secret
