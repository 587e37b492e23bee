"""What becomes of a delivery after an attempt, and how long to wait before the next.

The waits are those that the Standard Webhooks specification proposes, spread over three days; a random part of up to
a fifth keeps receivers from being hit by everyone at once when they come back. A receiver may ask for more time with
Retry-After. When every sending of a round fails, the endpoint as a whole pauses, so that a dead receiver with a long
backlog costs one try per pause and not one per event.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from commissary.domain.integrations.types import DeliveryState, Outcome, Pause, Verdict

GONE = 410
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
LONGEST_PAUSE = timedelta(minutes=5)
_LONGEST_RETRY_AFTER_S = 86_400


def wait_before_next(attempt: int, chance: float, retry_after_s: int | None = None) -> timedelta | None:
    """The wait after attempt number `attempt` (from 1) failed; None when it was the last.

    `chance` is a random number from 0 up to 1.
    """
    if attempt > len(WAITS):
        return None
    wait = WAITS[attempt - 1] * (1 + 0.2 * chance)
    asked = timedelta(seconds=min(retry_after_s or 0, _LONGEST_RETRY_AFTER_S))
    return max(wait, asked)


def decide_verdict(outcome: Outcome, now: datetime, chance: float) -> Verdict:
    """Delivered by any 2xx; given up at 410 or after the last attempt; else tried again."""
    if outcome.status is not None and 200 <= outcome.status < 300:
        return Verdict(outcome, DeliveryState.DELIVERED, None)
    wait = wait_before_next(outcome.attempt, chance, outcome.retry_after_s)
    if outcome.status == GONE or wait is None:
        return Verdict(outcome, DeliveryState.FAILED, None)
    return Verdict(outcome, DeliveryState.WAITING, now + wait)


def decide_pause(failures_in_row: int, verdicts: Sequence[Verdict], now: datetime) -> Pause:
    """No pause once anything got through; else 1, 2, 4 … seconds, at most five minutes."""
    if any(verdict.state is DeliveryState.DELIVERED for verdict in verdicts):
        return Pause(0, None)
    failures = failures_in_row + 1
    return Pause(failures, now + min(timedelta(seconds=2 ** min(failures - 1, 20)), LONGEST_PAUSE))


def is_gone(verdicts: Sequence[Verdict]) -> bool:
    """Whether the receiver said that it wants nothing more, ever."""
    return any(verdict.outcome.status == GONE for verdict in verdicts)
