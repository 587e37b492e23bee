"""Hashes find the same person again and tell nothing else."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.customers.rules.person_hasher import PersonHasher
from commissary.domain.customers.rules.search_terms import typed_terms
from commissary.domain.customers.types import PersonalDetails
from commissary.kernel.address import Address

ONE = PersonHasher(b"1" * 32)
TWO = PersonHasher(b"2" * 32)
ADA = PersonalDetails(name="Ada Lovelace", mail="ada@example.org", phone="0170 1234567")
HERE, THERE = UUID(int=1), UUID(int=2)
HOME = Address("DE", "Ada Lovelace", lines=("Hauptstr. 1", "2. OG"), postal_code="10115", city="Berlin")


def test_a_person_is_found_by_each_way_of_asking() -> None:
    hashes = set(ONE.search_hashes(ADA, "DE"))
    for text in ("ADA", "lovelace ada", "Lovelaced", "ada@EXAMPLE.org", "0170 1234567", "+49 170 1234567"):
        typed = ONE.typed_hashes(typed_terms(text))
        assert typed and set(typed) <= hashes, text
    assert not set(ONE.typed_hashes(typed_terms("velace"))) <= hashes
    assert ONE.typed_hashes(typed_terms("a")) == []


def test_two_organizations_hash_differently() -> None:
    assert not set(ONE.search_hashes(ADA, "DE")) & set(TWO.search_hashes(ADA, "DE"))
    assert ONE.address(HERE, HOME) != TWO.address(HERE, HOME)


def test_a_mail_a_phone_and_a_name_of_the_same_text_differ() -> None:
    texts = {
        *ONE.search_hashes(PersonalDetails(name="12345678")),
        *ONE.search_hashes(PersonalDetails(phone="12345678")),
        *ONE.search_hashes(PersonalDetails(mail="12345678")),
    }
    assert len(texts) == 7 + 1 + 1


def test_hashes_are_fixed_over_time() -> None:
    assert ONE.mail("ada@example.org") == int.from_bytes(
        bytes.fromhex("ea1fef74426baaf1"), "big", signed=True
    )
    assert ONE.address(HERE, HOME).hex() == "232bcd45935920170bacf2080fbbce9b"
    assert ONE.mail("  ") is None


def test_spaces_and_case_make_no_other_address_but_content_does() -> None:
    same = Address(
        "DE", " ada  LOVELACE ", lines=("Hauptstr. 1", "2. OG "), postal_code="10115", city="BERLIN"
    )
    assert ONE.address(HERE, same) == ONE.address(HERE, HOME)
    others = [
        Address("AT", HOME.name, lines=HOME.lines, postal_code="10115", city="Berlin"),
        Address("DE", HOME.name, lines=("Hauptstr. 12. OG",), postal_code="10115", city="Berlin"),
        Address("DE", HOME.name, lines=(*HOME.lines, "10115"), city="Berlin"),
        Address("DE", "", HOME.name, lines=HOME.lines, postal_code="10115", city="Berlin"),
    ]
    hashes = {ONE.address(HERE, address) for address in (HOME, *others)} | {ONE.address(THERE, HOME)}
    assert len(hashes) == 6


@given(st.text(max_size=30))
def test_hashes_fit_the_column(text: str) -> None:
    for value in ONE.search_hashes(PersonalDetails(text, text, text)):
        assert -(2**63) <= value < 2**63
