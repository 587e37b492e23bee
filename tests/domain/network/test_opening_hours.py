"""When a location is open, by its own clock; also in the nights when the clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.network.rules.opening_hours import canonical_hours, is_open
from commissary.domain.network.types import OpeningHours, Weekday
from commissary.kernel.decision import Refusal

# what hangs on the door                                   refused as                 at
HOURS: list[tuple[OpeningHours, str | None, str]] = [
    ({}, None, ""),
    ({"monday": [["09:00", "18:00"]]}, None, ""),
    ({"monday": [["14:00", "18:00"], ["09:00", "12:00"]]}, None, ""),
    ({"monday": [["09:00", "12:00"], ["12:00", "18:00"]]}, None, ""),
    ({"monday": []}, None, ""),
    ({"friday": [["18:00", "24:00"]], "saturday": [["00:00", "02:00"]]}, None, ""),
    ({"monday": [["24:00", "24:00"]]}, "opening_hours_invalid", "/opening_hours/monday/0"),
    ({"monday": [["18:00", "02:00"]]}, "opening_hours_invalid", "/opening_hours/monday/0"),
    ({"monday": [["09:00", "09:00"]]}, "opening_hours_invalid", "/opening_hours/monday/0"),
    ({"monday": [["09:00", "12:00"], ["9:00", "18:00"]]}, "opening_hours_invalid", "/opening_hours/monday/1"),
    ({"monday": [["09:00", "25:00"]]}, "opening_hours_invalid", "/opening_hours/monday/0"),
    ({"monday": [["09:00", "24:01"]]}, "opening_hours_invalid", "/opening_hours/monday/0"),
    ({"monday": [["09:60", "18:00"]]}, "opening_hours_invalid", "/opening_hours/monday/0"),
    ({"monday": [["٠٩:٠٠", "18:00"]]}, "opening_hours_invalid", "/opening_hours/monday/0"),
    ({"monday": [["09:00\n", "18:00"]]}, "opening_hours_invalid", "/opening_hours/monday/0"),
    ({"monday": [["09:00"]]}, "opening_hours_invalid", "/opening_hours/monday/0"),
    ({"monday": [["09:00", "12:00"], ["11:59", "18:00"]]}, "opening_hours_overlap", "/opening_hours/monday"),
    ({"Monday": [["09:00", "18:00"]]}, "weekday_unknown", "/opening_hours/Monday"),
]


@pytest.mark.parametrize(("hours", "code", "field"), HOURS)
def test_hours(hours: OpeningHours, code: str | None, field: str) -> None:
    answer = canonical_hours(hours)
    if code is None:
        assert not isinstance(answer, Refusal)
    else:
        assert isinstance(answer, Refusal) and (answer.code, answer.field) == (code, field)


def test_hours_are_kept_in_order() -> None:
    given_hours = {"tuesday": [["14:00", "18:00"], ["09:00", "12:00"]], "monday": [["09:00", "24:00"]]}
    kept = canonical_hours(given_hours)
    assert not isinstance(kept, Refusal)
    assert list(kept) == ["monday", "tuesday"]
    assert kept["tuesday"] == [["09:00", "12:00"], ["14:00", "18:00"]]


STORE = {"sunday": [["02:00", "02:45"], ["09:00", "18:00"]], "saturday": [["20:00", "24:00"]]}
# In Berlin the clocks went from 02:00 to 03:00 on 29 March 2026, and go from 03:00 back to 02:00 on 25 October.
INSTANTS: list[tuple[str, str, bool]] = [
    ("a Sunday in winter, 09:00", "2026-01-11T08:00Z", True),
    ("a Sunday in summer, 09:00", "2026-07-12T07:00Z", True),
    ("a Sunday in summer, 08:59", "2026-07-12T06:59Z", False),
    ("a Sunday, 17:59", "2026-01-11T16:59:59Z", True),
    ("a Sunday, 18:00: closing is closed", "2026-01-11T17:00Z", False),
    ("a Saturday, 23:59", "2026-01-10T22:59:59Z", True),
    ("a Sunday, 00:00: the Saturday is over", "2026-01-10T23:00Z", False),
    ("a Monday", "2026-01-12T10:00Z", False),
    ("before the gap, 01:59", "2026-03-29T00:59Z", False),
    ("after the gap, 03:00: the hour at two never was", "2026-03-29T01:00Z", False),
    ("the doubled hour, 02:30 the first time", "2026-10-25T00:30Z", True),
    ("the doubled hour, 02:50 the first time", "2026-10-25T00:50Z", False),
    ("the doubled hour, 02:30 the second time", "2026-10-25T01:30Z", True),
    ("after it, 03:00", "2026-10-25T02:00Z", False),
]


@pytest.mark.parametrize(("what", "instant", "opened"), INSTANTS)
def test_open_by_the_clock_on_the_wall(what: str, instant: str, opened: bool) -> None:
    assert is_open(STORE, "Europe/Berlin", datetime.fromisoformat(instant)) is opened, what


def test_no_hours_mean_always_open() -> None:
    assert is_open({}, "Asia/Tokyo", datetime(2026, 1, 1, 3, tzinfo=UTC))
    assert not is_open({"monday": []}, "Asia/Tokyo", datetime(2026, 1, 1, 3, tzinfo=UTC))


_MINUTES = st.lists(st.integers(0, 1440), unique=True, max_size=8).map(sorted)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@given(_MINUTES, st.integers(0, 1439), st.sampled_from(list(Weekday)))
def test_open_minutes_are_those_of_the_spans(bounds: list[int], minute: int, day: Weekday) -> None:
    spans = [(a, b) for a, b in zip(bounds[::2], bounds[1::2], strict=False) if a < 1440]
    hours = canonical_hours({day.value: [[_clock(a), _clock(b)] for a, b in reversed(spans)]})
    assert not isinstance(hours, Refusal)
    monday = datetime(2026, 1, 5, tzinfo=UTC)
    instant = monday + timedelta(days=list(Weekday).index(day), minutes=minute)
    assert is_open(hours, "UTC", instant) is any(a <= minute < b for a, b in spans)
    assert not is_open(hours, "UTC", instant + timedelta(days=1))
    assert canonical_hours(hours) == hours


@given(st.dictionaries(st.text(max_size=9), st.lists(st.lists(st.text(max_size=6), max_size=3), max_size=3)))
def test_whatever_comes_is_hours_or_a_refusal_with_a_field(hours: dict[str, list[list[str]]]) -> None:
    answer = canonical_hours(hours)
    assert not isinstance(answer, Refusal) or answer.field.startswith("/opening_hours/")
