"""Make keys for machines. The secret is answered once and kept as a hash, so nobody can read it again."""

from collections.abc import Sequence

from commissary.domain.security import store
from commissary.domain.security.events import ApiKeyCreated
from commissary.domain.security.rules.api_key import create_refusal
from commissary.domain.security.types import ApiKey, CreateApiKey, Grantor, IssuedKey, Secret
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.ids import new_id
from commissary.platform.tokens import new_api_key, token_hash, visible_prefix


async def create_api_key(db: Db, by: Grantor, commands: Sequence[CreateApiKey]) -> list[IssuedKey | Refusal]:
    """New keys with their secrets, or why not, in the order of the commands."""
    answers: list[IssuedKey | Refusal] = [
        create_refusal(by, command, db.now) or _issue(db, by, command) for command in commands
    ]
    keys = [answer.key for answer in answers if isinstance(answer, IssuedKey)]
    if keys:
        await store.insert_keys(db, keys)
        await outbox.tell(db, by.actor, [_fact(key) for key in keys])
    return answers


def _issue(db: Db, by: Grantor, command: CreateApiKey) -> IssuedKey:
    secret = new_api_key(db.organization)
    key = ApiKey(
        id=new_id(),
        name=command.name,
        secret_hash=token_hash(secret),
        prefix=visible_prefix(secret),
        role=command.role,
        scopes=command.scopes,
        location_ids=command.location_ids,
        expires_at=command.expires_at,
        created_at=db.now,
        created_by=by.actor,
    )
    return IssuedKey(key, Secret(secret))


def _fact(key: ApiKey) -> ApiKeyCreated:
    return ApiKeyCreated(
        str(key.id),
        key.role.value,
        None if key.scopes is None else tuple(sorted(key.scopes)),
        None if key.location_ids is None else tuple(sorted(key.location_ids)),
    )
