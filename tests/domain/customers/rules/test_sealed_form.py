"""A person's data comes back as it was, and only at its own place."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.customers.rules.sealed_form import (
    opened_address,
    opened_person,
    sealed_address,
    sealed_person,
)
from commissary.domain.customers.types import PersonalDetails
from commissary.kernel.address import Address
from commissary.platform.sealing import Seal, SealBroken

SEAL = Seal(b"k" * 32)
ROW, OTHER_ROW = UUID(int=1), UUID(int=2)
TEXT = st.text(max_size=30)


@given(TEXT, TEXT, TEXT, TEXT)
def test_a_person_comes_back(name: str, mail: str, phone: str, locale: str) -> None:
    person = PersonalDetails(name, mail, phone, locale)
    sealed = sealed_person(SEAL, "acme", ROW, person)
    assert opened_person(SEAL, "acme", ROW, sealed) == person


@given(TEXT, st.lists(TEXT, max_size=4).map(tuple), TEXT)
def test_an_address_comes_back(name: str, lines: tuple[str, ...], city: str) -> None:
    address = Address("DE", name, lines=lines, city=city)
    sealed = sealed_address(SEAL, "acme", ROW, address)
    assert opened_address(SEAL, "acme", ROW, sealed) == address


def test_a_sealed_value_does_not_open_elsewhere() -> None:
    sealed = sealed_person(SEAL, "acme", ROW, PersonalDetails("Ada"))
    assert b"Ada" not in sealed
    with pytest.raises(SealBroken):
        opened_person(SEAL, "acme", OTHER_ROW, sealed)
    with pytest.raises(SealBroken):
        opened_person(SEAL, "acme2", ROW, sealed)
    with pytest.raises(SealBroken):
        opened_address(SEAL, "acme", ROW, sealed)
