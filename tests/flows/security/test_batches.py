"""Many commands at once: answers in order, and a bad one harms no neighbor."""

from uuid import uuid4

from commissary.domain.security import store
from commissary.domain.security.types import (
    INSTALLATION,
    CreateApiKey,
    CreateUser,
    IssuedKey,
    Role,
    Secret,
    User,
)
from commissary.flows.security.create_api_key import create_api_key
from commissary.flows.security.create_user import create_user
from commissary.flows.security.revoke_api_key import revoke_api_key
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.tokens import read_api_key
from commissary.views.callers import caller_of_key


def _user(name: str, password: str = "correct horse battery") -> CreateUser:
    return CreateUser(name, name.title(), Secret(password), Role.STORE_ASSOCIATE, frozenset({2, 1}))


async def test_users(db: Db) -> None:
    answers = await create_user(
        db, INSTALLATION, [_user("ann"), _user("bob", "short"), _user("ann"), _user("cy")]
    )
    assert [a.code if isinstance(a, Refusal) else a.name for a in answers] == [
        "ann",
        "password_too_short",
        "user_name_taken",
        "cy",
    ]
    (ann,) = (a for a in answers if isinstance(a, User) and a.name == "ann")
    assert (await store.lock_users(db, [ann.id]))[ann.id] == ann
    told = await db.fetch("SELECT actor, data->'location_ids' FROM event ORDER BY sequence")
    assert told == [("installation", [1, 2])] * 2


async def test_keys(db: Db) -> None:
    good = CreateApiKey("erp", Role.OPERATOR, frozenset({"stock:feed"}), frozenset({7}))
    answers = await create_api_key(
        db, INSTALLATION, [good, CreateApiKey("bad", Role.READ_ONLY, frozenset({"stock:feed"}))]
    )
    issued, refused = answers
    assert isinstance(issued, IssuedKey) and isinstance(refused, Refusal)
    assert issued.secret.reveal() not in repr(issued)
    token = read_api_key(issued.secret.reveal())
    assert token is not None
    caller = await caller_of_key(db, token.digest)
    assert caller is not None and caller.id == f"key:{issued.key.id}"
    assert caller.permissions == {"stock:feed"}
    assert caller.may_at(7) and not caller.may_at(8)
    first, unknown, again = await revoke_api_key(db, INSTALLATION, [issued.key.id, uuid4(), issued.key.id])
    assert first == again and isinstance(unknown, Refusal)
    assert await caller_of_key(db, token.digest) is None
    kinds = await db.fetch("SELECT kind FROM event ORDER BY sequence")
    assert kinds == [("api_key.created",), ("api_key.revoked",)]


async def test_nothing_to_do(db: Db) -> None:
    assert await create_user(db, INSTALLATION, []) == []
    assert await create_api_key(db, INSTALLATION, []) == []
    assert await revoke_api_key(db, INSTALLATION, []) == []
