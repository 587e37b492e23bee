"""What people type finds who they mean, however it was written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.customers.rules.search_terms import (
    MOST_WORDS,
    TypedTerms,
    fits,
    mail_term,
    name_words,
    phone_terms,
    typed_terms,
    word_prefixes,
)
from commissary.domain.customers.types import PersonalDetails

# as given by the shop, country, what it is found by
PHONES = [
    ("+491701234567", "", ("+491701234567", "1701234567")),
    ("+49 170 1234567", "US", ("+491701234567", "1701234567")),
    ("0170 / 123 45 67", "DE", ("+491701234567", "1701234567")),
    ("+49 (0)170 1234567", "", ("+491701234567", "1701234567")),
    ("(415) 555-2671", "US", ("+14155552671", "4155552671")),
    ("+1 415 555 2671", "", ("+14155552671", "4155552671")),
    ("06 12 34 56 78", "FR", ("+33612345678", "612345678")),
    ("+39 06 698 1234", "", ("+39066981234", "66981234")),
    ("0170 1234567", "", ("1701234567",)),  # nobody knows which country
    ("12", "US", ("12",)),
    ("", "DE", ()),
    ("call me", "DE", ()),
]


@pytest.mark.parametrize(("phone", "country", "terms"), PHONES)
def test_a_phone_number_however_written(phone: str, country: str, terms: tuple[str, ...]) -> None:
    assert phone_terms(phone, country) == terms


# typed, what is looked for
TYPED = [
    (" Ada@Example.org ", TypedTerms(mail="ada@example.org")),
    ("+49 170 1234567", TypedTerms(phone="+491701234567")),
    ("(415) 555-2671", TypedTerms(phone="4155552671")),
    ("0170 1234567", TypedTerms(phone="1701234567")),
    ("Ada Lov", TypedTerms(words=("ada", "lov"))),
    ("o'neill-SMÍTH", TypedTerms(words=("neill", "smith"))),
    ("Straße", TypedTerms(words=("strasse",))),
    ("王", TypedTerms(words=("王",))),
    ("a", TypedTerms()),
    ("", TypedTerms()),
]


@pytest.mark.parametrize(("text", "wanted"), TYPED)
def test_what_is_typed_is_read_as_mail_phone_or_name(text: str, wanted: TypedTerms) -> None:
    assert typed_terms(text) == wanted


# typed, found among: Zoë Müller-Lüdenscheidt, zoe@example.org, 0170 1234567 in Germany
FINDS = [
    ("zoe", True),
    ("ZOË mull", True),
    ("ludenscheidt", True),
    ("Lüdenscheidtx", False),  # beyond the eight letters that are hashed
    ("oe", False),
    ("zoe ada", False),
    ("Zoe@Example.org", True),
    ("zoe@example.com", False),
    ("0170 123 45 67", True),
    ("+491701234567", True),
    ("+4917012345678", False),
    ("x", False),
]
ZOE = PersonalDetails(name="Zoë Müller-Lüdenscheidt", mail="zoe@example.org", phone="0170 1234567")


@pytest.mark.parametrize(("text", "found"), FINDS)
def test_the_real_text_decides(text: str, found: bool) -> None:
    assert fits(typed_terms(text), ZOE, ["DE"]) is found


def test_beginnings_of_words() -> None:
    assert word_prefixes(["ada", "x", "lovelacette"]) == {
        *("ad", "ada", "x", "lo", "lov", "love", "lovel", "lovela", "lovelac", "lovelace"),
    }


def test_a_name_of_many_words_stays_bounded() -> None:
    assert len(name_words(" ".join(f"w{n}" for n in range(100)))) == MOST_WORDS


TEXT = st.text(max_size=40)


@given(TEXT)
def test_normalizing_twice_changes_nothing(text: str) -> None:
    assert mail_term(mail_term(text)) == mail_term(text)
    words = name_words(text)
    assert name_words(" ".join(words)) == words


@given(TEXT)
def test_composed_and_decomposed_text_are_the_same(text: str) -> None:
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, text)
        assert mail_term(other) == mail_term(text)
        assert name_words(other) == name_words(text)


@given(TEXT, st.sampled_from(["", "DE", "US", "IT", "ZZ"]))
def test_any_text_is_no_error_as_phone(text: str, country: str) -> None:
    assert all(phone_terms(text, country))
    typed_terms(text)


@given(TEXT)
def test_whoever_has_a_name_is_found_by_it(text: str) -> None:
    typed = typed_terms(text)
    if typed.words:
        assert fits(typed, PersonalDetails(name=text))
