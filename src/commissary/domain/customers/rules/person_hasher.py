"""Keyed hashes by which persons and addresses are found again without being readable.

Each organization has a hash key of its own, so the same mail hashes differently in two of them. A 64-bit hash is
enough to find few candidates; whoever uses one compares the opened text afterwards. The hash of an address includes
its customer, so that nobody sees from two hashes that two customers live together.
"""

from hashlib import blake2b
from uuid import UUID

import msgspec

from commissary.domain.customers.rules.search_terms import (
    LONGEST_PREFIX,
    TypedTerms,
    mail_term,
    name_words,
    phone_terms,
    word_prefixes,
)
from commissary.domain.customers.types import PersonalDetails
from commissary.kernel.address import Address

_TERM_BYTES = 8
_ADDRESS_BYTES = 16
_encode = msgspec.json.Encoder(order="deterministic").encode


class PersonHasher:
    """All keyed hashes of one organization; cheap to use, made once."""

    __slots__ = ("_address", "_term")

    def __init__(self, hash_key: bytes) -> None:
        self._term = blake2b(key=hash_key, digest_size=_TERM_BYTES, person=b"search term")
        self._address = blake2b(key=hash_key, digest_size=_ADDRESS_BYTES, person=b"address")

    def mail(self, mail: str) -> int | None:
        """The hash of a mail address; None when there is none."""
        term = mail_term(mail)
        return self._hash("m" + term) if term else None

    def search_hashes(self, person: PersonalDetails, country: str = "") -> list[int]:
        """All hashes under which a person is found: mail, phone, beginnings of the names."""
        terms = ["n" + prefix for prefix in word_prefixes(name_words(person.name))]
        terms += ["p" + term for term in phone_terms(person.phone, country)]
        if mail := mail_term(person.mail):
            terms.append("m" + mail)
        return [self._hash(term) for term in terms]

    def typed_hashes(self, typed: TypedTerms) -> list[int]:
        """Hashes that a person must all have to be what someone typed; empty when nothing can be looked for."""
        if typed.mail:
            return [self._hash("m" + typed.mail)]
        if typed.phone:
            return [self._hash("p" + typed.phone)]
        return [self._hash("n" + word[:LONGEST_PREFIX]) for word in typed.words]

    def address(self, customer_id: UUID, address: Address) -> bytes:
        """The hash of an address of a customer; spaces at the ends and the case of letters make no other address."""
        digest = self._address.copy()
        digest.update(customer_id.bytes)
        digest.update(_canonical(address))
        return digest.digest()

    def _hash(self, term: str) -> int:
        digest = self._term.copy()
        digest.update(term.encode("utf-8", "surrogatepass"))
        return int.from_bytes(digest.digest(), "big", signed=True)


def _canonical(address: Address) -> bytes:
    fields = (
        address.country, address.name, address.company, *address.lines, "",
        address.postal_code, address.city, address.region, address.phone, address.mail,
    )  # fmt: skip
    return _encode([" ".join(field.casefold().split()) for field in fields])
