"""Seal the persons of a batch before its transaction begins: keys first, so that no sealed row is without its key.

Runs outside any transaction, because the keys are in another server: one call stores the keys of all new persons, one
fetches those of known ones. What a lost race leaves behind is a key that nobody uses.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from commissary.domain.customers.ports import PersonKeys
from commissary.domain.customers.rules.person_hasher import PersonHasher
from commissary.domain.customers.rules.sealed_form import opened_person, sealed_address, sealed_person
from commissary.domain.customers.rules.search_terms import mail_term
from commissary.domain.customers.types import (
    Known,
    NewContact,
    NewCustomer,
    PersonalDetails,
    PersonInput,
    SealedPerson,
)
from commissary.kernel.address import Address
from commissary.platform.errors import TryAgain
from commissary.platform.ids import new_id
from commissary.platform.sealing import Seal, new_keys


async def prepare(
    keys: PersonKeys,
    organization: str,
    hasher: PersonHasher,
    people: Sequence[PersonInput],
    known: Sequence[Known | None],
) -> list[SealedPerson]:
    """Each person with ids and the rows still to write, in the order given.

    The same reference, or the same guest's mail, twice in a batch is one person. Details of a known customer stay as
    they are; only new addresses are added. Raises TryAgain when a known customer was erased since they were
    recognized, Unavailable when the key store cannot serve.
    """
    held = await keys.get(organization, {k.customer_id for k in known if k is not None})
    seals = {customer: Seal(key) for customer, key in held.items()}
    owners, newcomers = _owners(organization, people, known, seals)
    fresh = dict(zip(newcomers, new_keys(len(newcomers)), strict=True))
    await keys.put(organization, fresh)
    for customer, key in fresh.items():
        seals[customer] = Seal(key)
    batch = _Batch(organization, hasher, seals)
    return [
        batch.sealed(person, owner, None if owner in fresh else recognized)
        for person, owner, recognized in zip(people, owners, known, strict=True)
    ]


def _owners(
    organization: str,
    people: Sequence[PersonInput],
    known: Sequence[Known | None],
    seals: Mapping[UUID, Seal],
) -> tuple[list[UUID], list[UUID]]:
    """The customer's id of each person, and which of these ids are new."""
    twins: dict[tuple[str, str], UUID] = {}
    owners: list[UUID] = []
    newcomers: list[UUID] = []
    for person, recognized in zip(people, known, strict=True):
        if recognized is not None and _is_same(organization, person, recognized, seals):
            owners.append(recognized.customer_id)
            continue
        identity = (
            ("reference", person.reference or "")
            if person.reference is not None
            else ("mail", mail_term(person.mail))
        )
        owner = twins.get(identity)
        if owner is None:
            owner = new_id()
            newcomers.append(owner)
            if identity != ("mail", ""):
                twins[identity] = owner
        owners.append(owner)
    return owners, newcomers


def _is_same(organization: str, person: PersonInput, known: Known, seals: Mapping[UUID, Seal]) -> bool:
    """A guest found by a hash is who they seem only if the mail itself is the same."""
    if known.guest_sealed is None:
        return True
    seal = seals.get(known.customer_id)
    if seal is None:
        raise TryAgain("A customer was erased meanwhile.")
    guest = opened_person(seal, organization, known.customer_id, known.guest_sealed)
    return mail_term(guest.mail) == mail_term(person.mail)


class _Batch:
    """Seals persons one after the other; what two of them share is sealed once."""

    def __init__(self, organization: str, hasher: PersonHasher, seals: Mapping[UUID, Seal]) -> None:
        self._organization = organization
        self._hasher = hasher
        self._seals = seals
        self._customers: dict[UUID, NewCustomer] = {}
        self._contacts: dict[bytes, NewContact] = {}

    def sealed(self, person: PersonInput, owner: UUID, known: Known | None) -> SealedPerson:
        contacts: dict[UUID, NewContact] = {}
        there = known.contact_ids if known is not None else {}
        ship_to = self._contact(owner, person.ship_to, there, contacts) if person.ship_to else None
        bill_to = self._contact(owner, person.bill_to, there, contacts) if person.bill_to else None
        return SealedPerson(
            owner,
            known is None,
            ship_to,
            bill_to,
            tuple(self._contact(owner, address, there, contacts) for address in person.addresses),
            self._customer(person, owner) if known is None else None,
            tuple(contacts.values()),
        )

    def _customer(self, person: PersonInput, owner: UUID) -> NewCustomer:
        made = self._customers.get(owner)
        if made is None:
            details = PersonalDetails(person.name, person.mail, person.phone, person.locale)
            made = self._customers[owner] = NewCustomer(
                owner,
                person.reference,
                person.category,
                sealed_person(self._seals[owner], self._organization, owner, details),
                self._hasher.search_hashes(details, person.country),
                self._hasher.mail(person.mail) if person.reference is None else None,
            )
        return made

    def _contact(
        self, owner: UUID, address: Address, there: Mapping[bytes, UUID], contacts: dict[UUID, NewContact]
    ) -> UUID:
        content_hash = self._hasher.address(owner, address)
        if (contact_id := there.get(content_hash)) is not None:
            return contact_id
        made = self._contacts.get(content_hash)
        if made is None:
            seal = self._seals.get(owner)
            if seal is None:
                raise TryAgain("A customer was erased meanwhile.")
            contact_id = new_id()
            made = self._contacts[content_hash] = NewContact(
                contact_id,
                owner,
                content_hash,
                address.country,
                address.region,
                sealed_address(seal, self._organization, contact_id, address),
            )
        contacts[made.id] = made
        return made.id
