"""Ask for the keys to be deleted of customers whose erasure a crash left half done."""

from commissary.domain.customers import store
from commissary.platform import outbox
from commissary.platform.db import Db

FINISH_ERASURES = "customers.finish_erasures"


async def chase_erasures(db: Db) -> bool:
    """A sweep: the job deletes keys in another server, which no transaction may wait for."""
    if await store.unfinished_erasures(db, 1):
        await outbox.request_jobs(db, FINISH_ERASURES, [{}], locks=[f"{FINISH_ERASURES}:{db.organization}"])
    return False
