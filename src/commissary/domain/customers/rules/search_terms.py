"""How a customer is found by what people type: the terms of a mail address, a phone number and a name.

The same text typed in two ways gives the same terms: case, accents, spaces and the way of writing a phone number do
not matter. Names are found by the beginnings of their words. Terms are hashed before they are stored
(`person_hasher.py`); since a hash may stand for another text too, what is found is compared with the real text again.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

import phonenumbers

from commissary.domain.customers.types import PersonalDetails

SHORTEST_PREFIX = 2
LONGEST_PREFIX = 8
MOST_WORDS = 6
_WORD = re.compile(r"[^\W_]+")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_PUNCTUATION = re.compile(r"[\s().\-/\u2010-\u2015]+")
_TYPED_PHONE = re.compile(r"[+(]?\s*[0-9][0-9\s().\-/]{3,}")


class TypedTerms(NamedTuple):
    """What someone typed, read as a mail address, a phone number or words of a name; only one of them is filled."""

    mail: str = ""
    phone: str = ""
    words: tuple[str, ...] = ()


def mail_term(mail: str) -> str:
    """A mail address in the one form in which it is compared; empty for none."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", mail).casefold()).strip()


def name_words(name: str) -> list[str]:
    """The words of a name, without case and accents, each once, at most six."""
    if name.isascii():
        plain = name.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", name.casefold())
        plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return list(dict.fromkeys(_WORD.findall(plain)))[:MOST_WORDS]


def word_prefixes(words: Iterable[str]) -> set[str]:
    """Beginnings of two to eight letters of each word; a word of one letter (as names are, in some scripts) whole."""
    prefixes = set()
    for word in words:
        longest = min(len(word), LONGEST_PREFIX)
        prefixes.add(word[:longest])
        for length in range(SHORTEST_PREFIX, longest):
            prefixes.add(word[:length])
    return prefixes


def phone_terms(phone: str, country: str = "") -> tuple[str, ...]:
    """A phone number as E.164 and as the national number behind it; only its digits when it cannot be read.

    `country` (ISO 3166-1 alpha-2) is where a number without country code is dialed.
    """
    bare = _PHONE_PUNCTUATION.sub("", phone)
    if not bare:
        return ()
    return _plain_international(bare) or _parsed(phone, country) or _digits_only(bare)


def _plain_international(bare: str) -> tuple[str, str] | None:
    """Numbers that are E.164 already, without asking the library: most of those that shops send."""
    if not _INTERNATIONAL.fullmatch(bare):
        return None
    for length in (1, 2, 3):
        code, national = bare[1 : 1 + length], bare[1 + length :]
        if int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            # A zero here is a trunk prefix in most countries and part of the number in some: the library knows.
            return None if national.startswith("0") else (bare, national)
    return None


def _parsed(phone: str, country: str) -> tuple[str, ...] | None:
    try:
        number = phonenumbers.parse(phone, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.national_significant_number(number).lstrip("0")
    return (e164, national) if national else (e164,)


def _digits_only(bare: str) -> tuple[str, ...]:
    digits = "".join(str(unicodedata.decimal(c)) for c in bare if c.isdecimal()).lstrip("0")
    return (digits,) if digits else ()


def typed_terms(text: str) -> TypedTerms:
    """What to look for when someone types this; all empty when the text is too short to look for anything."""
    text = text.strip()
    if "@" in text:
        return TypedTerms(mail=mail_term(text))
    if _TYPED_PHONE.fullmatch(text):
        terms = phone_terms(text)
        return TypedTerms(phone=terms[0] if terms else "")
    words = [word for word in name_words(text) if len(word) >= SHORTEST_PREFIX or not word.isascii()]
    return TypedTerms(words=tuple(words))


def fits(typed: TypedTerms, person: PersonalDetails, countries: Iterable[str] = ("",)) -> bool:
    """Whether this person is truly one that the typed text means. `countries` are those of the person's contacts."""
    if typed.mail:
        return mail_term(person.mail) == typed.mail
    if typed.phone:
        return any(typed.phone in phone_terms(person.phone, country) for country in ("", *countries))
    words = name_words(person.name)
    return bool(typed.words) and all(any(word.startswith(t) for word in words) for t in typed.words)
