"""What a cell becomes, and what is refused instead of guessed."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.integrations.rules.mapping_fields import FieldKind
from commissary.domain.integrations.rules.mapping_values import Unfit, nested, read_fields, section_readers
from commissary.domain.integrations.rules.mapping_words import Rule, Section
from commissary.kernel.money import from_minor

_K = FieldKind


def value(kind: FieldKind, cell: object, currency: str = "GBP", **more: Any) -> object:
    rule = Rule("columns.x", kind, **({"column": "c"} | more))
    row = {"c": cell, "n": more.pop("n", "3")}
    return read_fields(section_readers(Section("columns", {"x": rule})), row, currency).get("x")


@pytest.mark.parametrize(
    ("kind", "cell", "more", "wanted"),
    [
        (_K.TEXT, " a ", {}, "a"),
        (_K.TEXT, 17850.0, {}, "17850"),
        (_K.TEXT, "b", {"case": "upper"}, "B"),
        (_K.TEXT, "=1+1", {}, "=1+1"),
        (_K.TEXT, " ", {"default": "none"}, "none"),
        (_K.TEXT, math.nan, {}, None),
        (_K.TEXT, "Norway", {"lookup": {"Norway": "NO"}}, "NO"),
        (_K.TEXT, "Mars", {"lookup": {"*": "ZZ"}}, "ZZ"),
        (_K.TEXT, "x", {"column": None, "template": "{c} of {n}"}, "x of 3"),
        (_K.TEXT, "x", {"column": None, "constant": "web"}, "web"),
        (_K.WHOLE, "6.0", {}, 6),
        (_K.WHOLE, -6.0, {"sign": "negate"}, 6),
        (_K.WHOLE, "-6", {"sign": "absolute"}, 6),
        (_K.WHOLE, "6", {"times": 10}, 60),
        (_K.WHOLE, "1.5", {"times": 2}, Unfit("not_a_whole_number")),
        (_K.AMOUNT, "2.55", {"decimal": True}, 255),
        (_K.AMOUNT, 2.55, {"decimal": True}, 255),
        (_K.AMOUNT, Decimal("2.55"), {"decimal": True}, 255),
        (_K.AMOUNT, "2,55", {"decimal": True, "decimal_mark": ","}, 255),
        (_K.AMOUNT, "255", {}, 255),
        (_K.AMOUNT, "2.55", {"decimal": True, "times": "n"}, 765),
        (_K.AMOUNT, "12", {"decimal": True, "currency": "JPY"}, 12),
        (_K.AMOUNT, "12.1", {"decimal": True, "currency": "JPY"}, Unfit("more_decimals_than_currency")),
        (_K.AMOUNT, "12.1", {"decimal": True, "currency": "XXQ"}, Unfit("currency_unknown")),
        (_K.INSTANT, "2011-07-01T10:00", {"time_zone": "Europe/London"}, datetime(2011, 7, 1, 9, tzinfo=UTC)),
        (_K.INSTANT, "2011-07-01T10:00+02:00", {}, datetime(2011, 7, 1, 8, tzinfo=UTC)),
        (
            _K.INSTANT,
            "01/07/2011 10:00",
            {"time_zone": "UTC", "date_format": "%d/%m/%Y %H:%M"},
            datetime(2011, 7, 1, 10, tzinfo=UTC),
        ),
        (_K.DATE, "2011-07-01 00:00:00", {}, date(2011, 7, 1)),
        (_K.YES_NO, "No", {}, False),
        (_K.LIST, "a| b|", {"split": "|"}, ["a", "b"]),
        (_K.NUMBER, "-23.5", {}, -23.5),
        (_K.WHOLE, "1,5", {}, Unfit("not_a_number")),
        (_K.WHOLE, "1_000", {}, Unfit("not_a_number")),
        (_K.WHOLE, "١", {}, Unfit("not_a_number")),
        (_K.WHOLE, "1e400", {}, Unfit("number_too_large")),
        (_K.WHOLE, "9" * 4000, {}, Unfit("number_too_large")),
        (_K.WHOLE, math.inf, {}, Unfit("not_a_number")),
        (_K.WHOLE, True, {}, Unfit("not_a_number")),
        (_K.AMOUNT, "nan", {"decimal": True}, Unfit("not_a_number")),
        (_K.AMOUNT, "1,234.50", {"decimal": True}, Unfit("not_a_number")),
        (_K.INSTANT, "2011-07-01T10:00", {}, Unfit("time_zone_missing")),
        (_K.INSTANT, "2011-02-30", {"time_zone": "UTC"}, Unfit("not_a_date")),
        (_K.INSTANT, "0001-01-01T00:00", {"time_zone": "Asia/Tokyo"}, Unfit("not_a_date")),
        (_K.INSTANT, 40000, {"time_zone": "UTC"}, Unfit("not_a_date")),
        (_K.YES_NO, "maybe", {}, Unfit("not_yes_or_no")),
        (_K.TEXT, "Mars", {"lookup": {"Norway": "NO"}}, Unfit("not_in_table")),
        (_K.TEXT, "a\x00b", {}, Unfit("nul_character")),
        (_K.TEXT, {"a": 1}, {}, Unfit("not_a_text")),
    ],
)
def test_values(kind: FieldKind, cell: object, more: dict[str, Any], wanted: object) -> None:
    if isinstance(wanted, Unfit):
        with pytest.raises(Unfit) as caught:
            value(kind, cell, **more)
        assert (caught.value.reason, caught.value.field) == (wanted.reason, "x")
    else:
        assert value(kind, cell, **more) == wanted


@given(st.integers(0, 10**12))
def test_a_decimal_amount_comes_back_as_it_was(minor: int) -> None:
    assert value(_K.AMOUNT, str(from_minor(minor, "BHD")), "BHD", decimal=True) == minor


@given(st.text() | st.floats() | st.integers() | st.none() | st.booleans() | st.binary())
def test_any_cell_is_a_value_or_a_reason(cell: object) -> None:
    for kind in FieldKind:
        try:
            value(kind, cell, decimal=True, time_zone="Europe/London")
        except Unfit as unfit:
            assert unfit.reason


def test_dots_make_tables() -> None:
    assert nested({"a": 1, "b.c": 2, "b.d": 3}) == {"a": 1, "b": {"c": 2, "d": 3}}
