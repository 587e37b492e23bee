"""When a webhook is sent again, as a table that a receiver's operator can check."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.integrations.rules.retry import (
    LONGEST_PAUSE,
    WAITS,
    decide_pause,
    decide_verdict,
    is_gone,
    wait_before_next,
)
from commissary.domain.integrations.types import DeliveryState, Outcome

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

# attempt, wait until the next
SCHEDULE = """
    1    0:00:05
    2    0:01:00
    3    0:05:00
    4    0:30:00
    5    2:00:00
    6    5:00:00
    7   10:00:00
    8   14:00:00
    9   20:00:00
   10   24:00:00
   11   given up
"""

# status, error, what becomes of the delivery at its first attempt
ANSWERS = """
    200   delivered
    204   delivered
    299   delivered
    301   waiting
    404   waiting
    410   failed
    429   waiting
    500   waiting
    none  waiting
"""


@pytest.mark.parametrize("row", SCHEDULE.strip().splitlines())
def test_the_schedule(row: str) -> None:
    attempt, wait = row.split(maxsplit=1)
    found = wait_before_next(int(attempt), chance=0)
    if wait == "given up":
        assert found is None
    else:
        hours, minutes, seconds = map(int, wait.split(":"))
        assert found == timedelta(hours=hours, minutes=minutes, seconds=seconds)


@pytest.mark.parametrize("row", ANSWERS.strip().splitlines())
def test_answers(row: str) -> None:
    status, state = row.split()
    verdict = decide_verdict(outcome(None if status == "none" else int(status)), NOW, 0)
    assert verdict.state == state
    assert verdict.next_attempt_at == (NOW + WAITS[0] if state == "waiting" else None)
    assert is_gone([verdict]) == (status == "410")


def test_the_last_attempt_fails_for_good() -> None:
    assert decide_verdict(outcome(500, attempt=11), NOW, 0).state is DeliveryState.FAILED


def test_a_receiver_may_ask_for_more_time_but_not_for_ever() -> None:
    assert wait_before_next(1, 0, 90) == timedelta(seconds=90)
    assert wait_before_next(3, 0, 90) == timedelta(minutes=5)
    assert wait_before_next(1, 0, 10**9) == timedelta(days=1)


@given(attempt=st.integers(1, 10), chance=st.floats(0, 1, exclude_max=True))
def test_chance_adds_at_most_a_fifth(attempt: int, chance: float) -> None:
    wait = wait_before_next(attempt, chance)
    assert wait is not None
    assert WAITS[attempt - 1] <= wait <= WAITS[attempt - 1] * 1.2


def test_an_endpoint_rests_longer_while_everything_fails_and_not_at_all_once_something_arrives() -> None:
    failed = [decide_verdict(outcome(500), NOW, 0)]
    rests = []
    failures = 0
    for _ in range(12):
        pause = decide_pause(failures, failed, NOW)
        failures = pause.failures_in_row
        assert pause.paused_until is not None
        rests.append((pause.paused_until - NOW).total_seconds())
    assert rests[:5] == [1, 2, 4, 8, 16]
    assert rests[-1] == LONGEST_PAUSE.total_seconds()
    mixed = [*failed, decide_verdict(outcome(200), NOW, 0)]
    assert decide_pause(failures, mixed, NOW) == (0, None)


def outcome(status: int | None, attempt: int = 1) -> Outcome:
    return Outcome(uuid4(), attempt, status, None if status else "cannot connect", 12)
