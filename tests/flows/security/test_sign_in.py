"""Signing in and out, guessing, and what ends a session."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from commissary.domain.security import store
from commissary.domain.security.types import (
    INSTALLATION,
    ChangeOwnPassword,
    ChangeUser,
    CreateUser,
    Role,
    Secret,
    SetPassword,
    SignedIn,
    SignIn,
    User,
)
from commissary.flows.security.change_own_password import change_own_password
from commissary.flows.security.change_user import change_user
from commissary.flows.security.create_user import create_user
from commissary.flows.security.set_password import set_password
from commissary.flows.security.sign_in import sign_in
from commissary.flows.security.sign_out import sign_out
from commissary.kernel.decision import Refusal
from commissary.platform.clock import advance
from commissary.platform.http.caller import Caller
from commissary.platform.tokens import token_hash
from commissary.views.callers import caller_of_session
from tests.conftest import Organization

PASSWORD = "correct horse battery"
REFUSED = Refusal("sign_in_refused")


@pytest.fixture
async def ann(organization: Organization) -> AsyncIterator[User]:
    """A user named ann."""
    async with organization.app.database.transaction("acme") as db:
        (user,) = await create_user(
            db, INSTALLATION, [CreateUser("ann", "Ann", Secret(PASSWORD), Role.OPERATOR)]
        )
    assert isinstance(user, User)
    yield user


async def _sign_in(
    organization: Organization, password: str = PASSWORD, name: str = "ann"
) -> SignedIn | Refusal:
    return await sign_in(organization.app.database, "acme", SignIn(name, Secret(password)))


async def _session(organization: Organization) -> SignedIn:
    answer = await _sign_in(organization)
    assert isinstance(answer, SignedIn)
    return answer


async def _caller(organization: Organization, signed_in: SignedIn) -> Caller | None:
    async with organization.app.database.transaction("acme", read_only=True) as db:
        return await caller_of_session(db, token_hash(signed_in.token.reveal()))


async def _kinds(organization: Organization) -> list[str]:
    async with organization.app.database.transaction("acme", read_only=True) as db:
        return [row[0] for row in await db.fetch("SELECT kind FROM event ORDER BY sequence")]


async def test_in_and_out(organization: Organization, ann: User) -> None:
    signed_in = await _session(organization)
    token = signed_in.token.reveal()
    assert token.startswith("acme.") and token not in repr(signed_in)
    caller = await _caller(organization, signed_in)
    assert caller is not None and caller.id == f"user:{ann.id}" and caller.role == "operator"
    assert caller.csrf_token == signed_in.session.csrf_token and caller.csrf_token not in repr(caller)
    assert caller.may("orders:capture") and not caller.may("users:write")
    async with organization.app.database.transaction("acme") as db:
        assert await sign_out(db, token_hash(token))
        assert not await sign_out(db, token_hash(token))
    assert await _caller(organization, signed_in) is None
    assert await _kinds(organization) == ["user.created", "user.signed_in"]


async def test_names_are_read_as_people_type_them(organization: Organization, ann: User) -> None:
    assert isinstance(await _sign_in(organization, name=" Ann "), SignedIn)


async def test_all_failures_are_one_answer(organization: Organization, ann: User) -> None:
    assert await _sign_in(organization, "wrong password") == REFUSED
    assert await _sign_in(organization, name="nobody") == REFUSED
    assert await _sign_in(organization, "") == REFUSED
    nowhere = await sign_in(organization.app.database, "nowhere", SignIn("ann", Secret(PASSWORD)))
    odd = await sign_in(organization.app.database, "x'; --", SignIn("ann", Secret(PASSWORD)))
    assert nowhere == odd == REFUSED
    assert await _kinds(organization) == ["user.created", "user.sign_in_failed", "user.sign_in_failed"]


async def test_five_failures_close_the_account_for_a_minute(organization: Organization, ann: User) -> None:
    for _ in range(5):
        assert await _sign_in(organization, "wrong password") == REFUSED
    assert await _sign_in(organization) == REFUSED, "the right password opens nothing while the account waits"
    assert await advance(organization.app.database, "acme", timedelta(minutes=1))
    await _session(organization)
    for _ in range(4):
        await _sign_in(organization, "wrong password")
    await _session(organization)


async def test_guesses_at_once_are_no_more_than_guesses_in_turn(
    organization: Organization, ann: User
) -> None:
    await asyncio.gather(*(_sign_in(organization, f"guess number {n}") for n in range(12)))
    assert (await _kinds(organization)).count("user.sign_in_failed") == 5
    assert await _sign_in(organization) == REFUSED


async def test_a_session_ends_after_twelve_hours(organization: Organization, ann: User) -> None:
    signed_in = await _session(organization)
    assert await advance(organization.app.database, "acme", timedelta(hours=12) - timedelta(minutes=1))
    assert await _caller(organization, signed_in) is not None
    assert await advance(organization.app.database, "acme", timedelta(minutes=1))
    assert await _caller(organization, signed_in) is None
    await _session(organization)
    async with organization.app.database.transaction("acme") as db:
        assert await db.fetch("SELECT count(token_hash) FROM user_session") == [(1,)]


async def test_a_new_password_ends_all_sessions(organization: Organization, ann: User) -> None:
    before = await _session(organization)
    async with organization.app.database.transaction("acme") as db:
        (answer,) = await set_password(db, INSTALLATION, [SetPassword(ann.id, Secret("another long one"))])
    assert isinstance(answer, User)
    assert await _caller(organization, before) is None
    assert await _sign_in(organization) == REFUSED
    assert isinstance(await _sign_in(organization, "another long one"), SignedIn)


async def test_a_deactivated_user_is_out_for_good(organization: Organization, ann: User) -> None:
    before = await _session(organization)
    for active in (False, True):
        async with organization.app.database.transaction("acme") as db:
            (answer,) = await change_user(db, INSTALLATION, [ChangeUser(ann.id, active=active)])
        assert isinstance(answer, User)
        assert await _caller(organization, before) is None
        assert isinstance(await _sign_in(organization), SignedIn) == active


async def test_an_expired_user_is_out(organization: Organization, ann: User) -> None:
    signed_in = await _session(organization)
    async with organization.app.database.transaction("acme") as db:
        change = ChangeUser(ann.id, expires_at=db.now + timedelta(hours=1))
        assert isinstance((await change_user(db, INSTALLATION, [change]))[0], User)
    assert await _caller(organization, signed_in) is not None
    assert await advance(organization.app.database, "acme", timedelta(hours=1))
    assert await _caller(organization, signed_in) is None
    assert await _sign_in(organization) == REFUSED


async def test_own_password(organization: Organization, ann: User) -> None:
    before = await _session(organization)

    async def change(current: str, password: str) -> User | Refusal:
        command = ChangeOwnPassword(ann.id, Secret(current), Secret(password))
        return await change_own_password(organization.app.database, "acme", command)

    assert await change("wrong", "another long one") == Refusal("password_wrong", {}, "/current_password")
    short = await change(PASSWORD, "short")
    assert isinstance(short, Refusal) and short.code == "password_too_short"
    assert await _caller(organization, before) is not None
    assert isinstance(await change(PASSWORD, "another long one"), User)
    assert await _caller(organization, before) is None
    for _ in range(5):
        await change("wrong", "a third long one")
    locked = await change("another long one", "a third long one")
    assert isinstance(locked, Refusal) and locked.code == "password_wrong"


async def test_two_administrators_cannot_remove_each_other(organization: Organization) -> None:
    names = ("root", "other")
    async with organization.app.database.transaction("acme") as db:
        commands = [CreateUser(name, name, Secret(PASSWORD), Role.ADMINISTRATOR) for name in names]
        users = [user for user in await create_user(db, INSTALLATION, commands) if isinstance(user, User)]

    async def demote(user: User) -> User | Refusal:
        async with organization.app.database.transaction("acme") as db:
            (answer,) = await change_user(db, INSTALLATION, [ChangeUser(user.id, role=Role.OPERATOR)])
            await asyncio.sleep(0.05)
            return answer

    answers = await asyncio.gather(*(demote(user) for user in users))
    assert sorted(isinstance(answer, Refusal) for answer in answers) == [False, True]
    async with organization.app.database.transaction("acme") as db:
        left = list((await store.lock_users(db, [])).values())
        both = await change_user(db, INSTALLATION, [ChangeUser(user.id, active=False) for user in left * 2])
    assert len(left) == 1 and all(isinstance(answer, Refusal) for answer in both)
