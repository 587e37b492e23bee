"""Take keys away, for good. To take one away twice is no mistake: it stays as it was."""

from collections.abc import Sequence
from uuid import UUID

from commissary.domain.security import store
from commissary.domain.security.events import ApiKeyRevoked
from commissary.domain.security.rules.api_key import revoke_refusal
from commissary.domain.security.types import ApiKeyState, Grantor
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db


async def revoke_api_key(db: Db, by: Grantor, key_ids: Sequence[UUID]) -> list[ApiKeyState | Refusal]:
    """The keys as revoked, or why not, in the order given."""
    keys = await store.lock_keys(db, key_ids)
    answers: list[ApiKeyState | Refusal] = []
    ended: dict[UUID, ApiKeyState] = {}
    for key_id in key_ids:
        key = keys.get(key_id)
        if key is None:
            answers.append(Refusal("api_key_unknown", {"api_key": str(key_id)}))
        elif refusal := revoke_refusal(by, key):
            answers.append(refusal)
        elif key.revoked_at is not None:
            answers.append(key)
        else:
            keys[key_id] = ended[key_id] = key._replace(revoked_at=db.now)
            answers.append(ended[key_id])
    if ended:
        await store.revoke_keys(db, list(ended))
        await outbox.tell(db, by.actor, [ApiKeyRevoked(str(key_id)) for key_id in ended])
    return answers
