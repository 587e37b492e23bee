"""One turn at a lane: take its oldest events, let the flow react, remove them, all in one transaction.

When the flow fails, the transaction rolls back and the same events are tried one by one, so that the one that cannot
be digested is found and all others go on. It is delayed, then its subject is parked for a person to look at; the
later events of that subject wait, because they only make sense after it.
"""

import asyncio
import traceback

import structlog

from commissary.entry.worker.subscriptions import Subscription
from commissary.platform import outbox
from commissary.platform.db import Database
from commissary.platform.errors import TryAgain, UnknownOrganization
from commissary.platform.outbox import Delivery
from commissary.platform.telemetry import DELIVERIES

_TRIES = 4
_log = structlog.get_logger()


class _Failed(Exception):
    """A flow failed at these deliveries; the transaction is rolled back."""

    def __init__(self, deliveries: list[Delivery]) -> None:
        super().__init__("a flow failed")
        self.deliveries = deliveries


async def take_turn(database: Database, organization: str, subscription: Subscription, lane: int) -> int:
    """Deliver up to a batch; returns how many events were taken off the lane or put aside."""
    try:
        return await _deliver(database, organization, subscription, lane, subscription.batch)
    except _Failed as failed:
        if len(failed.deliveries) == 1:
            await _put_aside(database, organization, subscription, failed)
            return 1
        suspects = len(failed.deliveries)
    handled = 0
    for _ in range(suspects):
        try:
            handled += await _deliver(database, organization, subscription, lane, 1)
        except _Failed as failed:
            await _put_aside(database, organization, subscription, failed)
            handled += 1
    return handled


async def _deliver(
    database: Database, organization: str, subscription: Subscription, lane: int, limit: int
) -> int:
    for attempt in range(_TRIES):
        deliveries: list[Delivery] = []
        try:
            async with database.transaction(organization) as db:
                deliveries = await outbox.claim(db, subscription.subscriber, lane, limit)
                if not deliveries:
                    return 0
                await subscription.flow(db, [delivery.event for delivery in deliveries])
                await outbox.remove(db, deliveries)
        except UnknownOrganization:
            raise
        except Exception as error:
            if not deliveries:
                raise
            if isinstance(error, TryAgain) and attempt < _TRIES - 1:
                await asyncio.sleep(0.02 * 2**attempt)
                continue
            raise _Failed(deliveries) from error
        DELIVERIES.labels(subscription.subscriber, "delivered").inc(len(deliveries))
        return len(deliveries)
    raise AssertionError("unreachable")


async def _put_aside(
    database: Database, organization: str, subscription: Subscription, failed: _Failed
) -> None:
    error = failed.__cause__
    assert error is not None
    (delivery,) = failed.deliveries
    # The first line only: what follows in a database error quotes values.
    first_line = next(iter(str(error).splitlines()), "")
    async with database.transaction(organization) as db:
        parked = await outbox.delay_or_park(
            db, subscription.subscriber, delivery, f"{type(error).__name__}: {first_line}"
        )
    DELIVERIES.labels(subscription.subscriber, "parked" if parked else "failed").inc()
    _log.warning(
        "delivery.parked" if parked else "delivery.failed",
        organization=organization,
        subscriber=subscription.subscriber,
        event_kind=delivery.event.kind,
        event_id=str(delivery.event.id),
        attempts=delivery.attempts + 1,
        error=type(error).__name__,
        where=frames_of(error),
    )


def frames_of(error: BaseException) -> str:
    """Where an error came from, without its message: that of a database error may quote what was stored."""
    return "".join(traceback.format_tb(error.__traceback__)[-6:])
