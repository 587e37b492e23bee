"""Customers, their contacts and the list of erasures, as the database holds them: only sealed, hashed or empty.

Locks: customers are locked in the order of their ids. Writing a contact takes the weakest lock on its customer, an
erasure the strongest, so that no contact slips in behind an erasure.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from commissary.domain.customers.types import (
    ChangedCustomer,
    CustomerState,
    NewContact,
    NewCustomer,
    SealedPerson,
)
from commissary.platform.arrays import bytes_array, plain_array, text_array, uuid_array
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.domain.customers")
# Two batches brought the same new customer or the same new address, or the customer was erased meanwhile.
_RACES = ("customer_reference_key", "contact_customer_id_content_hash_key", "contact_customer_id_fkey")


async def customers_known(
    db: Db, references: Sequence[str | None], guest_mails: Sequence[int | None]
) -> dict[int, tuple[UUID, bytes | None]]:
    """Position → customer (and the guest's sealed details), for those of a batch who are here already."""
    rows = await db.fetch(
        _SQL["customers_known"],
        {"references": text_array(references), "guest_mails": plain_array(guest_mails)},
    )
    return {position - 1: (customer, sealed) for position, customer, sealed in rows}


async def contacts_known(
    db: Db, customers: Sequence[UUID], hashes: Sequence[bytes]
) -> dict[tuple[UUID, bytes], UUID]:
    """(customer, content hash) → contact, for those pairs that are here already."""
    rows = await db.fetch(
        _SQL["contacts_known"], {"customers": uuid_array(customers), "hashes": bytes_array(hashes)}
    )
    return {(customer, content_hash): contact for customer, content_hash, contact in rows}


async def write_people(db: Db, people: Sequence[SealedPerson]) -> None:
    """Write what is missing of these persons; reads no answer, so it fits into a pipeline.

    A lost race (same new reference, same new address, customer erased) ends the transaction in TryAgain.
    """
    customers = {person.customer.id: person.customer for person in people if person.customer is not None}
    contacts = {contact.id: contact for person in people for contact in person.contacts}
    await insert_customers(db, list(customers.values()))
    await insert_contacts(db, list(contacts.values()))


async def insert_customers(db: Db, customers: Sequence[NewCustomer]) -> None:
    if not customers:
        return
    db.races.update(_RACES)
    ids, references, categories, sealed, search_hashes, guest_mails = zip(*customers, strict=True)
    await db.execute(
        _SQL["insert_customers"],
        {
            "ids": uuid_array(ids),
            "references": text_array(references),
            "categories": text_array(categories),
            "sealed": bytes_array(sealed),
            "search_hashes": _array_of_arrays(search_hashes),
            "guest_mails": plain_array(guest_mails),
            "now": db.now,
        },
    )


async def insert_contacts(db: Db, contacts: Sequence[NewContact]) -> None:
    if not contacts:
        return
    db.races.update(_RACES)
    ids, owners, hashes, countries, regions, sealed = zip(*contacts, strict=True)
    await db.execute(
        _SQL["insert_contacts"],
        {
            "ids": uuid_array(ids),
            "customers": uuid_array(owners),
            "owners": uuid_array(dict.fromkeys(owners)),
            "hashes": bytes_array(hashes),
            "countries": text_array(countries),
            "regions": text_array(regions),
            "sealed": bytes_array(sealed),
            "now": db.now,
        },
    )


async def lock_customers(db: Db, ids: Sequence[UUID]) -> dict[UUID, CustomerState]:
    """Lock these customers against every other writer, and say how they stand; unknown ones are missing."""
    rows = await db.fetch(_SQL["lock_customers"], {"ids": list(ids)})
    return {row[0]: CustomerState(*row) for row in rows}


async def change_customers(db: Db, changes: Sequence[ChangedCustomer]) -> None:
    """Write new contents of locked customers; their version grows by one."""
    if not changes:
        return
    await db.execute(
        _SQL["change_customers"],
        {
            "ids": [c.id for c in changes],
            "categories": [c.category for c in changes],
            "sealed": [c.sealed for c in changes],
            "search_hashes": _array_of_arrays([c.search_hashes for c in changes]),
            "guest_mails": [c.guest_mail_hash for c in changes],
            "attributes": [msgspec.json.encode(c.attributes).decode() for c in changes],
            "now": db.now,
        },
    )


async def erase(db: Db, ids: Sequence[UUID], requested_by: str) -> None:
    """Empty everything personal of locked customers, and put them on the list of erasures."""
    parameters = {"ids": list(ids), "requested_by": requested_by, "now": db.now}
    async with db.pipeline():
        await db.execute(_SQL["erase_customers"], parameters)
        await db.execute(_SQL["erase_contacts"], parameters)
        await db.execute(_SQL["record_erasures"], parameters)


async def unfinished_erasures(db: Db, limit: int) -> list[UUID]:
    """Erased customers whose keys may still exist."""
    return [row[0] for row in await db.fetch(_SQL["unfinished_erasures"], {"limit": limit})]


async def erased_since(db: Db, at: datetime) -> bool:
    """Whether any key was deleted since this instant."""
    row = await db.fetch_one(_SQL["erased_since"], {"at": at})
    return bool(row and row[0])


async def finish_erasures(db: Db, ids: Sequence[UUID]) -> None:
    """Note that the keys of these customers are gone."""
    await db.execute(_SQL["finish_erasures"], {"ids": list(ids), "now": db.now})


async def erasures_after(db: Db, after: UUID, limit: int) -> list[UUID]:
    """The list of erasures, by customer."""
    return [row[0] for row in await db.fetch(_SQL["erasures_after"], {"after": after, "limit": limit})]


def _array_of_arrays(hashes: Iterable[Sequence[int]]) -> str:
    """Each array as text of its own: SQL has no arrays of arrays of different lengths."""
    return "{" + ",".join(['"{' + ",".join(map(str, row)) + '}"' for row in hashes]) + "}"
