"""Passwords as argon2id hashes (RFC 9106, the profile for little memory), made in threads of their own.

A hash takes a tenth of a second and 64 MiB on purpose; so only a few are made at once, and when too many wait, the
rest is told to come back instead of piling up. An unknown name is checked against a hash of nothing, so that the
answer to it takes as long as the answer to a wrong password.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from commissary.platform.errors import Unavailable

T = TypeVar("T")
AT_ONCE = 2
MOST_WAITING = 32
_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
_waiting = 0


async def hash_password(password: str) -> str:
    """What is kept of a password. Raises Unavailable when too many wait already."""
    return await _in_thread(lambda: _hasher.hash(password))


async def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; never for None, at the same cost. Raises Unavailable when too many wait."""
    return await _in_thread(lambda: _matches(password_hash, password))


def _matches(password_hash: str | None, password: str) -> bool:
    try:
        _hasher.verify(password_hash or _hash_of_nothing(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _hash_of_nothing() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


async def _in_thread(work: Callable[[], T]) -> T:
    global _waiting  # noqa: PLW0603 (one queue for the process, as the threads are)
    if _waiting >= MOST_WAITING:
        raise Unavailable("Too many sign-ins at once.")
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _waiting -= 1
