"""Passwords as hashes: argon2id, salted, and never a match for nobody."""

import asyncio

import pytest

from commissary.platform import passwords
from commissary.platform.errors import Unavailable
from commissary.platform.passwords import hash_password, password_matches


async def test_the_right_password_matches_and_no_other() -> None:
    kept, again = await asyncio.gather(hash_password("correct horse"), hash_password("correct horse"))
    assert kept.startswith("$argon2id$") and kept != again and "correct" not in kept
    assert await password_matches(kept, "correct horse")
    assert not await password_matches(kept, "Correct horse")
    assert not await password_matches(kept, "")


async def test_nobody_has_no_password() -> None:
    assert not await password_matches(None, "")
    assert not await password_matches("", "")
    assert not await password_matches("not a hash", "not a hash")


async def test_a_crowd_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 2)
    answers = await asyncio.gather(*(password_matches(None, "x") for _ in range(4)), return_exceptions=True)
    assert [isinstance(a, Unavailable) for a in answers] == [False, False, True, True]
    assert not await password_matches(None, "x")
