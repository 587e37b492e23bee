"""Tenders in the database."""

from collections.abc import Sequence

from commissary.domain.payments.types import TenderRow
from commissary.platform.arrays import plain_array, text_array, uuid_array, word_array
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.domain.payments")


async def insert_tenders(db: Db, rows: Sequence[TenderRow]) -> None:
    """Record the means of payment of new orders."""
    if not rows:
        return
    tenders = [row.tender for row in rows]
    await db.execute(
        _SQL["insert_tenders"],
        {
            "ids": uuid_array(row.id for row in rows),
            "orders": uuid_array(row.order_id for row in rows),
            "positions": plain_array(row.position for row in rows),
            "kinds": word_array(tender.kind for tender in tenders),
            "prepaid": plain_array(tender.prepaid for tender in tenders),
            "amounts": plain_array(tender.amount_minor for tender in tenders),
            "tokens": text_array(tender.token for tender in tenders),
            "brands": text_array(tender.brand for tender in tenders),
            "last_fours": plain_array(tender.last_four for tender in tenders),
            "installments": plain_array(tender.installments for tender in tenders),
        },
    )
