"""Users, sessions and keys in the database: each statement once."""

from datetime import datetime, timedelta

from commissary.domain.security import store
from commissary.domain.security.types import ApiKey, Credential, Role, Session, User
from commissary.platform.db import Db
from commissary.platform.ids import new_id


def _user(name: str, role: Role = Role.OPERATOR, locations: frozenset[int] | None = None) -> User:
    return User(new_id(), name, f"The “{name}”", role, locations, True, None, 1)


async def test_users_go_in_and_come_out_as_they_were(db: Db) -> None:
    soon = db.now + timedelta(days=1)
    users = [
        _user("ann"),
        _user("bob", locations=frozenset({3, 1})),
        _user("cy", locations=frozenset())._replace(expires_at=soon),
    ]
    assert await store.insert_users(db, users, ["a", "b", "c"]) == {user.id for user in users}
    assert await store.insert_users(db, [_user("ann")], ["x"]) == set()
    locked = await store.lock_users(db, [user.id for user in users])
    assert list(locked.values()) == users


async def test_locking_brings_the_active_administrators_along(db: Db) -> None:
    root, gone, ann = _user("root", Role.ADMINISTRATOR), _user("gone", Role.ADMINISTRATOR), _user("ann")
    await store.insert_users(db, [root, gone, ann], ["", "", ""])
    await store.save_users(db, [gone._replace(active=False, version=2)])
    assert list(await store.lock_users(db, [ann.id])) == [root.id, ann.id]
    assert list(await store.lock_users(db, [])) == [root.id]


async def test_users_are_saved_each_with_its_own_values(db: Db) -> None:
    users = [_user("ann"), _user("bob", locations=frozenset({1})), _user("cy")]
    await store.insert_users(db, users, ["", "", ""])
    changed = [
        users[0]._replace(role=Role.READ_ONLY, location_ids=frozenset({2, 9}), version=2),
        users[1]._replace(display_name="Bob", location_ids=None, expires_at=db.now, version=2),
    ]
    await store.save_users(db, changed)
    locked = await store.lock_users(db, [user.id for user in users])
    assert list(locked.values()) == [*changed, users[2]]


async def test_credentials_attempts_and_passwords(db: Db) -> None:
    ann = _user("ann")
    await store.insert_users(db, [ann], ["hash"])
    until = db.now + timedelta(minutes=1)
    await store.save_attempts(db, ann.id, 5, until)
    assert await store.lock_credential(db, name="ann") == Credential(
        ann.id, "ann", "hash", True, None, 5, until
    )
    await store.save_passwords(db, [ann.id], ["new"])
    fresh = await store.lock_credential(db, user_id=ann.id)
    assert fresh == Credential(ann.id, "ann", "new", True, None, 0, None)
    assert (await store.lock_users(db, [ann.id]))[ann.id].version == 2
    assert await store.lock_credential(db, name="nobody") is None
    assert await store.lock_credential(db) is None


async def test_sessions_end_alone_together_and_by_themselves(db: Db) -> None:
    ann, bob = _user("ann"), _user("bob")
    await store.insert_users(db, [ann, bob], ["", ""])

    async def begin(token: bytes, user: User, expires_at: datetime) -> None:
        await store.insert_session(db, Session(token, user.id, "csrf", db.now, expires_at))

    async def open_ones() -> list[bytes]:
        rows = await db.fetch("SELECT token_hash FROM user_session ORDER BY token_hash")
        return [bytes(row[0]) for row in rows]

    later = db.now + timedelta(hours=1)
    for token, user, expires_at in (
        (b"1", ann, later),
        (b"2", ann, later),
        (b"3", bob, db.now),
        (b"4", bob, later),
    ):
        await begin(token, user, expires_at)
    assert await store.end_session(db, b"1") and not await store.end_session(db, b"1")
    await store.drop_expired_sessions(db)
    assert await open_ones() == [b"2", b"4"]
    await store.end_sessions_of(db, [ann.id])
    assert await open_ones() == [b"4"]


async def test_keys(db: Db) -> None:
    def key(name: str, scopes: frozenset[str] | None, locations: frozenset[int] | None) -> ApiKey:
        digest = name.encode() * 8
        return ApiKey(
            new_id(), name, digest, "cmk_acme_x", Role.OPERATOR, scopes, locations, None, db.now, "user:1"
        )

    keys = [
        key("all", None, None),
        key("some", frozenset({"items:read", "stock:feed"}), frozenset({4, 2})),
        key("none", frozenset(), None),
    ]
    await store.insert_keys(db, keys)
    ids = [k.id for k in keys]
    found = await store.lock_keys(db, ids)
    assert [(k.scopes, k.location_ids) for k in found.values()] == [(k.scopes, k.location_ids) for k in keys]
    await store.revoke_keys(db, ids[:2])
    found = await store.lock_keys(db, [*ids, new_id()])
    assert [found[i].revoked_at for i in ids] == [db.now, db.now, None]
