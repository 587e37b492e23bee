"""Amounts, times and days as the reader writes them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from commissary.entry.console.reader import ANONYMOUS, Reader

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)

# minor units, currency, language, text (with spaces that do not break as _)
AMOUNTS = [
    (1234, "EUR", "en_US", "€12.34"),
    (1234, "JPY", "en_US", "¥1,234"),
    (1234, "KWD", "en_US", "KWD_1.234"),
    (1234, "IQD", "en_US", "IQD_1.234"),
    (1234, "CLF", "en_US", "CLF_0.1234"),
    (123456, "EUR", "de", "1.234,56_€"),
    (0, "ISK", "en_US", "ISK_0"),
    (-50, "USD", "en_US", "-$0.50"),
    (10**13, "USD", "en_US", "$100,000,000,000.00"),
]


def reader(language: str = "en_US", zone: str = "UTC") -> Reader:
    return Reader(ANONYMOUS, Locale.parse(language), ZoneInfo(zone), NOW)


@pytest.mark.parametrize(("minor", "currency", "language", "text"), AMOUNTS)
def test_amounts_show_the_decimals_of_their_currency(
    minor: int, currency: str, language: str, text: str
) -> None:
    assert reader(language).money(minor, currency) == text.replace("_", "\u00a0")


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5, seconds=59), "5 min ago"),
        (timedelta(hours=25), "1 d ago"),
        (timedelta(hours=-3), "in 3 h"),
        (timedelta(days=40), "Feb 17, 2026"),
    ],
)
def test_times_tell_the_distance(distance: timedelta, text: str) -> None:
    assert reader().ago(NOW - distance) == text


def test_a_day_begins_where_the_reader_is() -> None:
    brussels = reader(zone="Europe/Brussels")
    assert brussels.begin_of(date(2026, 3, 29)) == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert brussels.begin_of(date(2026, 3, 30)) == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)
    assert reader(zone="Pacific/Auckland").today() == date(2026, 3, 30)
