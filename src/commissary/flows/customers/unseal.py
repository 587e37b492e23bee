"""Open what is sealed, for someone who may read it. Runs outside any transaction: the keys are in another server.

Who was erased, or whose key is lost, is missing from the answer; a value that was tampered with raises SealBroken.
"""

from collections.abc import Sequence
from uuid import UUID

from commissary.domain.customers.ports import PersonKeys
from commissary.domain.customers.rules.sealed_form import opened_address, opened_person
from commissary.domain.customers.types import ContactRecord, CustomerRecord, PersonalDetails
from commissary.kernel.address import Address
from commissary.platform.sealing import Seal


async def unseal(
    keys: PersonKeys,
    organization: str,
    customers: Sequence[CustomerRecord],
    contacts: Sequence[ContactRecord] = (),
) -> tuple[dict[UUID, PersonalDetails], dict[UUID, Address]]:
    """Customer → details, and contact → address, of all that can be opened; one call for all keys."""
    wanted = {c.id for c in customers if c.sealed is not None}
    wanted |= {c.customer_id for c in contacts if c.sealed is not None}
    seals = {person: Seal(key) for person, key in (await keys.get(organization, wanted)).items()}
    people = {
        c.id: opened_person(seals[c.id], organization, c.id, c.sealed)
        for c in customers
        if c.sealed is not None and c.id in seals
    }
    addresses = {
        c.id: opened_address(seals[c.customer_id], organization, c.id, c.sealed)
        for c in contacts
        if c.sealed is not None and c.customer_id in seals
    }
    return people, addresses
