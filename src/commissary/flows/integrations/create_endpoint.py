"""Add a webhook endpoint. Its secret is answered here and at rotation only.

The address has been checked before the transaction, because checking it asks the network.
"""

import base64
import os
from collections.abc import Collection

from commissary.domain.integrations import store
from commissary.domain.integrations.events import WebhookEndpointCreated
from commissary.domain.integrations.rules.endpoint import secret_place
from commissary.domain.integrations.rules.interest import kinds_refusal, wanted_kinds
from commissary.domain.integrations.types import FAN_OUT, CreateEndpoint, Endpoint, SealedSecrets, Secret
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.ids import new_id
from commissary.platform.sealing import Seal


async def create_endpoint(
    db: Db, actor: str, command: CreateEndpoint, *, catalog: Collection[str], seal: Seal
) -> tuple[Endpoint, Secret] | Refusal:
    """The new endpoint with its secret; `catalog` holds every kind of event there is."""
    refusal = kinds_refusal(command.kinds, catalog)
    if refusal:
        return refusal
    await store.lock_endpoint_changes(db)
    endpoint_id = new_id()
    # 32 random bytes, written as the Standard Webhooks specification has it.
    secret = Secret("whsec_" + base64.b64encode(os.urandom(32)).decode())
    endpoint = Endpoint(
        id=endpoint_id,
        url=command.url,
        kinds=command.kinds,
        description=command.description,
        inactive_reason=None,
        failures_in_row=0,
        paused_until=None,
        created_at=db.now,
        version=1,
        secrets=SealedSecrets(
            seal.seal(secret.reveal().encode(), secret_place(db.organization, endpoint_id))
        ),
    )
    await store.insert_endpoint(db, endpoint)
    active = await store.endpoints(db, only_active=True)
    await outbox.subscribe(db, FAN_OUT, wanted_kinds(active.values()), only=True)
    await outbox.tell(db, actor, [WebhookEndpointCreated(str(endpoint_id), command.kinds)])
    return endpoint, secret
