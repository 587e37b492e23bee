"""Values of a foreign file as our fields take them: text, whole numbers, amounts in minor units, instants in UTC.

Nothing is guessed. "1.5" units, 12.345 EUR, the 30th of February or a time without a zone are not rounded or moved
but refused with a reason, because only the sender knows what was meant.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from commissary.domain.integrations.rules.mapping_fields import FieldKind
from commissary.domain.integrations.rules.mapping_words import Rule, Section, template_columns
from commissary.domain.integrations.rules.row_kinds import as_text
from commissary.kernel.money import EXPONENT_OF, to_minor

Row = Mapping[str, object]
# A row and the order's currency → the value; None where the file says nothing.
Reader = Callable[[Row, str], object]

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,6})?")
_MEMORY = 50_000
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_YES, _NO = frozenset({"true", "yes", "1", "y"}), frozenset({"false", "no", "0", "n"})
_LARGEST = 10**15


class Unfit(Exception):
    """A value that its field cannot take: a code for the report, and the field."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


def section_readers(section: Section) -> dict[str, Reader]:
    """A reader for each field of a section, made once for a whole file."""
    return {name: _reader(rule) for name, rule in section.rules.items()}


def read_fields(readers: Mapping[str, Reader], row: Row, currency: str = "") -> dict[str, object]:
    """Values by field name, those that the file leaves empty left out. Raises Unfit with the field."""
    values = {}
    for name, read in readers.items():
        try:
            value = read(row, currency)
        except Unfit as unfit:
            raise Unfit(unfit.reason, name) from None
        if value is not None:
            values[name] = value
    return values


def nested(values: Mapping[str, object]) -> dict[str, object]:
    """`ship_to.country` as a table inside a table, as the commands have it."""
    made: dict[str, object] = {}
    for name, value in values.items():
        if "." in name:
            outer, _, inner = name.partition(".")
            inside = made.setdefault(outer, {})
            assert isinstance(inside, dict)
            inside[inner] = value
        else:
            made[name] = value
    return made


def _reader(rule: Rule) -> Reader:
    convert = _remembering(_converter(rule))
    factor = _factor(rule)
    if rule.column is None and rule.template is None:
        constant = rule.constant
        return lambda _, currency: convert(constant, currency)
    cell = _cell(rule)
    if factor is None:
        return lambda row, currency: convert(cell(row), currency)

    def multiplied(row: Row, currency: str) -> object:
        value = convert(cell(row), currency)
        return None if value is None else _product(value, factor(row))

    return multiplied


def _cell(rule: Rule) -> Callable[[Row], object]:
    if rule.template is None:
        column, default = rule.column or "", rule.default
        if default is None:
            return lambda row: row.get(column)
        return lambda row: default if _is_empty(value := row.get(column)) else value
    columns, default = template_columns(rule.template), rule.default
    parts = re.split(r"\{[^}]+\}", rule.template)

    def filled(row: Row) -> object:
        texts = [as_text(row.get(column)).strip() for column in columns]
        if not any(texts) and columns:
            return default
        return "".join(part + text for part, text in zip(parts, [*texts, ""], strict=True)).strip()

    return filled


def _factor(rule: Rule) -> Callable[[Row], Decimal] | None:
    times = rule.times
    if times is None:
        return None
    if not isinstance(times, str):
        number = Decimal(str(times))
        return lambda _: number

    def of_column(row: Row) -> Decimal:
        value = _decimal(row.get(times), rule.decimal_mark)
        if value is None:
            raise Unfit("factor_empty")
        return value

    return of_column


def _product(value: object, factor: Decimal) -> object:
    assert isinstance(value, int | float)
    product = Decimal(str(value)) * factor
    if abs(product) > _LARGEST:
        raise Unfit("number_too_large")
    if isinstance(value, float):
        return float(product)
    if product != product.to_integral_value():
        raise Unfit("not_a_whole_number")
    return int(product)


def _remembering(convert: Callable[[object, str], object]) -> Callable[[object, str], object]:
    """Files repeat themselves: the same few prices, dates and countries, hundreds of thousands of times."""
    seen: dict[tuple[object, str], object] = {}

    def remembered(value: object, currency: str) -> object:
        if not isinstance(value, str | float | datetime):
            return convert(value, currency)
        key = (value, currency)
        found = seen.get(key, seen)
        if found is seen:
            if len(seen) >= _MEMORY:
                seen.clear()
            found = seen[key] = convert(value, currency)
        return found

    return remembered


def _converter(rule: Rule) -> Callable[[object, str], object]:
    as_kind = _CONVERTERS[rule.kind]
    lookup = rule.lookup

    def convert(value: object, currency: str) -> object:
        if _is_empty(value):
            value = rule.default
            if value is None:
                return None
        if lookup is not None:
            value = lookup.get(as_text(value).strip(), lookup.get("*"))
            if value is None:
                raise Unfit("not_in_table")
        return as_kind(rule, value, currency)

    return convert


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or (isinstance(value, float) and math.isnan(value))


def _text(rule: Rule, value: object, _: str) -> str:
    if isinstance(value, bytes | list | dict):
        raise Unfit("not_a_text")
    text = as_text(value).strip()
    if "\x00" in text:
        raise Unfit("nul_character")
    return text.upper() if rule.case == "upper" else text.lower() if rule.case == "lower" else text


def _decimal(value: object, mark: str) -> Decimal | None:
    if _is_empty(value):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise Unfit("not_a_number")
    text = str(value).strip()
    if mark == "," and isinstance(value, str):
        if "." in text:
            raise Unfit("not_a_number")
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        raise Unfit("number_too_large" if re.fullmatch(r"[+-]?[0-9]+", text) else "not_a_number")
    return Decimal(text)


def _signed(rule: Rule, number: Decimal) -> Decimal:
    return -number if rule.sign == "negate" else abs(number) if rule.sign == "absolute" else number


def _whole(rule: Rule, value: object, _: str) -> int:
    number = _decimal(value, rule.decimal_mark)
    assert number is not None
    if abs(number) > _LARGEST:
        raise Unfit("number_too_large")
    if number != number.to_integral_value():
        raise Unfit("not_a_whole_number")
    return int(_signed(rule, number))


def _number(rule: Rule, value: object, _: str) -> float:
    number = _decimal(value, rule.decimal_mark)
    assert number is not None
    if abs(number) > _LARGEST:
        raise Unfit("number_too_large")
    return float(_signed(rule, number))


def _amount(rule: Rule, value: object, currency: str) -> int:
    if not rule.decimal:
        return _whole(rule, value, currency)
    number = _decimal(value, rule.decimal_mark)
    assert number is not None
    if currency not in EXPONENT_OF:
        raise Unfit("currency_unknown")
    if abs(number) > _LARGEST:
        raise Unfit("number_too_large")
    try:
        return to_minor(_signed(rule, number), currency)
    except ValueError as error:
        raise Unfit(
            "more_decimals_than_currency" if "decimals" in str(error) else "number_too_large"
        ) from None


def _moment(rule: Rule, value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        if rule.date_format:
            return datetime.strptime(as_text(value).strip(), rule.date_format)  # noqa: DTZ007 - zone follows
        if not isinstance(value, str):
            raise Unfit("not_a_date")
        return datetime.fromisoformat(value.strip())
    except ValueError:
        raise Unfit("not_a_date") from None


def _instant(rule: Rule, value: object, _: str) -> datetime:
    moment = _moment(rule, value)
    if moment.tzinfo is None:
        if rule.time_zone is None:
            raise Unfit("time_zone_missing")
        moment = moment.replace(tzinfo=ZoneInfo(rule.time_zone))
    try:
        instant = moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unfit("not_a_date") from None
    if not _EARLIEST <= instant < _LATEST:
        raise Unfit("date_out_of_bounds")
    return instant


def _date(rule: Rule, value: object, _: str) -> date:
    day = (
        value if isinstance(value, date) and not isinstance(value, datetime) else _moment(rule, value).date()
    )
    if not _EARLIEST.date() <= day < _LATEST.date():
        raise Unfit("date_out_of_bounds")
    return day


def _yes_no(_: Rule, value: object, __: str) -> bool:
    text = as_text(value).strip().lower()
    if text not in _YES and text not in _NO:
        raise Unfit("not_yes_or_no")
    return text in _YES


def _list(rule: Rule, value: object, _: str) -> list[str]:
    if isinstance(value, list):
        return [as_text(part) for part in value]
    return [part for part in (piece.strip() for piece in as_text(value).split(rule.split)) if part]


def _object(_: Rule, value: object, __: str) -> object:
    if not isinstance(value, Mapping):
        raise Unfit("not_an_object")
    return value


_CONVERTERS: dict[FieldKind, Callable[[Rule, object, str], object]] = {
    FieldKind.TEXT: _text,
    FieldKind.WHOLE: _whole,
    FieldKind.NUMBER: _number,
    FieldKind.AMOUNT: _amount,
    FieldKind.INSTANT: _instant,
    FieldKind.DATE: _date,
    FieldKind.YES_NO: _yes_no,
    FieldKind.LIST: _list,
    FieldKind.OBJECT: _object,
}
