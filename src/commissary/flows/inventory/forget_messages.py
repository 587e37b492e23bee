"""Forget which feed messages were taken in, long after a sender would repeat one."""

from datetime import timedelta

from commissary.domain.inventory import store
from commissary.platform.db import Db

KEEP = timedelta(days=90)


async def forget_messages(db: Db) -> bool:
    """A sweep; nothing is left to do after it."""
    await store.forget_messages(db, db.now - KEEP)
    return False
