"""Give users new passwords. Their sessions end: whoever knew the old password is out."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from commissary.domain.security import store
from commissary.domain.security.events import UserChanged
from commissary.domain.security.rules.password import password_refusal
from commissary.domain.security.rules.permission import grant_refusal
from commissary.domain.security.types import Grantor, SetPassword, User
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.passwords import hash_password


async def set_password(db: Db, by: Grantor, commands: Sequence[SetPassword]) -> list[User | Refusal]:
    """The users whose password is new, or why not, in the order of the commands."""
    users = await store.lock_users(db, [command.user_id for command in commands])
    answers = [_decide(by, users, command) for command in commands]
    new = {
        answer.id: command.password.reveal()
        for command, answer in zip(commands, answers, strict=True)
        if isinstance(answer, User)
    }
    if new:
        hashes = await asyncio.gather(*(hash_password(password) for password in new.values()))
        await store.save_passwords(db, list(new), hashes)
        await store.end_sessions_of(db, list(new))
        facts = [UserChanged(str(i), ("password",), users[i].role.value, users[i].active) for i in new]
        await outbox.tell(db, by.actor, facts)
    return answers


def _decide(by: Grantor, users: dict[UUID, User], command: SetPassword) -> User | Refusal:
    user = users.get(command.user_id)
    if user is None:
        return Refusal("user_unknown", {"user": str(command.user_id)})
    refusal = password_refusal(user.name, command.password.reveal())
    refusal = refusal or grant_refusal(by, user.role, None, user.location_ids)
    return refusal or user._replace(version=user.version + 1)
