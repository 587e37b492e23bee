"""Ask for the key store to be rewritten after days with erasures: free space in its pages still holds deleted keys."""

from datetime import timedelta

from commissary.domain.customers import store
from commissary.platform import outbox
from commissary.platform.db import Db

COMPACT_KEYS = "customers.compact_keys"
PERIOD = timedelta(days=1)


async def compact_keys(db: Db) -> bool:
    """A daily sweep. The lock is one for all organizations, since they share the key store."""
    if await store.erased_since(db, db.now - 2 * PERIOD):
        await outbox.request_jobs(db, COMPACT_KEYS, [{}], locks=[COMPACT_KEYS])
    return False
