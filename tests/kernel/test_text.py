"""Codes and names: what is one spelling, and what nobody can see."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.kernel.text import canonical, code_flaw, name_flaw, storable

# what is typed                     what is kept            what is wrong with it
CODES: list[tuple[str, str, str | None]] = [
    ("85123A", "85123A", None),
    ("  85123A ", "85123A", None),
    ("BANK CHARGES", "BANK CHARGES", None),
    ("cafe\u0301", "caf\u00e9", None),
    ("\u30ab\u30e1\u30e9-1", "\u30ab\u30e1\u30e9-1", None),
    ("", "", "is empty"),
    (" \t ", "", "is empty"),
    ("A" * 101, "A" * 101, "is longer than 100 characters"),
    ("A\x00B", "A\x00B", "holds the invisible character U+0000"),
    ("A\u200bB", "A\u200bB", "holds the invisible character U+200B"),
    ("A\u202eB", "A\u202eB", "holds the invisible character U+202E"),
    ("A\u00a0B", "A\u00a0B", "holds the invisible character U+00A0"),
    ("A\u3164", "A\u3164", "holds the invisible character U+3164"),
    ("A\ufe0f", "A\ufe0f", "holds the invisible character U+FE0F"),
    ("A\ud800", "A\ud800", "holds the invisible character U+D800"),
]


@pytest.mark.parametrize(("typed", "kept", "flaw"), CODES)
def test_codes(typed: str, kept: str, flaw: str | None) -> None:
    assert canonical(typed) == kept
    assert code_flaw(kept, 100) == flaw


def test_names_take_every_script_and_emoji_but_no_controls() -> None:
    for name in ("Tasse \u2615", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u05ea\u05d4", "a" * 300):
        assert name_flaw(name, 300) is None
    assert name_flaw("a\nb", 300) == "holds the control character U+000A"
    assert name_flaw("a\ud83d", 300) == "holds the control character U+D83D"
    assert name_flaw("", 300) == "is empty"


@given(st.text(max_size=60))
def test_one_spelling_is_reached_in_one_step(text: str) -> None:
    kept = canonical(text)
    assert canonical(kept) == kept
    assert canonical(unicodedata.normalize("NFD", text)) == kept
    assert canonical(f" {text}\n") == kept


@given(st.text(max_size=120))
def test_a_good_code_is_short_visible_and_storable(text: str) -> None:
    kept = canonical(text)
    if code_flaw(kept, 100) is None:
        assert 1 <= len(kept) <= 100 and kept.isprintable() and storable(kept)
        assert not {unicodedata.category(c) for c in kept} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_what_a_database_cannot_hold() -> None:
    assert storable("\u2615 ok\n")
    assert not storable("a\x00") and not storable("\ud83d")
