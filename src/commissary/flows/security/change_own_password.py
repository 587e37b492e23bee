"""Let users change their own password. The current one is asked for and counted like a sign-in.

Otherwise a browser left alone for a minute would be enough to guess it, or to lock its owner out for good. All
sessions end, this one too.
"""

from commissary.domain.security import store
from commissary.domain.security.events import UserChanged, UserSignInFailed
from commissary.domain.security.rules.lockout import decide_attempt
from commissary.domain.security.rules.password import password_refusal
from commissary.domain.security.types import ChangeOwnPassword, Credential, User
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Database, Db
from commissary.platform.passwords import hash_password, password_matches

_WRONG = Refusal("password_wrong", {}, "/current_password")


async def change_own_password(
    database: Database, organization: str, command: ChangeOwnPassword
) -> User | Refusal:
    """The user with the new password, or why not. Raises Unavailable when too many passwords are looked at."""
    async with database.transaction(organization) as db:
        credential = await _charge(db, command)
    if isinstance(credential, Refusal):
        return credential
    actor = f"user:{command.user_id}"
    if not await password_matches(credential.password_hash, command.current.reveal()):
        async with database.transaction(organization) as db:
            failed = UserSignInFailed(str(command.user_id), credential.locked_until is not None)
            await outbox.tell(db, actor, [failed])
        return _WRONG
    new_hash = await hash_password(command.password.reveal())
    async with database.transaction(organization) as db:
        current = await store.lock_credential(db, user_id=command.user_id)
        if current is None or current.password_hash != credential.password_hash:
            return _WRONG  # an administrator gave them another password meanwhile
        user = (await store.lock_users(db, [command.user_id]))[command.user_id]
        await store.save_passwords(db, [user.id], [new_hash])
        await store.end_sessions_of(db, [user.id])
        await outbox.tell(db, actor, [UserChanged(str(user.id), ("password",), user.role.value, user.active)])
        return user._replace(version=user.version + 1)


async def _charge(db: Db, command: ChangeOwnPassword) -> Credential | Refusal:
    credential = await store.lock_credential(db, user_id=command.user_id)
    if credential is None:
        return Refusal("user_unknown", {"user": str(command.user_id)})
    if refusal := password_refusal(credential.name, command.password.reveal(), "/password"):
        return refusal
    charge = decide_attempt(credential, db.now)
    if charge is None:
        return _WRONG
    await store.save_attempts(db, credential.user_id, charge.failed_attempts, charge.locked_until)
    return credential._replace(failed_attempts=charge.failed_attempts, locked_until=charge.locked_until)
