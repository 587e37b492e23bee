"""What a row of an order file is: a line, a charge, a credit, nothing, or something that no order can hold.

Files of invoices mix them: postage and bad debt stand among the goods under codes of their own. The first rule whose
tests all hold says what the row is; a row that none speaks of is a line.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

Test = Callable[[object], bool]
_MEMORY = 50_000


class RowKind(StrEnum):
    LINE = "line"
    CHARGE = "charge"
    CREDIT = "credit"
    SKIPPED = "skipped"
    REFUSED = "refused"


class RowRule(NamedTuple):
    """`when`: tests by column, all of which must hold. `reason` and `field` are for the report of a refused row."""

    when: Mapping[str, Test]
    kind: RowKind
    reason: str = ""
    field: str = ""


class RowSorter:
    """Finds the first rule that holds for a row; None for a plain line.

    For each value of a column it remembers which rules its tests let pass, as bits: a file of a million rows has few
    different values in the columns that tell its rows apart.
    """

    def __init__(self, rules: Sequence[RowRule]) -> None:
        self._rules = rules
        self._columns: dict[str, tuple[list[tuple[int, Test]], int, dict[object, int]]] = {}
        for column in dict.fromkeys(column for rule in rules for column in rule.when):
            tests = [(1 << i, rule.when[column]) for i, rule in enumerate(rules) if column in rule.when]
            others = sum(1 << i for i, rule in enumerate(rules) if column not in rule.when)
            self._columns[column] = (tests, others, {})

    def rule_of(self, row: Mapping[str, object]) -> RowRule | None:
        """The rule for one row."""
        left = -1
        for column, (tests, others, seen) in self._columns.items():
            value = row.get(column)
            if not isinstance(value, str | float | None):
                passed = _passed(value, tests, others)
            elif (known := seen.get(value)) is not None:
                passed = known
            else:
                if len(seen) >= _MEMORY:
                    seen.clear()
                passed = seen[value] = _passed(value, tests, others)
            left &= passed
            if not left:
                return None
        return self._rules[(left & -left).bit_length() - 1] if self._columns else None


def _passed(value: object, tests: Sequence[tuple[int, Test]], others: int) -> int:
    return others + sum(bit for bit, test in tests if test(value))


def holds(when: Mapping[str, Test], row: Mapping[str, object]) -> bool:
    """Whether every test holds."""
    return all(test(row.get(column)) for column, test in when.items())


def as_text(value: object) -> str:
    """A cell as people read it: 17850.0 is 17850, nothing is empty."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        return "" if math.isnan(value) else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def test_of(given: object) -> Test:
    """`is`, `in`, `starts_with`, `matches`, `below`, `above`, `empty`; a bare value means `is`. Raises ValueError."""
    if not isinstance(given, Mapping):
        return _is([given])
    tests = []
    for name, wanted in given.items():
        make = _TESTS.get(str(name))
        if make is None:
            raise ValueError(f"{name!r} is no test; there are {', '.join(_TESTS)}")
        tests.append(make(wanted))
    if not tests:
        raise ValueError("has no test")
    if len(tests) == 1:
        return tests[0]
    return lambda value: all(test(value) for test in tests)


def _is(wanted: Sequence[object]) -> Test:
    texts = frozenset(as_text(value) for value in wanted)
    return lambda value: (value if isinstance(value, str) else as_text(value)) in texts


def _in(wanted: object) -> Test:
    if not isinstance(wanted, list) or not wanted:
        raise ValueError("`in` needs a list of values")
    return _is(wanted)


def _starts(wanted: object) -> Test:
    if not isinstance(wanted, str) or not wanted:
        raise ValueError("`starts_with` needs a text")
    return lambda value: as_text(value).startswith(wanted)


def _matches(wanted: object) -> Test:
    try:
        found = re.compile(str(wanted)).fullmatch
    except re.error as error:
        raise ValueError(f"`matches` is no regular expression: {error}") from None
    return lambda value: found(as_text(value)) is not None


def _bound(wanted: object) -> float:
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        raise ValueError("`below` and `above` need a number")
    return wanted


def _below(wanted: object) -> Test:
    bound = _bound(wanted)
    return lambda value: (number := _number(value)) is not None and number < bound


def _above(wanted: object) -> Test:
    bound = _bound(wanted)
    return lambda value: (number := _number(value)) is not None and number > bound


def _number(value: object) -> float | Decimal | None:
    if isinstance(value, int | float):
        return value
    try:
        number = Decimal(as_text(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _empty(wanted: object) -> Test:
    if not isinstance(wanted, bool):
        raise ValueError("`empty` is true or false")
    return lambda value: (not as_text(value).strip()) is wanted


_TESTS: dict[str, Callable[[object], Test]] = {
    "is": lambda wanted: _is([wanted]),
    "in": _in,
    "starts_with": _starts,
    "matches": _matches,
    "below": _below,
    "above": _above,
    "empty": _empty,
}
