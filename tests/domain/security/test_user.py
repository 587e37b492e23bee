"""Passwords, and the administrator who must stay."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from commissary.domain.security.rules.password import password_refusal
from commissary.domain.security.rules.user import changed_fields, create_refusal, decide_change, lasts
from commissary.domain.security.types import (
    INSTALLATION,
    ChangeUser,
    CreateUser,
    Grantor,
    Role,
    Secret,
    User,
)
from commissary.kernel.decision import Refusal

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ROOT = User(UUID(int=1), "root", "Root", Role.ADMINISTRATOR, None, True, None, 3)
OTHER = ROOT._replace(id=UUID(int=2), name="other")

# name, password, code
PASSWORDS = [
    ("ann", "elevenchars", "password_too_short"),
    ("ann", "twelve chars", None),
    ("ann", "", "password_too_short"),
    ("ann", "パスワードは長くなければ", None),
    ("ann@example.com", "Ann@Example.com", "password_is_name"),
    ("ann", "aaaaaaaaaaaa", None),
]


@pytest.mark.parametrize(("name", "password", "code"), PASSWORDS)
def test_passwords(name: str, password: str, code: str | None) -> None:
    refusal = password_refusal(name, password)
    assert (refusal.code if refusal else None) == code
    assert not password or refusal is None or password not in str(refusal.facts)


# what is done to the only administrator, and whether it is refused
LAST: list[tuple[dict[str, Any], bool]] = [
    ({"active": False}, True),
    ({"role": Role.OPERATOR}, True),
    ({"expires_at": LATER}, True),
    ({"location_ids": frozenset({1})}, True),
    ({"display_name": "Chief"}, False),
    ({}, False),
]


@pytest.mark.parametrize(("change", "refused"), LAST)
def test_the_last_administrator(change: dict[str, Any], refused: bool) -> None:
    answer = decide_change(INSTALLATION, ROOT, ChangeUser(ROOT.id, **change), [ROOT], NOW)
    assert (isinstance(answer, Refusal) and answer.code == "last_administrator") == refused
    assert isinstance(
        decide_change(INSTALLATION, ROOT, ChangeUser(ROOT.id, **change), [ROOT, OTHER], NOW), User
    )


@pytest.mark.parametrize(
    "other", [{"active": False}, {"expires_at": LATER}, {"location_ids": frozenset({1})}]
)
def test_who_does_not_count_as_another_administrator(other: dict[str, Any]) -> None:
    assert lasts(OTHER) and not lasts(OTHER._replace(**other))
    answer = decide_change(
        INSTALLATION, ROOT, ChangeUser(ROOT.id, active=False), [ROOT, OTHER._replace(**other)], NOW
    )
    assert isinstance(answer, Refusal)


def test_a_change_names_its_fields_and_counts_its_version() -> None:
    change = ChangeUser(ROOT.id, expected_version=3, display_name="Chief")
    after = decide_change(INSTALLATION, ROOT, change, [ROOT], NOW)
    assert isinstance(after, User)
    assert changed_fields(ROOT, after) == ("display_name",) and after.version == 4
    stale = decide_change(INSTALLATION, after, change, [ROOT], NOW)
    assert isinstance(stale, Refusal) and stale.code == "version_stale"
    assert (
        decide_change(INSTALLATION, ROOT, ChangeUser(ROOT.id, role=Role.ADMINISTRATOR), [ROOT], NOW) == ROOT
    )


def test_who_may_not_make_an_administrator_may_not_change_one() -> None:
    by = Grantor("key:1", frozenset({"users:write"}), None)
    answer = decide_change(by, ROOT, ChangeUser(ROOT.id, display_name="x"), [ROOT, OTHER], NOW)
    assert isinstance(answer, Refusal) and answer.code == "grant_too_wide"


def test_a_secret_does_not_show_itself() -> None:
    command = CreateUser("ann", "Ann", Secret("correct horse battery"), Role.OPERATOR)
    assert "correct" not in f"{command!r}{command.password}{command.password!r}"
    assert command.password.reveal() == "correct horse battery"
    assert create_refusal(INSTALLATION, command, NOW) is None
