"""Write what came of a round of sendings to one endpoint: delivered, tried again later, failed; and 410 ends it all."""

from collections.abc import Sequence
from uuid import UUID

from commissary.domain.integrations import store
from commissary.domain.integrations.events import WebhookEndpointDeactivated
from commissary.domain.integrations.rules.interest import wanted_kinds
from commissary.domain.integrations.rules.retry import decide_pause, decide_verdict, is_gone
from commissary.domain.integrations.types import FAN_OUT, InactiveReason, Outcome
from commissary.platform import outbox
from commissary.platform.db import Db


async def record_outcomes(
    db: Db, actor: str, endpoint_id: UUID, outcomes: Sequence[Outcome], *, chance: float
) -> bool:
    """True while the endpoint may be sent more at once. `chance` (0 up to 1) spreads the next attempts."""
    verdicts = [decide_verdict(outcome, db.now, chance) for outcome in outcomes]
    gone = is_gone(verdicts)
    if gone:
        await store.lock_endpoint_changes(db)
    endpoint = (await store.endpoints(db, [endpoint_id])).get(endpoint_id)
    if endpoint is None:
        return False
    pause = decide_pause(endpoint.failures_in_row, verdicts, db.now)
    # The endpoint before its deliveries, as every flow locks them.
    await store.pause_endpoint(db, endpoint_id, pause)
    await store.record_verdicts(db, verdicts)
    if gone and endpoint.active:
        await store.save_endpoint(db, endpoint._replace(inactive_reason=InactiveReason.GONE))
        await store.drop_waiting(db, endpoint_id)
        active = await store.endpoints(db, only_active=True)
        await outbox.subscribe(db, FAN_OUT, wanted_kinds(active.values()), only=True)
        await outbox.tell(db, actor, [WebhookEndpointDeactivated(str(endpoint_id), InactiveReason.GONE)])
    return not gone and pause.paused_until is None
