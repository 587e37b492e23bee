"""Customers over HTTP: found, read, changed, erased, exported.

Each of these needs keys from another server between two transactions, so they open their own. Searching is a POST:
names and mail addresses in an address line would end in access logs.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from commissary.domain.customers.rules.search_terms import fits, typed_terms
from commissary.domain.customers.types import (
    ChangedCustomer,
    ContactRecord,
    CustomerRecord,
    DetailsChange,
    PersonalDetails,
)
from commissary.domain.security.types import Permission
from commissary.entry.api.schemas.customers import (
    ContactAnswer,
    CustomerAnswer,
    CustomerExport,
    CustomerPage,
    CustomerPatch,
    CustomerSearch,
    CustomerWithContacts,
    ErasedAnswer,
    ExportedEvent,
    ExportedLine,
    ExportedOrder,
    PersonAnswer,
)
from commissary.flows.customers.change import change, prepare_change
from commissary.flows.customers.erase import erase, finish
from commissary.flows.customers.export import export
from commissary.flows.customers.hashing import person_hasher
from commissary.flows.customers.unseal import unseal
from commissary.kernel.address import Address
from commissary.kernel.decision import Refusal
from commissary.platform.errors import TryAgain, Unavailable
from commissary.platform.http.cursor import decode_cursor, encode_cursor
from commissary.platform.http.endpoint import Call, Endpoint, Reply, Work, versioned
from commissary.platform.settings import attribute_kinds
from commissary.views import customers as views
from commissary.wiring import Application

_TAG = "customers"
_TRIES = 4
_UNKNOWN = Refusal("customer_unknown", {}, "/customer_id")


def endpoints(app: Application) -> list[Endpoint]:
    """What callers can do with customers."""
    door = _Customers(app)
    return [_search(door), _get(door), _patch(door), _erase(door), _export(door)]


def _search(door: "_Customers") -> Endpoint:
    return Endpoint(
        method="POST",
        path="/v1/customers/search",
        permission=Permission.CUSTOMERS_READ,
        summary="Find customers by mail, phone, the sender's reference or beginnings of names",
        description="Newest first. A page may hold fewer than `limit`; there are more while `next_cursor` is given.",
        handler=door.search,
        work=Work.OWN,
        tag=_TAG,
        body=CustomerSearch,
        answer=CustomerPage,
        refusals=("search_too_short", "cursor_invalid"),
    )


def _get(door: "_Customers") -> Endpoint:
    return Endpoint(
        method="GET",
        path="/v1/customers/{customer_id:uuid}",
        permission=Permission.CUSTOMERS_READ,
        summary="Read a customer with all contacts",
        handler=door.get,
        work=Work.OWN,
        tag=_TAG,
        answer=CustomerWithContacts,
        refusals=("customer_unknown",),
    )


def _patch(door: "_Customers") -> Endpoint:
    return Endpoint(
        method="PATCH",
        path="/v1/customers/{customer_id:uuid}",
        permission=Permission.CUSTOMERS_WRITE,
        summary="Change a customer",
        description="The same change again changes nothing more. If-Match refuses a change made on a stale read.",
        handler=door.patch,
        work=Work.OWN,
        tag=_TAG,
        body=CustomerPatch,
        answer=CustomerWithContacts,
        refusals=(
            "customer_unknown",
            "customer_erased",
            "attribute_undeclared",
            "attribute_kind_wrong",
            "card_number_in_text",
            "version_stale",
            "version_invalid",
        ),
    )


def _erase(door: "_Customers") -> Endpoint:
    return Endpoint(
        method="POST",
        path="/v1/customers/{customer_id:uuid}/erase",
        permission=Permission.CUSTOMERS_ERASE,
        summary="Erase a customer for good",
        description="Everything personal is emptied and its key deleted before this answers; orders keep their "
        "totals. Erasing again answers the same.",
        handler=door.erase,
        work=Work.OWN,
        tag=_TAG,
        answer=ErasedAnswer,
        refusals=("customer_unknown",),
    )


def _export(door: "_Customers") -> Endpoint:
    return Endpoint(
        method="GET",
        path="/v1/customers/{customer_id:uuid}/export",
        permission=Permission.CUSTOMERS_READ,
        summary="Export all that is kept of a customer",
        description="The export itself is noted in the customer's history.",
        handler=door.export,
        work=Work.OWN,
        tag=_TAG,
        answer=CustomerExport,
        refusals=("customer_unknown",),
    )


class _Customers:
    """The handlers, which share the application."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def search(self, call: Call[CustomerSearch, None]) -> CustomerPage | Refusal:
        wanted, organization = call.body, call.organization
        before = decode_cursor(wanted.cursor, UUID) if wanted.cursor else None
        typed = typed_terms(wanted.text)
        hashes = person_hasher(self._app.master_key, organization).typed_hashes(typed)
        reference = wanted.text.strip()
        if not hashes and len(reference) < 2:
            return Refusal("search_too_short", {}, "/text")
        async with self._app.database.transaction(organization, read_only=True) as db:
            found = await views.customers_found(db, hashes, reference, before, wanted.limit + 1)
            contacts = await views.contacts_of(db, [c.id for c in found])
        page = found[: wanted.limit]
        people, _ = await unseal(self._app.keystore, organization, page)
        countries = defaultdict(set)
        for contact in contacts:
            countries[contact.customer_id].add(contact.country)
        data = [
            CustomerAnswer(**_fields(record, people.get(record.id)))
            for record in page
            if record.reference == reference
            or (record.id in people and fits(typed, people[record.id], countries[record.id]))
        ]
        more = encode_cursor(page[-1].id) if len(found) > wanted.limit else None
        return CustomerPage(data, more)

    async def get(self, call: Call[None, None]) -> Reply | Refusal:
        answer = await self._read(call.organization, UUID(call.path["customer_id"]))
        return versioned(answer, answer.version) if answer else _UNKNOWN

    async def patch(self, call: Call[CustomerPatch, None]) -> Reply | Refusal:
        customer = UUID(call.path["customer_id"])
        for _ in range(_TRIES):
            try:
                refusal = await self._change(call, customer)
            except TryAgain:
                continue
            if refusal is not None:
                return refusal
            answer = await self._read(call.organization, customer)
            return versioned(answer, answer.version) if answer else _UNKNOWN
        raise Unavailable("Other writers were always first.")

    async def _change(self, call: Call[CustomerPatch, None], customer: UUID) -> Refusal | None:
        organization = call.organization
        async with self._app.database.transaction(organization, read_only=True) as db:
            record = (await views.customers_by_id(db, [customer])).get(customer)
            contacts = await views.contacts_of(db, [customer])
            declared = await attribute_kinds(db, "customer")
        if record is None:
            return _UNKNOWN
        if record.erased_at is None:
            call.expect_version(record.version)
        made = await prepare_change(
            self._app.keystore,
            organization,
            person_hasher(self._app.master_key, organization),
            record,
            contacts[-1].country if contacts else "",
            declared,
            _details_change(call.body),
        )
        if not isinstance(made, ChangedCustomer):
            return made
        async with self._app.database.transaction(organization) as db:
            await change(db, call.actor, [made])
        return None

    async def erase(self, call: Call[None, None]) -> ErasedAnswer | Refusal:
        customer = UUID(call.path["customer_id"])
        for _ in range(_TRIES):
            try:
                async with self._app.database.transaction(call.organization) as db:
                    (answer,) = await erase(db, call.actor, [customer])
            except TryAgain:
                continue
            if isinstance(answer, Refusal):
                return answer
            await finish(self._app.database, self._app.keystore, call.organization, [customer])
            return ErasedAnswer(answer.customer_id, answer.erased_at)
        raise Unavailable("Other writers were always first.")

    async def export(self, call: Call[None, None]) -> CustomerExport | Refusal:
        customer = UUID(call.path["customer_id"])
        async with self._app.database.transaction(call.organization) as db:
            record = (await views.customers_by_id(db, [customer])).get(customer)
            if record is None:
                return _UNKNOWN
            await export(db, call.actor, [customer])
            contacts = await views.contacts_of(db, [customer])
            orders = await views.orders_of(db, customer)
            lines = await views.lines_of(db, customer)
            history = await views.history_of(db, customer)
        people, addresses = await unseal(self._app.keystore, call.organization, [record], contacts)
        lines_of_order = defaultdict(list)
        for line in lines:
            fields = line._asdict()
            lines_of_order[fields.pop("order_id")].append(ExportedLine(**fields))
        return CustomerExport(
            _with_contacts(record, people.get(customer), contacts, addresses),
            [ExportedOrder(**order._asdict(), lines=lines_of_order[order.id]) for order in orders],
            [ExportedEvent(entry.at, entry.kind, msgspec.Raw(entry.data.encode())) for entry in history],
        )

    async def _read(self, organization: str, customer: UUID) -> CustomerWithContacts | None:
        async with self._app.database.transaction(organization, read_only=True) as db:
            record = (await views.customers_by_id(db, [customer])).get(customer)
            contacts = await views.contacts_of(db, [customer])
        if record is None:
            return None
        people, addresses = await unseal(self._app.keystore, organization, [record], contacts)
        return _with_contacts(record, people.get(customer), contacts, addresses)


def _details_change(body: CustomerPatch) -> DetailsChange:
    return DetailsChange(body.name, body.mail, body.phone, body.locale, body.category, body.attributes)


def _fields(record: CustomerRecord, person: PersonalDetails | None) -> dict[str, Any]:
    fields = record._asdict()
    del fields["sealed"]
    fields["person"] = (
        PersonAnswer(person.name, person.mail, person.phone, person.locale) if person is not None else None
    )
    return fields


def _with_contacts(
    record: CustomerRecord,
    person: PersonalDetails | None,
    contacts: Sequence[ContactRecord],
    addresses: dict[UUID, Address],
) -> CustomerWithContacts:
    return CustomerWithContacts(
        **_fields(record, person),
        contacts=[
            ContactAnswer(
                id=contact.id,
                country=contact.country,
                region=contact.region,
                address=addresses.get(contact.id),
                created_at=contact.created_at,
            )
            for contact in contacts
        ],
    )
