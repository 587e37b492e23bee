"""Erasing a customer: nothing readable remains, whatever breaks in between, and a restore brings nobody back."""

from datetime import datetime
from uuid import UUID

import psycopg
import pytest

from commissary.domain.customers.rules.sealed_form import opened_person
from commissary.domain.customers.types import ChangedCustomer, CustomerRecord, DetailsChange
from commissary.flows.customers.change import change, prepare_change
from commissary.flows.customers.erase import Erased, erase, finish, finish_pending
from commissary.flows.customers.replay_erasures import replay_erasures
from commissary.kernel.decision import Refusal
from commissary.platform.errors import TryAgain, Unavailable
from commissary.platform.ids import new_id
from commissary.platform.keystore import KeyStore
from commissary.platform.sealing import Seal
from commissary.views import customers as views
from tests.conftest import Organization
from tests.flows.customers.people import ADA, GUEST, bring, hasher, read


async def record_of(organization: Organization, customer: UUID) -> CustomerRecord:
    async with organization.app.database.transaction(organization.name, read_only=True) as db:
        return (await views.customers_by_id(db, [customer]))[customer]


async def mark(organization: Organization, *customers: UUID) -> list[Erased | Refusal]:
    async with organization.app.database.transaction(organization.name) as db:
        return await erase(db, "user:1", list(customers))


async def unfinished(organization: Organization) -> list[UUID]:
    async with organization.app.database.transaction(organization.name) as db:
        return [r[0] for r in await db.fetch("SELECT customer_id FROM erasure WHERE key_deleted_at IS NULL")]


def everything(dsn: str) -> str:
    """All that the organization's tables hold, as text; bytes in hexadecimal."""
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE relnamespace = 'org_acme'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        ).fetchall()
        return "\n".join(
            str(row[0])
            for (table,) in tables
            for row in connection.execute(f"SELECT t::text FROM {table} AS t").fetchall()
        )


async def test_nothing_personal_is_readable_before_or_after(organization: Organization) -> None:
    (ada,) = await bring(organization, ADA)
    before = everything(organization.dsn)
    assert str(ada.customer_id) in before and "c-1" in before
    (answer,) = await mark(organization, ada.customer_id)
    await finish(organization.app.database, organization.app.keystore, "acme", [ada.customer_id])
    assert isinstance(answer, Erased)
    after = everything(organization.dsn)
    for text in ("Ada", "Lovelace", "ada@example.org", "1234567", "Hauptstr", "10115", "Berlin"):
        for stored in (before, after):
            assert text.lower() not in stored.lower()
            assert text.encode().hex() not in stored
    assert ada.customer is not None
    for number in ada.customer.search_hashes:
        assert str(number) in before and str(number) not in after
    for sealed in (ada.customer.sealed, ada.contacts[0].sealed, ada.contacts[0].content_hash):
        assert sealed.hex() in before and sealed.hex() not in after
    assert "c-1" not in after and str(ada.customer_id) in after
    assert await read(organization, ada.customer_id) == (None, {})


async def test_an_old_copy_of_the_row_no_longer_opens(
    organization: Organization, _keys_database: str
) -> None:
    (ada,) = await bring(organization, ADA)
    assert ada.customer is not None
    copy = ada.customer.sealed
    key = (await organization.app.keystore.get("acme", [ada.customer_id]))[ada.customer_id]
    assert opened_person(Seal(key), "acme", ada.customer_id, copy).name == "Ada Lovelace"
    await mark(organization, ada.customer_id)
    await finish(organization.app.database, organization.app.keystore, "acme", [ada.customer_id])
    other = KeyStore(_keys_database, organization.app.master_key)
    await other.open()
    for store in (organization.app.keystore, other):
        assert await store.get("acme", [ada.customer_id]) == {}
    await other.close()


async def test_erasing_again_answers_the_same_and_tells_once(organization: Organization) -> None:
    ada, grace = await bring(organization, ADA, GUEST)
    unknown = new_id()
    first = await mark(organization, ada.customer_id)
    again = await mark(organization, ada.customer_id, unknown, grace.customer_id)
    assert again[0] == first[0]
    assert again[1] == Refusal("customer_unknown", {"customer_id": str(unknown)})
    assert isinstance(again[2], Erased) and isinstance(again[2].erased_at, datetime)
    async with organization.app.database.transaction(organization.name) as db:
        told = await db.fetch(
            "SELECT subject_id, actor, data::text FROM event WHERE kind = 'customer.erased' ORDER BY sequence"
        )
        listed = await db.fetch("SELECT requested_by FROM erasure")
    assert [(row[0], row[1]) for row in told] == [
        (str(ada.customer_id), "user:1"),
        (str(grace.customer_id), "user:1"),
    ]
    assert listed == [("user:1",), ("user:1",)]


async def test_a_crash_after_the_commit_is_completed_later(organization: Organization) -> None:
    app = organization.app
    ada, grace = await bring(organization, ADA, GUEST)
    await mark(organization, ada.customer_id)
    # The crash: erased in the database, but the key is still there.
    assert await unfinished(organization) == [ada.customer_id]
    assert await read(organization, ada.customer_id) == (None, {})
    assert await app.keystore.get("acme", [ada.customer_id]) != {}
    assert await finish_pending(app.database, app.keystore, "acme") == 1
    assert await app.keystore.get("acme", [ada.customer_id, grace.customer_id]) == await app.keystore.get(
        "acme", [grace.customer_id]
    )
    assert await unfinished(organization) == []
    assert await finish_pending(app.database, app.keystore, "acme") == 0


async def test_a_crash_between_key_and_note_is_completed_later(organization: Organization) -> None:
    app = organization.app
    (ada,) = await bring(organization, ADA)
    await mark(organization, ada.customer_id)
    await app.keystore.delete("acme", [ada.customer_id])
    # The crash: the key is gone, nobody noted it.
    assert await unfinished(organization) == [ada.customer_id]
    assert await finish_pending(app.database, app.keystore, "acme") == 1
    assert await unfinished(organization) == []


async def test_a_crash_before_the_commit_changes_nothing(organization: Organization) -> None:
    (ada,) = await bring(organization, ADA)
    with pytest.raises(RuntimeError):
        async with organization.app.database.transaction(organization.name) as db:
            await erase(db, "user:1", [ada.customer_id])
            raise RuntimeError("crash")
    person, addresses = await read(organization, ada.customer_id)
    assert person is not None and len(addresses) == 1
    assert await unfinished(organization) == []


async def test_a_key_store_out_of_service_leaves_the_erasure_to_be_finished(
    organization: Organization,
) -> None:
    app = organization.app
    (ada,) = await bring(organization, ADA)
    await mark(organization, ada.customer_id)
    down = KeyStore("host=127.0.0.1 port=1 dbname=none", app.master_key)
    with pytest.raises(Unavailable):
        await finish(app.database, down, "acme", [ada.customer_id])
    assert await unfinished(organization) == [ada.customer_id]
    assert await finish_pending(app.database, app.keystore, "acme") == 1


async def test_a_restored_key_store_loses_the_keys_again(
    organization: Organization, _keys_database: str
) -> None:
    app = organization.app
    ada, grace = await bring(organization, ADA, GUEST)
    with psycopg.connect(_keys_database) as connection:
        backup = connection.execute("SELECT organization, id, wrapped FROM person_key").fetchall()
    await mark(organization, ada.customer_id)
    await finish(app.database, app.keystore, "acme", [ada.customer_id])
    with psycopg.connect(_keys_database) as connection:
        connection.execute("TRUNCATE person_key, erased_person")
        for row in backup:
            connection.execute("INSERT INTO person_key (organization, id, wrapped) VALUES (%s, %s, %s)", row)
    assert await replay_erasures(app.database, app.keystore, "acme") == (1, 0)
    with psycopg.connect(_keys_database) as connection:
        assert connection.execute("SELECT id FROM person_key").fetchall() == [(grace.customer_id,)]
    assert await replay_erasures(app.database, app.keystore, "acme") == (0, 0)


async def _restore(organization: Organization, customer: CustomerRecord) -> None:
    """Put the customer's row back as a backup from before the erasure has it, and forget the erasure."""
    async with organization.app.database.transaction(organization.name) as db:
        await db.execute("TRUNCATE erasure")
        await db.execute(
            "UPDATE customer SET erased_at = NULL, sealed = %(sealed)s, reference = %(reference)s",
            {"sealed": customer.sealed, "reference": customer.reference},
        )


async def test_a_restored_database_is_emptied_again(organization: Organization) -> None:
    app = organization.app
    (ada,) = await bring(organization, ADA)
    backup = await record_of(organization, ada.customer_id)
    await mark(organization, ada.customer_id)
    await finish(app.database, app.keystore, "acme", [ada.customer_id])
    await _restore(organization, backup)
    assert await replay_erasures(app.database, app.keystore, "acme") == (0, 1)
    record = await record_of(organization, ada.customer_id)
    assert record.erased_at is not None and record.reference is None and record.sealed is None
    assert await unfinished(organization) == []


async def test_a_list_kept_elsewhere_is_replayed_too(organization: Organization) -> None:
    app = organization.app
    (ada,) = await bring(organization, ADA)
    assert await replay_erasures(app.database, app.keystore, "acme", [ada.customer_id, new_id()]) == (1, 1)
    assert (await record_of(organization, ada.customer_id)).erased_at is not None


async def test_a_change_made_before_an_erasure_is_not_written_after_it(organization: Organization) -> None:
    app = organization.app
    (ada,) = await bring(organization, ADA)
    record = await record_of(organization, ada.customer_id)
    made = await prepare_change(
        app.keystore, "acme", hasher(organization), record, "DE", {}, DetailsChange(name="Ada King")
    )
    assert isinstance(made, ChangedCustomer)
    await mark(organization, ada.customer_id)
    with pytest.raises(TryAgain):
        async with app.database.transaction("acme") as db:
            await change(db, "user:1", [made])
    assert (await record_of(organization, ada.customer_id)).sealed is None
