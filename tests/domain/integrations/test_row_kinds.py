"""What a row of an order file is."""

import math

import pytest

from commissary.domain.integrations.rules.row_kinds import RowKind, RowRule, RowSorter, holds
from commissary.domain.integrations.rules.row_kinds import test_of as passing

RULES = [
    RowRule({"sku": passing({"in": ["POST", "DOT"]}), "units": passing({"above": 0})}, RowKind.CHARGE),
    RowRule({"invoice": passing({"starts_with": "C"})}, RowKind.CREDIT),
    RowRule({"price": passing(0), "customer": passing({"empty": True})}, RowKind.REFUSED, "correction"),
    RowRule({"sku": passing({"matches": "gift_.*"})}, RowKind.SKIPPED),
]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"sku": "A", "invoice": "1", "units": 1.0, "price": 2.5, "customer": None}, None),
        ({"sku": "POST", "invoice": "1", "units": 1.0}, RowKind.CHARGE),
        ({"sku": "POST", "invoice": "1", "units": "1"}, RowKind.CHARGE),
        ({"sku": "POST", "invoice": "1", "units": -1.0}, None),
        ({"sku": "POST", "invoice": "C1", "units": -1.0}, RowKind.CREDIT),
        ({"sku": "A", "invoice": "1", "price": 0.0, "customer": math.nan}, RowKind.REFUSED),
        ({"sku": "A", "invoice": "1", "price": 0.0, "customer": 17850.0}, None),
        ({"sku": "gift_001", "invoice": "1"}, RowKind.SKIPPED),
        ({"sku": "gift_001", "invoice": "1", "units": "many"}, RowKind.SKIPPED),
        ({}, None),
    ],
)
def test_the_first_rule_that_holds_decides(row: dict[str, object], kind: RowKind | None) -> None:
    sorter = RowSorter(RULES)
    rule = sorter.rule_of(row)
    assert (None if rule is None else rule.kind) == kind
    assert sorter.rule_of(row) is rule  # from memory
    assert rule == next((r for r in RULES if holds(r.when, row)), None)


def test_no_rules_make_plain_lines() -> None:
    assert RowSorter([]).rule_of({"sku": "A"}) is None


@pytest.mark.parametrize("given", [{}, {"in": []}, {"below": True}, {"matches": "("}, {"empty": "yes"}])
def test_a_test_that_means_nothing_is_refused(given: object) -> None:
    with pytest.raises(ValueError):
        passing(given)
