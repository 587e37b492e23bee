"""The sealed form of a person: which bytes are sealed, under the person's key, and to which place they are bound.

A value opens only in its own organization, table and row; copied elsewhere it is refused as broken.
"""

from uuid import UUID

import msgspec

from commissary.domain.customers.ports import Sealing
from commissary.domain.customers.types import PersonalDetails
from commissary.kernel.address import Address

_encode = msgspec.json.Encoder().encode
_decode_person = msgspec.json.Decoder(PersonalDetails).decode
_decode_address = msgspec.json.Decoder(Address).decode


def sealed_person(sealing: Sealing, organization: str, customer_id: UUID, person: PersonalDetails) -> bytes:
    return sealing.seal(_encode(person), _place(organization, b"customer", customer_id))


def opened_person(sealing: Sealing, organization: str, customer_id: UUID, sealed: bytes) -> PersonalDetails:
    return _decode_person(sealing.open(sealed, _place(organization, b"customer", customer_id)))


def sealed_address(sealing: Sealing, organization: str, contact_id: UUID, address: Address) -> bytes:
    return sealing.seal(_encode(address), _place(organization, b"contact", contact_id))


def opened_address(sealing: Sealing, organization: str, contact_id: UUID, sealed: bytes) -> Address:
    return _decode_address(sealing.open(sealed, _place(organization, b"contact", contact_id)))


def _place(organization: str, kind: bytes, row: UUID) -> bytes:
    return b"\x00".join((organization.encode(), kind, row.bytes))
