"""Forget what became of deliveries a month after they ended; the events themselves stay."""

from datetime import timedelta

from commissary.domain.integrations import store
from commissary.platform.db import Db

KEPT_FOR = timedelta(days=30)
_BATCH = 5000


async def forget_deliveries(db: Db) -> bool:
    """True while there may be more to forget."""
    return await store.forget_ended(db, db.now - KEPT_FOR, _BATCH) == _BATCH
