"""The customers' tables under two writers at once, and what the tables themselves refuse."""

import asyncio

import msgspec
import psycopg
import pytest

from commissary.domain.customers import store
from commissary.platform.errors import TryAgain
from commissary.platform.ids import new_id
from tests.conftest import Organization
from tests.flows.customers.people import ADA, GUEST, OFFICE, bring, ready

replace = msgspec.structs.replace


async def test_a_contact_waits_for_an_erasure_in_progress_and_is_refused(organization: Organization) -> None:
    database = organization.app.database
    (ada,) = await bring(organization, ADA)
    late = await ready(organization, [replace(ADA, ship_to=OFFICE)])

    async def write() -> None:
        async with database.transaction("acme") as db, db.pipeline():
            await store.write_people(db, late)

    async with database.transaction("acme") as db:
        await store.lock_customers(db, [ada.customer_id])
        await store.erase(db, [ada.customer_id], "test")
        writing = asyncio.create_task(write())
        await asyncio.sleep(0.2)
        assert not writing.done()
    with pytest.raises(TryAgain):
        await writing


async def test_an_erasure_waits_for_a_contact_and_takes_it_along(organization: Organization) -> None:
    database = organization.app.database
    (ada,) = await bring(organization, ADA)
    new = await ready(organization, [replace(ADA, ship_to=OFFICE)])

    async def erase() -> None:
        async with database.transaction("acme") as db:
            await store.lock_customers(db, [ada.customer_id])
            await store.erase(db, [ada.customer_id], "test")

    async with database.transaction("acme") as db:
        await store.write_people(db, new)
        erasing = asyncio.create_task(erase())
        await asyncio.sleep(0.2)
        assert not erasing.done()
    await erasing
    async with database.transaction("acme") as db:
        rows = await db.fetch("SELECT sealed, content_hash, region FROM contact")
    assert rows == [(None, None, "")] * 2


async def test_two_batches_with_addresses_of_one_customer_do_not_block_each_other(
    organization: Organization,
) -> None:
    await bring(organization, ADA)
    one = await ready(organization, [replace(ADA, ship_to=OFFICE)])
    other = await ready(organization, [replace(ADA, ship_to=replace(OFFICE, city="Nice"))])
    database = organization.app.database
    async with database.transaction("acme") as first, database.transaction("acme") as second:
        await store.write_people(first, one)
        await store.write_people(second, other)


async def test_a_batch_of_many(organization: Organization) -> None:
    people = [replace(ADA, reference=f"c-{n}", name=f"Person {n}") for n in range(500)]
    sealed = await bring(organization, *people)
    found = await ready(organization, [*people, GUEST])
    assert [p.customer_id for p in found[:-1]] == [p.customer_id for p in sealed]
    assert [p.ship_to_id for p in found[:-1]] == [p.ship_to_id for p in sealed]
    assert found[-1].is_new


async def test_the_list_of_erasures_is_read_by_page(organization: Organization) -> None:
    people = await bring(organization, ADA, GUEST, replace(ADA, reference="c-2"))
    ids = sorted(person.customer_id for person in people)
    async with organization.app.database.transaction("acme") as db:
        assert set(await store.lock_customers(db, [*ids, new_id()])) == set(ids)
        await store.erase(db, ids, "test")
        assert await store.unfinished_erasures(db, 2) == ids[:2]
        await store.finish_erasures(db, ids[:1])
        assert await store.unfinished_erasures(db, 9) == ids[1:]
        assert await store.erasures_after(db, ids[0], 9) == ids[1:]


async def test_an_erased_customer_can_hold_nothing(organization: Organization) -> None:
    (ada,) = await bring(organization, ADA)
    async with organization.app.database.transaction("acme") as db:
        await store.erase(db, [ada.customer_id], "test")
    for change in ("sealed = 'x'", "reference = 'c-1'", "search_hashes = '{1}'", "attributes = '{\"a\": 1}'"):
        with pytest.raises(psycopg.errors.CheckViolation):
            async with organization.app.database.transaction("acme") as db:
                await db.execute(f"UPDATE customer SET {change}")
