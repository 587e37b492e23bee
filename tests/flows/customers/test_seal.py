"""Bringing in the customers of a batch of orders: recognized, sealed, written, and safe against whoever is first."""

from uuid import UUID

import msgspec
import psycopg
import pytest

from commissary.domain.customers.store import write_people
from commissary.domain.customers.types import PersonalDetails
from commissary.flows.customers.erase import erase, finish
from commissary.flows.customers.resolve import resolve
from commissary.flows.customers.seal import prepare
from commissary.platform.errors import TryAgain
from tests.conftest import Organization
from tests.flows.customers.people import ADA, GUEST, HOME, OFFICE, bring, hasher, read, ready

replace = msgspec.structs.replace


async def count(organization: Organization, table: str) -> int:
    async with organization.app.database.transaction(organization.name) as db:
        row = await db.fetch_one(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])


async def test_a_new_customer_is_written_sealed_and_can_be_opened(organization: Organization) -> None:
    (ada,) = await bring(organization, replace(ADA, bill_to=OFFICE, addresses=(HOME, OFFICE), locale="en"))
    assert ada.is_new and ada.address_ids == (ada.ship_to_id, ada.bill_to_id)
    person, addresses = await read(organization, ada.customer_id)
    assert person == PersonalDetails("Ada Lovelace", "ada@example.org", "0170 1234567", "en")
    assert addresses == {ada.ship_to_id: HOME, ada.bill_to_id: OFFICE}
    async with organization.app.database.transaction(organization.name) as db:
        rows = await db.fetch("SELECT country, region FROM contact ORDER BY country")
    assert rows == [("DE", "BE"), ("FR", "69")]


async def test_the_same_customer_comes_again_with_the_same_and_another_address(
    organization: Organization,
) -> None:
    (first,) = await bring(organization, ADA)
    moved = replace(HOME, lines=(" HAUPTSTR. 1 ",))
    (second,) = await bring(organization, replace(ADA, ship_to=moved, bill_to=OFFICE, name="Another"))
    assert not second.is_new
    assert (second.customer_id, second.ship_to_id) == (first.customer_id, first.ship_to_id)
    assert [contact.id for contact in second.contacts] == [second.bill_to_id]
    person, addresses = await read(organization, first.customer_id)
    assert person is not None and person.name == "Ada Lovelace"
    assert addresses == {first.ship_to_id: HOME, second.bill_to_id: OFFICE}


async def test_twins_in_a_batch_are_one_person(organization: Organization) -> None:
    nobody = replace(GUEST, mail="", ship_to=None)
    people = (
        ADA,
        replace(ADA, ship_to=OFFICE),
        GUEST,
        replace(GUEST, mail="GRACE@example.org "),
        nobody,
        nobody,
    )
    ada, twin, grace, other_grace, one, another = await bring(organization, *people)
    assert ada.customer_id == twin.customer_id and ada.ship_to_id != twin.ship_to_id
    assert grace.customer_id == other_grace.customer_id and grace.ship_to_id == other_grace.ship_to_id
    assert one.customer_id != another.customer_id
    assert one.ship_to_id is None
    assert (await count(organization, "customer"), await count(organization, "contact")) == (4, 3)


async def test_a_twin_alone_can_be_written(organization: Organization) -> None:
    """The order of the first twin was refused: the other still brings all that it needs."""
    _, twin = await ready(organization, [ADA, ADA])
    async with organization.app.database.transaction(organization.name) as db:
        await write_people(db, [twin])
    person, addresses = await read(organization, twin.customer_id)
    assert person is not None and addresses == {twin.ship_to_id: HOME}


async def test_a_guest_is_known_again_by_mail_but_never_as_a_named_customer(
    organization: Organization,
) -> None:
    (grace,) = await bring(organization, GUEST)
    (again,) = await bring(organization, replace(GUEST, mail="Grace@Example.org"))
    assert again.customer_id == grace.customer_id
    (named,) = await bring(organization, replace(GUEST, reference="c-9"))
    (stranger,) = await bring(organization, replace(ADA, reference=None))
    (ada,) = await bring(organization, ADA)
    assert len({grace.customer_id, named.customer_id, stranger.customer_id, ada.customer_id}) == 4


async def test_two_guests_made_at_once_do_not_multiply(organization: Organization) -> None:
    one, other = (await ready(organization, [GUEST]))[0], (await ready(organization, [GUEST]))[0]
    async with organization.app.database.transaction(organization.name) as db:
        await write_people(db, [one, other])
    later = [(await bring(organization, GUEST))[0].customer_id for _ in range(2)]
    assert later == [one.customer_id, one.customer_id]


async def test_a_guest_of_another_mail_with_the_same_hash_stays_another(organization: Organization) -> None:
    (grace,) = await bring(organization, GUEST)
    async with organization.app.database.transaction(organization.name) as db:
        await db.execute(
            "UPDATE customer SET guest_mail_hash = %(hash)s",
            {"hash": hasher(organization).mail("eve@example.org")},
        )
    (eve,) = await bring(organization, replace(GUEST, mail="eve@example.org"))
    assert eve.is_new and eve.customer_id != grace.customer_id
    person, _ = await read(organization, eve.customer_id)
    assert person is not None and person.mail == "eve@example.org"


async def test_whoever_loses_the_race_for_a_reference_tries_again(organization: Organization) -> None:
    late = await ready(organization, [GUEST, ADA])
    (first,) = await bring(organization, ADA)
    with pytest.raises(TryAgain):
        async with organization.app.database.transaction(organization.name) as db, db.pipeline():
            await write_people(db, late)
    assert await count(organization, "customer") == 1
    _, again = await bring(organization, GUEST, ADA)
    assert again.customer_id == first.customer_id


async def test_whoever_loses_the_race_for_an_address_tries_again(organization: Organization) -> None:
    await bring(organization, ADA)
    late = await ready(organization, [replace(ADA, ship_to=OFFICE)])
    (first,) = await bring(organization, replace(ADA, ship_to=OFFICE))
    with pytest.raises(TryAgain):
        async with organization.app.database.transaction(organization.name) as db, db.pipeline():
            await write_people(db, late)
    (again,) = await bring(organization, replace(ADA, ship_to=OFFICE))
    assert again.ship_to_id == first.ship_to_id


async def test_no_contact_slips_in_behind_an_erasure(organization: Organization) -> None:
    app, name = organization.app, organization.name
    (ada,) = await bring(organization, ADA)
    late = await ready(organization, [replace(ADA, ship_to=OFFICE)])
    async with app.database.transaction(name, read_only=True) as db:
        known = await resolve(db, hasher(organization), [replace(ADA, ship_to=OFFICE)])
    async with app.database.transaction(name) as db:
        await erase(db, "test", [ada.customer_id])
    await finish(app.database, app.keystore, name, [ada.customer_id])
    with pytest.raises(TryAgain):
        async with app.database.transaction(name) as db, db.pipeline():
            await write_people(db, late)
    with pytest.raises(TryAgain):
        await prepare(app.keystore, name, hasher(organization), [replace(ADA, ship_to=OFFICE)], known)
    (fresh,) = await bring(organization, ADA)
    assert fresh.is_new and fresh.customer_id != ada.customer_id


async def test_other_violations_are_no_lost_race(organization: Organization) -> None:
    (ada,) = await ready(organization, [ADA])
    (contact,) = ada.contacts
    wrong = ada._replace(contacts=(contact._replace(country="Germany"),))
    with pytest.raises(psycopg.errors.CheckViolation):
        async with organization.app.database.transaction(organization.name) as db:
            await write_people(db, [wrong])


async def test_keys_are_stored_before_the_rows_in_one_call_each(organization: Organization) -> None:
    class Counting:
        """The real key store, with a count of the trips to it."""

        def __init__(self) -> None:
            self.trips: list[tuple[str, int]] = []

        async def put(self, name: str, keys: dict[UUID, bytes]) -> None:
            self.trips.append(("put", len(keys)))
            await organization.app.keystore.put(name, keys)

        async def get(self, name: str, persons: set[UUID]) -> dict[UUID, bytes]:
            self.trips.append(("get", len(persons)))
            return await organization.app.keystore.get(name, persons)

    await bring(organization, ADA)
    people = [ADA, GUEST, replace(ADA, reference="c-2"), replace(ADA, reference="c-3")]
    async with organization.app.database.transaction(organization.name, read_only=True) as db:
        known = await resolve(db, hasher(organization), people)
    counting = Counting()
    await prepare(counting, organization.name, hasher(organization), people, known)  # type: ignore[arg-type]
    assert counting.trips == [("get", 1), ("put", 3)]


async def test_nobody_is_an_empty_batch(organization: Organization) -> None:
    assert await bring(organization) == []
