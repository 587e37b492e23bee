"""How often a password may be guessed: five times, then the account waits, twice as long after each further failure.

An attempt is charged before the password is looked at and given back when it was right, so that a thousand guesses
sent at once are no more guesses than a thousand sent in turn.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from commissary.domain.security.types import Credential

FREE_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


class Charge(NamedTuple):
    """What the account's counters become when an attempt is allowed."""

    failed_attempts: int
    locked_until: datetime | None


def decide_attempt(credential: Credential, now: datetime) -> Charge | None:
    """The charge for one attempt, or None when the account may not sign in now, whatever the password."""
    expired = credential.expires_at is not None and credential.expires_at <= now
    waiting = credential.locked_until is not None and credential.locked_until > now
    if not credential.active or expired or waiting:
        return None
    failed = min(credential.failed_attempts + 1, 1000)
    return Charge(failed, now + wait_after(failed) if failed >= FREE_ATTEMPTS else None)


def wait_after(failed_attempts: int) -> timedelta:
    """How long the account waits after so many failures in a row."""
    if failed_attempts < FREE_ATTEMPTS:
        return timedelta(0)
    doublings = min(failed_attempts - FREE_ATTEMPTS, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
