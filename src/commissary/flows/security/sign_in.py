"""Let a person in who knows their password, and tell the others nothing: there is one answer for all failures.

Two transactions with the slow look at the password between them, so that nobody who guesses holds a connection or a
lock meanwhile: the first charges the attempt, the second opens the session and gives the charge back.
"""

from datetime import timedelta

from commissary.domain.security import store
from commissary.domain.security.events import UserSignedIn, UserSignInFailed
from commissary.domain.security.rules.lockout import decide_attempt
from commissary.domain.security.types import Credential, Secret, Session, SignedIn, SignIn
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Database, Db
from commissary.platform.errors import UnknownOrganization
from commissary.platform.passwords import password_matches
from commissary.platform.tokens import new_csrf_token, new_session_token, token_hash

SESSION_LIFE = timedelta(hours=12)
_REFUSED = Refusal("sign_in_refused")


async def sign_in(database: Database, organization: str, attempt: SignIn) -> SignedIn | Refusal:
    """A new session, or the one refusal. Raises Unavailable when too many sign in at once."""
    try:
        async with database.transaction(organization) as db:
            credential = await _charge(db, attempt.name)
    except UnknownOrganization:
        credential = None
    matches = await password_matches(
        None if credential is None else credential.password_hash, attempt.password.reveal()
    )
    if credential is None:
        return _REFUSED
    async with database.transaction(organization) as db:
        if not matches:
            failed = UserSignInFailed(str(credential.user_id), credential.locked_until is not None)
            await outbox.tell(db, f"user:{credential.user_id}", [failed])
            return _REFUSED
        return await _open(db, credential)


async def _charge(db: Db, name: str) -> Credential | None:
    """The credential with its counters as charged; None when this account may not sign in now."""
    credential = await store.lock_credential(db, name=name.strip().lower())
    charge = None if credential is None else decide_attempt(credential, db.now)
    if credential is None or charge is None:
        return None
    await store.save_attempts(db, credential.user_id, charge.failed_attempts, charge.locked_until)
    return credential._replace(failed_attempts=charge.failed_attempts, locked_until=charge.locked_until)


async def _open(db: Db, checked: Credential) -> SignedIn | Refusal:
    current = await store.lock_credential(db, user_id=checked.user_id)
    if current is None or not current.active or current.password_hash != checked.password_hash:
        return _REFUSED  # deactivated, or given another password, while the password was looked at
    token = new_session_token(db.organization)
    session = Session(token_hash(token), checked.user_id, new_csrf_token(), db.now, db.now + SESSION_LIFE)
    await store.drop_expired_sessions(db)
    await store.save_attempts(db, checked.user_id, 0, None)
    await store.insert_session(db, session)
    await outbox.tell(db, f"user:{checked.user_id}", [UserSignedIn(str(checked.user_id))])
    return SignedIn(session, Secret(token))
