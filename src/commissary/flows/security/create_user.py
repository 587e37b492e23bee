"""Make users. The password is hashed here and goes no further; a name is given once and never again."""

import asyncio
from collections.abc import Sequence

from commissary.domain.security import store
from commissary.domain.security.events import UserCreated
from commissary.domain.security.rules.user import create_refusal
from commissary.domain.security.types import CreateUser, Grantor, User
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.ids import new_id
from commissary.platform.passwords import hash_password


async def create_user(db: Db, by: Grantor, commands: Sequence[CreateUser]) -> list[User | Refusal]:
    """New users, or why not, in the order of the commands."""
    answers: list[User | Refusal] = [
        create_refusal(by, command, db.now) or _user(command) for command in commands
    ]
    wanted = [(c, a) for c, a in zip(commands, answers, strict=True) if isinstance(a, User)]
    if not wanted:
        return answers
    hashes = await asyncio.gather(*(hash_password(command.password.reveal()) for command, _ in wanted))
    written = await store.insert_users(db, [user for _, user in wanted], hashes)
    answers = [
        Refusal("user_name_taken", {"name": answer.name}, "/name")
        if isinstance(answer, User) and answer.id not in written
        else answer
        for answer in answers
    ]
    await outbox.tell(db, by.actor, [_fact(answer) for answer in answers if isinstance(answer, User)])
    return answers


def _user(command: CreateUser) -> User:
    return User(
        id=new_id(),
        name=command.name,
        display_name=command.display_name,
        role=command.role,
        location_ids=command.location_ids,
        active=True,
        expires_at=command.expires_at,
        version=1,
    )


def _fact(user: User) -> UserCreated:
    scope = None if user.location_ids is None else tuple(sorted(user.location_ids))
    return UserCreated(str(user.id), user.role.value, scope)
