"""The key store on its own server: keys come back, deleted ones never."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from commissary.platform.errors import Unavailable
from commissary.platform.ids import new_id
from commissary.platform.keystore import KeyStore, prepare_keystore
from commissary.platform.sealing import new_keys

MASTER = b"m" * 32


@pytest.fixture
async def keys(empty_keys_database: str) -> AsyncIterator[KeyStore]:
    prepare_keystore(empty_keys_database)
    prepare_keystore(empty_keys_database)
    store = KeyStore(empty_keys_database, MASTER)
    await store.open()
    yield store
    await store.close()


def people(number: int) -> dict[UUID, bytes]:
    return {new_id(): key for key in new_keys(number)}


async def another(dsn: str, master: bytes = MASTER) -> KeyStore:
    """The store as another process sees it."""
    store = KeyStore(dsn, master)
    await store.open()
    return store


async def test_keys_come_back_also_in_another_process(keys: KeyStore, empty_keys_database: str) -> None:
    given = people(3)
    await keys.put("acme", given)
    assert await keys.get("acme", list(given)) == given
    other = await another(empty_keys_database)
    assert await other.get("acme", [*given, new_id()]) == given
    assert await other.get("acme", []) == {}
    await other.close()


async def test_keys_of_another_organization_are_not_given(keys: KeyStore) -> None:
    given = people(1)
    await keys.put("acme", given)
    assert await keys.get("other", list(given)) == {}


async def test_a_deleted_key_is_gone_and_its_owner_remembered(
    keys: KeyStore, empty_keys_database: str
) -> None:
    given = people(3)
    first, second, third = given
    await keys.put("acme", given)
    assert await keys.get("acme", [first]) != {}
    assert await keys.delete("acme", [first, third]) == 2
    assert await keys.delete("acme", [first, third]) == 0
    assert list(await keys.get("acme", list(given))) == [second]
    assert await keys.erased("acme") == [first, third]
    assert await keys.erased("acme", first) == [third]
    assert await keys.erased("other") == []
    with psycopg.connect(empty_keys_database) as connection:
        assert connection.execute("SELECT id FROM person_key").fetchall() == [(second,)]


async def test_a_key_is_never_replaced(keys: KeyStore, empty_keys_database: str) -> None:
    given = people(1)
    (person,) = given
    await keys.put("acme", given)
    with pytest.raises(psycopg.errors.UniqueViolation):
        await keys.put("acme", {person: bytes(32)})
    other = await another(empty_keys_database)
    assert await other.get("acme", [person]) == given
    await other.close()


async def test_keys_are_kept_wrapped(keys: KeyStore, empty_keys_database: str) -> None:
    given = people(2)
    await keys.put("acme", given)
    with psycopg.connect(empty_keys_database) as connection:
        rows: dict[UUID, bytes] = dict(connection.execute("SELECT id, wrapped FROM person_key").fetchall())
        assert all(given[person] not in wrapped for person, wrapped in rows.items())
        # A wrapped key moved to another person does not open there.
        first, second = given
        connection.execute("UPDATE person_key SET wrapped = %s WHERE id = %s", (rows[first], second))
        connection.commit()
    other = await another(empty_keys_database)
    with pytest.raises(Unavailable, match="master key"):
        await other.get("acme", [second])
    await other.close()
    stranger = await another(empty_keys_database, b"x" * 32)
    with pytest.raises(Unavailable, match="master key"):
        await stranger.get("acme", [first])
    await stranger.close()


async def test_a_key_is_remembered_for_its_time_only(keys: KeyStore, empty_keys_database: str) -> None:
    given = people(1)
    await keys.put("acme", given)
    forgetful = KeyStore(empty_keys_database, MASTER, recent_seconds=0)
    await forgetful.open()
    assert await forgetful.get("acme", list(given)) == given
    with psycopg.connect(empty_keys_database) as connection:
        connection.execute("DELETE FROM person_key")
    assert await forgetful.get("acme", list(given)) == {}
    assert await keys.get("acme", list(given)) == given
    await forgetful.close()


async def test_old_keys_are_listed_by_page(keys: KeyStore) -> None:
    given = people(3)
    await keys.put("acme", given)
    later = datetime.now(UTC) + timedelta(hours=1)
    first, second, third = given
    assert await keys.created_before("acme", later, limit=2) == [first, second]
    assert await keys.created_before("acme", later, second) == [third]
    assert await keys.created_before("acme", later - timedelta(days=1)) == []


async def test_compacting_keeps_the_living(keys: KeyStore, empty_keys_database: str) -> None:
    given = people(20)
    await keys.put("acme", given)
    gone = list(given)[:10]
    await keys.delete("acme", gone)
    await keys.compact()
    other = await another(empty_keys_database)
    assert list(await other.get("acme", list(given))) == list(given)[10:]
    await other.close()


async def test_a_store_out_of_service_says_so(empty_keys_database: str) -> None:
    store = KeyStore(empty_keys_database, MASTER)
    await store.open()
    with pytest.raises(psycopg.errors.UndefinedTable):
        await store.get("acme", [new_id()])
    await store.close()
    with pytest.raises(Unavailable):
        await store.get("acme", [new_id()])
