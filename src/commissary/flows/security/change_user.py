"""Change users: role, locations, expiry, active or not. Whoever is deactivated is signed out everywhere."""

from collections.abc import Sequence
from uuid import UUID

from commissary.domain.security import store
from commissary.domain.security.events import UserChanged
from commissary.domain.security.rules.user import changed_fields, decide_change
from commissary.domain.security.types import ChangeUser, Grantor, Role, User
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db


async def change_user(db: Db, by: Grantor, commands: Sequence[ChangeUser]) -> list[User | Refusal]:
    """The users after their changes, or why not, in the order of the commands."""
    users = await store.lock_users(db, [command.user_id for command in commands])
    answers: list[User | Refusal] = []
    saved: dict[UUID, User] = {}
    facts = []
    for command in commands:
        before = users.get(command.user_id)
        if before is None:
            answers.append(Refusal("user_unknown", {"user": str(command.user_id)}))
            continue
        administrators = [u for u in users.values() if u.active and u.role is Role.ADMINISTRATOR]
        after = decide_change(by, before, command, administrators, db.now)
        answers.append(after)
        if isinstance(after, User) and after != before:
            users[after.id] = saved[after.id] = after
            changed = changed_fields(before, after)
            facts.append(UserChanged(str(after.id), changed, after.role.value, after.active))
    if saved:
        await store.save_users(db, list(saved.values()))
        await store.end_sessions_of(db, [user.id for user in saved.values() if not user.active])
        await outbox.tell(db, by.actor, facts)
    return answers
