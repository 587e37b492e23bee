"""What an organization may set about its orders, and what each setting must look like.

default_location_group   the code of a reserving group: where lines take stock that name no place
order_number_pattern     such as {year}-{sequence:06}
screening                {"total_minor": {"EUR": 50000}, "units": 100}: above it an order waits for review
"""

from collections.abc import Mapping
from typing import Any

from commissary.domain.orders.rules.order_number import pattern_refusal
from commissary.kernel.decision import Refusal
from commissary.kernel.money import EXPONENT_OF, MAX_AMOUNT_MINOR
from commissary.kernel.quantity import MAX_QUANTITY

DEFAULT_GROUP = "default_location_group"
NUMBER_PATTERN = "order_number_pattern"
SCREENING = "screening"
NAMES = (DEFAULT_GROUP, NUMBER_PATTERN, SCREENING)


def setting_refusal(name: str, value: Any, reserving_groups: Mapping[str, bool]) -> Refusal | None:
    """Why this value cannot be set; None when it can. `reserving_groups`: known groups, and whether they reserve."""
    if name not in NAMES:
        return Refusal("setting_unknown", {"name": name[:100], "known": ", ".join(NAMES)})
    if name == SCREENING:
        return _screening_refusal(value)
    if not isinstance(value, str):
        return Refusal("setting_value_wrong", {"expected": "text"}, "/value")
    if name == NUMBER_PATTERN:
        refusal = pattern_refusal(value)
        return refusal and Refusal(refusal.code, refusal.facts, "/value")
    if value not in reserving_groups:
        return Refusal("location_group_unknown", {"group": value[:100]}, "/value")
    if not reserving_groups[value]:
        return Refusal("group_takes_no_reservations", {"location_group": value}, "/value")
    return None


def _screening_refusal(value: Any) -> Refusal | None:
    if not isinstance(value, dict) or not value.keys() <= {"total_minor", "units"}:
        return Refusal("setting_value_wrong", {"expected": "total_minor and units"}, "/value")
    totals = value.get("total_minor", {})
    if not isinstance(totals, dict):
        return Refusal("setting_value_wrong", {"expected": "amounts by currency"}, "/value/total_minor")
    for currency, amount in totals.items():
        if currency not in EXPONENT_OF:
            return Refusal(
                "currency_unknown", {"currency": currency[:20]}, f"/value/total_minor/{currency[:20]}"
            )
        if not _is_whole(amount, MAX_AMOUNT_MINOR):
            return Refusal("setting_value_wrong", {"expected": "an amount"}, f"/value/total_minor/{currency}")
    if "units" in value and not _is_whole(value["units"], MAX_QUANTITY):
        return Refusal("setting_value_wrong", {"expected": "a number of units"}, "/value/units")
    return None


def _is_whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
