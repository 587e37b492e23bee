"""Tell that a customer's data was handed out; what is handed out is read by `views/customers.py` and opened."""

from collections.abc import Sequence
from uuid import UUID

from commissary.domain.customers.events import CustomerExported
from commissary.platform import outbox
from commissary.platform.db import Db


async def export(db: Db, actor: str, ids: Sequence[UUID]) -> None:
    """Keep in the audit trail who took a copy of whose data."""
    await outbox.tell(db, actor, [CustomerExported(str(customer)) for customer in ids])
