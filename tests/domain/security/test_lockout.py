"""How long an account waits after failures."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from commissary.domain.security.rules.lockout import Charge, decide_attempt, wait_after
from commissary.domain.security.types import Credential

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ANN = Credential(UUID(int=1), "ann", "", True, None, 0, None)

# failures in a row, minutes to wait
WAITS = [
    (0, 0),
    (1, 0),
    (4, 0),
    (5, 1),
    (6, 2),
    (7, 4),
    (8, 8),
    (9, 16),
    (10, 32),
    (11, 60),
    (12, 60),
    (1000, 60),
]


@pytest.mark.parametrize(("failures", "minutes"), WAITS)
def test_waits(failures: int, minutes: int) -> None:
    assert wait_after(failures) == minutes * MINUTE


def test_five_attempts_then_a_minute() -> None:
    account = ANN
    for attempt in range(1, 6):
        charge = decide_attempt(account, NOW)
        assert charge is not None and charge.failed_attempts == attempt
        account = account._replace(failed_attempts=charge.failed_attempts, locked_until=charge.locked_until)
    assert account.locked_until == NOW + MINUTE
    assert decide_attempt(account, NOW) is None
    assert decide_attempt(account, NOW + MINUTE - SECOND) is None
    assert decide_attempt(account, NOW + MINUTE) == Charge(6, NOW + 3 * MINUTE)


# who may not sign in, whatever the password
SHUT_OUT = [
    ANN._replace(active=False),
    ANN._replace(expires_at=NOW),
    ANN._replace(expires_at=NOW - SECOND),
    ANN._replace(locked_until=NOW + SECOND),
]


@pytest.mark.parametrize("account", SHUT_OUT)
def test_shut_out(account: Credential) -> None:
    assert decide_attempt(account, NOW) is None


def test_not_yet_expired() -> None:
    assert decide_attempt(ANN._replace(expires_at=NOW + SECOND), NOW) == Charge(1, None)
