"""Persons for tests, and the three steps by which a batch of orders brings them in."""

from collections.abc import Sequence
from uuid import UUID

from commissary.domain.customers.rules.person_hasher import PersonHasher
from commissary.domain.customers.store import write_people
from commissary.domain.customers.types import PersonalDetails, PersonInput, SealedPerson
from commissary.flows.customers.hashing import person_hasher
from commissary.flows.customers.resolve import resolve
from commissary.flows.customers.seal import prepare
from commissary.flows.customers.unseal import unseal
from commissary.kernel.address import Address
from commissary.views import customers as views
from tests.conftest import Organization

HOME = Address("DE", "Ada Lovelace", lines=("Hauptstr. 1",), postal_code="10115", city="Berlin", region="BE")
OFFICE = Address("FR", "Ada Lovelace", company="Engines", lines=("1 Rue X",), city="Lyon", region="69")
ADA = PersonInput("c-1", "Ada Lovelace", "ada@example.org", "0170 1234567", ship_to=HOME)
GUEST = PersonInput(None, "Grace Hopper", "grace@example.org", ship_to=HOME)


def hasher(organization: Organization) -> PersonHasher:
    return person_hasher(organization.app.master_key, organization.name)


async def ready(organization: Organization, people: Sequence[PersonInput]) -> list[SealedPerson]:
    """Recognized and sealed, not yet written."""
    app, name = organization.app, organization.name
    async with app.database.transaction(name, read_only=True) as db:
        known = await resolve(db, hasher(organization), people)
    return await prepare(app.keystore, name, hasher(organization), people, known)


async def bring(organization: Organization, *people: PersonInput) -> list[SealedPerson]:
    """The whole way, as an order capture goes it."""
    sealed = await ready(organization, people)
    async with organization.app.database.transaction(organization.name) as db, db.pipeline():
        await write_people(db, sealed)
    return sealed


async def read(
    organization: Organization, customer: UUID
) -> tuple[PersonalDetails | None, dict[UUID, Address]]:
    """What can be opened of a customer."""
    async with organization.app.database.transaction(organization.name, read_only=True) as db:
        records = await views.customers_by_id(db, [customer])
        contacts = await views.contacts_of(db, [customer])
    people, addresses = await unseal(
        organization.app.keystore, organization.name, list(records.values()), contacts
    )
    return people.get(customer), addresses
