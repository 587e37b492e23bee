"""Which texts hold a card number: the issuers' published test numbers do, articles and parcels do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.kernel.card_numbers import check_digit_fits, holds_card_number

CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111 – 1111 – 1111 – 1111",
    "card: 5555555555554444, exp 01/30",
    "2223003122003222",
    "3782 822463 10005",
    "6011111111111117",
    "30569309025904",
    "3530111333300000",
    "4222222222222",
    "6759649826438453",
    "order 12 4111 1111 1111 1111 77",
    "４１１１１１１１１１１１１１１１",
]
NO_CARDS = [
    "",
    "4111111111111112",  # the check digit is wrong
    "4111 1111 1111",
    "1111111111111117",  # no issuer begins so
    "4006381333931",  # GTIN-13 whose check digit is not Luhn's
    "00340434292135100186",  # a parcel: 20 digits
    "41111111111111114111111111111111",  # longer than any card number
    "41111111.11111111",
    "tel. +49 170 1234567",
    "2026-01-31 12:30:00",
]


@pytest.mark.parametrize("text", CARDS)
def test_a_card_number_is_found(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize("text", NO_CARDS)
def test_other_digits_are_left_alone(text: str) -> None:
    assert not holds_card_number(text)


@given(st.integers(0, 10**14 - 1), st.sampled_from(["", " ", "-", " - "]))
def test_every_number_of_an_issuer_is_found_in_any_grouping(body: int, between: str) -> None:
    head = f"4{body:014d}"
    card = next(head + d for d in "0123456789" if check_digit_fits(head + d))
    written = between.join(card[start : start + 4] for start in range(0, 16, 4))
    assert holds_card_number(f"pay with {written} please")


@given(st.text())
def test_any_text_can_be_asked(text: str) -> None:
    holds_card_number(text)
