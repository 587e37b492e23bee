"""Recognize the customers of a batch: by the sender's reference when there is one, else by the mail of a guest.

A guest is a customer without reference. Two guests with the same mail (which two orders at the same instant may make)
do not multiply: the older one is taken from then on. Whoever gives a reference is never taken for a guest, so nobody
gets at another's customer record by typing a mail address.
"""

from collections.abc import Sequence

from commissary.domain.customers import store
from commissary.domain.customers.rules.person_hasher import PersonHasher
from commissary.domain.customers.types import Known, PersonInput
from commissary.platform.db import Db


async def resolve(db: Db, hasher: PersonHasher, people: Sequence[PersonInput]) -> list[Known | None]:
    """Who of these is here already, in the order given; None is a new customer."""
    found = await store.customers_known(
        db,
        [person.reference for person in people],
        [None if person.reference is not None else hasher.mail(person.mail) for person in people],
    )
    pairs = [
        (position, customer, hasher.address(customer, address))
        for position, (customer, _) in found.items()
        for address in (people[position].ship_to, people[position].bill_to, *people[position].addresses)
        if address is not None
    ]
    contacts = (
        await store.contacts_known(db, [pair[1] for pair in pairs], [pair[2] for pair in pairs])
        if pairs
        else {}
    )
    known: list[Known | None] = [None] * len(people)
    for position, (customer, guest_sealed) in found.items():
        known[position] = Known(customer, {}, guest_sealed)
    for position, customer, content_hash in pairs:
        contact = contacts.get((customer, content_hash))
        recognized = known[position]
        if contact is not None and recognized is not None:
            known[position] = recognized._replace(
                contact_ids={**recognized.contact_ids, content_hash: contact}
            )
    return known
