"""End a session: its token opens nothing any more."""

from commissary.domain.security import store
from commissary.platform.db import Db


async def sign_out(db: Db, session_hash: bytes) -> bool:
    """Whether there was such a session. `session_hash` is the hash of the cookie's value."""
    return await store.end_session(db, session_hash)
