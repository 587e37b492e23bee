"""The customer box of an order: the person for whoever may read persons, the pseudonym for everyone else."""

from typing import NamedTuple

import structlog

from commissary.domain.customers.types import ContactRecord, CustomerRecord, PersonalDetails
from commissary.domain.security.types import Permission
from commissary.entry.console.reader import Reader
from commissary.flows.customers.unseal import unseal
from commissary.kernel.address import Address
from commissary.platform.db import Db
from commissary.platform.errors import Unavailable
from commissary.platform.sealing import SealBroken
from commissary.views.customers import contacts_by_id, customers_by_id
from commissary.views.orders import OrderView
from commissary.wiring import Application

_log = structlog.get_logger()


class SealedPerson(NamedTuple):
    """What the database holds of an order's customer, still sealed."""

    customer: CustomerRecord | None
    contacts: list[ContactRecord]


class Person(NamedTuple):
    """`flaw` says why the person cannot be shown; None together with no details: the reader may not read persons."""

    pseudonym: str
    category: str | None
    details: PersonalDetails | None = None
    ship_to: Address | None = None
    bill_to: Address | None = None
    flaw: str | None = None


async def sealed_person(db: Db, order: OrderView) -> SealedPerson:
    """The rows of the customer and of the two addresses."""
    customers = await customers_by_id(db, [order.customer_id])
    ids = [contact for contact in (order.ship_to_id, order.bill_to_id) if contact is not None]
    contacts = await contacts_by_id(db, ids) if ids else {}
    return SealedPerson(customers.get(order.customer_id), list(contacts.values()))


async def open_person(app: Application, reader: Reader, order: OrderView, sealed: SealedPerson) -> Person:
    """What this reader may see. Runs outside any transaction: the keys are in another server."""
    customer = sealed.customer
    pseudonym = (customer.reference if customer else None) or str(order.customer_id)
    shown = Person(pseudonym, customer.category if customer else None)
    if customer is None or not reader.may(Permission.CUSTOMERS_READ):
        return shown
    if customer.erased_at is not None:
        return shown._replace(flaw="This customer was erased; nothing personal is left.")
    try:
        people, addresses = await unseal(
            app.keystore, reader.caller.organization, [customer], sealed.contacts
        )
    except Unavailable:
        return shown._replace(flaw="The key store does not answer; reload in a moment to see the person.")
    except SealBroken:
        _log.error("customer.seal_broken", customer=str(customer.id))
        return shown._replace(flaw="The stored person does not fit its seal; tell an administrator.")
    if customer.id not in people:
        return shown._replace(flaw="The key of this person is gone; nothing personal can be read.")
    return shown._replace(
        details=people[customer.id],
        ship_to=addresses.get(order.ship_to_id) if order.ship_to_id else None,
        bill_to=addresses.get(order.bill_to_id) if order.bill_to_id else None,
    )
