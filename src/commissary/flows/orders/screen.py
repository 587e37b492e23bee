"""Screen new orders: put those above the organization's limits on hold for review."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from commissary.domain.orders import store as orders
from commissary.domain.orders.events import HoldPlaced, OrderCaptured
from commissary.domain.orders.rules.holds import BLOCKED_BY
from commissary.domain.orders.rules.screening import review_reason
from commissary.domain.orders.rules.setting import SCREENING
from commissary.domain.orders.types import HoldRow
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.ids import new_id
from commissary.platform.settings import read_setting

_decoder = msgspec.json.Decoder(OrderCaptured)


async def screen(db: Db, events: Sequence[outbox.Event]) -> None:
    """React to `order.captured`."""
    limits = await read_setting(db, SCREENING, {})
    if not limits:
        return
    captured = [_decoder.decode(event.data) for event in events]
    reasons = [review_reason(limits, fact.currency, fact.total_minor, fact.units) for fact in captured]
    wanted = [(fact, reason) for fact, reason in zip(captured, reasons, strict=True) if reason is not None]
    if not wanted:
        return
    blocks = BLOCKED_BY["review"]
    await orders.lock_orders_by_id(db, [UUID(fact.subject) for fact, _ in wanted])
    holds = [
        HoldRow(new_id(), UUID(fact.subject), None, "review", reason, blocks, db.now, "screening", None)
        for fact, reason in wanted
    ]
    await orders.insert_holds(db, holds, "screening")
    await orders.raise_versions(db, [hold.order_id for hold in holds])
    await outbox.tell(
        db,
        "screening",
        [
            HoldPlaced(
                subject=fact.subject,
                number=fact.number,
                hold=str(h.id),
                kind=h.kind,
                reason=h.reason,
                blocks=blocks,
            )
            for (fact, _), h in zip(wanted, holds, strict=True)
        ],
    )
