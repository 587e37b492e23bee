"""Words of the customers context: who orders, where they receive, and the sealed form in which that is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from commissary.kernel.address import Address
from commissary.kernel.attributes import AttributeValue


class PersonalDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is sealed of a person beside the addresses. `locale` is a BCP 47 tag."""

    name: str = ""
    mail: str = ""
    phone: str = ""
    locale: str = ""


class PersonInput(msgspec.Struct, frozen=True):
    """The customer of an order as the sender gives it. `addresses` are those of single lines, in any order."""

    reference: str | None = None
    name: str = ""
    mail: str = ""
    phone: str = ""
    locale: str = ""
    category: str | None = None
    ship_to: Address | None = None
    bill_to: Address | None = None
    addresses: tuple[Address, ...] = ()

    @property
    def country(self) -> str:
        """Where a phone number without a country code is read; empty when there is no address."""
        address = self.ship_to or self.bill_to or next(iter(self.addresses), None)
        return address.country if address else ""


class Known(NamedTuple):
    """A customer who is here already, and which of the given addresses are (by content hash).

    `guest_sealed` is what was sealed of a guest found by the hash of the mail, to be sure that it is the same mail.
    """

    customer_id: UUID
    contact_ids: Mapping[bytes, UUID]
    guest_sealed: bytes | None = None


class NewCustomer(NamedTuple):
    id: UUID
    reference: str | None
    category: str | None
    sealed: bytes
    search_hashes: list[int]
    guest_mail_hash: int | None


class NewContact(NamedTuple):
    id: UUID
    customer_id: UUID
    content_hash: bytes
    country: str
    region: str
    sealed: bytes


class SealedPerson(NamedTuple):
    """A person ready to be written: ids to refer to, and the rows that are still missing.

    `address_ids` stand in the order of `PersonInput.addresses`. Two persons of a batch may share rows.
    """

    customer_id: UUID
    is_new: bool
    ship_to_id: UUID | None
    bill_to_id: UUID | None
    address_ids: tuple[UUID, ...]
    customer: NewCustomer | None
    contacts: tuple[NewContact, ...]


class CustomerRecord(NamedTuple):
    """A customer as stored. `sealed` is None once erased."""

    id: UUID
    reference: str | None
    category: str | None
    sealed: bytes | None
    attributes: Mapping[str, AttributeValue]
    created_at: datetime
    erased_at: datetime | None
    version: int


class ContactRecord(NamedTuple):
    id: UUID
    customer_id: UUID
    country: str
    region: str
    sealed: bytes | None
    created_at: datetime


class CustomerState(NamedTuple):
    """What a locked customer tells a flow before it writes."""

    id: UUID
    erased_at: datetime | None
    version: int
    reference: str | None


class DetailsChange(msgspec.Struct, frozen=True):
    """What to change of a customer; UNSET leaves a thing as it is, an attribute of None is taken away."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    mail: str | msgspec.UnsetType = msgspec.UNSET
    phone: str | msgspec.UnsetType = msgspec.UNSET
    locale: str | msgspec.UnsetType = msgspec.UNSET
    category: str | msgspec.UnsetType | None = msgspec.UNSET
    attributes: Mapping[str, AttributeValue] | msgspec.UnsetType = msgspec.UNSET


class ChangedCustomer(NamedTuple):
    """A customer's new content, made from version `version`; `changed` names what differs."""

    id: UUID
    version: int
    category: str | None
    sealed: bytes
    search_hashes: list[int]
    guest_mail_hash: int | None
    attributes: Mapping[str, AttributeValue]
    changed: tuple[str, ...]
