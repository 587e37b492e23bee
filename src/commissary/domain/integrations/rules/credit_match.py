"""Which orders a foreign credit takes back: files of invoices name the customer and the goods, seldom the order.

A credit is matched to earlier orders of the same customer with the same sku, the most recent first, over as many as
it needs. It is matched whole or not at all: half a credit would hide that the other half was never found.

    ordered 1 May 10, 3 May 4      credit of 5 May: 6   →   4 of 3 May, 2 of 1 May
    the same                       credit of 5 May: 15  →   unmatched: only 14 can still be canceled
    the same                       credit of 2 May: 12  →   unmatched: on 2 May 10 had been ordered

Units that an earlier run of the same credit took back count as matched, so a second run cancels nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple


class Credit(NamedTuple):
    """All rows of one credit note about one sku. `order` is set where the file names the order itself."""

    number: str
    customer: str | None
    order: str | None
    sku: str
    quantity: int
    placed_at: datetime | None
    rows: tuple[int, ...]

    @property
    def reason(self) -> str:
        """The words of the cancellation, by which a second run finds it again."""
        return f"credit {self.number}"


class Creditable(NamedTuple):
    """A line of an order, with the units that may still be canceled."""

    order_number: str
    customer: str | None
    sku: str
    line_number: int
    open_quantity: int
    placed_at: datetime


class Taken(NamedTuple):
    """Units to cancel of one line because of one credit."""

    credit: int
    order_number: str
    line_number: int
    quantity: int


class Matched(NamedTuple):
    """`unmatched`: reason by index of the credit. `done`: indexes of credits that an earlier run took back."""

    taken: list[Taken]
    unmatched: dict[int, str]
    done: set[int]


def match_credits(
    given: Sequence[Credit], lines: Iterable[Creditable], before: Mapping[tuple[str, str], int]
) -> Matched:
    """Units to cancel for each credit, in the order given. `before`: units by (reason, sku) canceled earlier."""
    of_sku: dict[str, list[Creditable]] = {}
    for line in sorted(
        lines, key=lambda line: (line.placed_at, line.order_number, line.line_number), reverse=True
    ):
        of_sku.setdefault(line.sku, []).append(line)
    left = {line[:4]: line.open_quantity for group in of_sku.values() for line in group}
    matched = Matched([], {}, set())
    for index, credit in enumerate(given):
        wanted = credit.quantity - before.get((credit.reason, credit.sku), 0)
        if wanted <= 0:
            matched.done.add(index)
            continue
        fitting = [line for line in of_sku.get(credit.sku, ()) if _may_take(credit, line)]
        if not fitting:
            matched.unmatched[index] = "credit_without_order"
        elif sum(left[line[:4]] for line in fitting) < wanted:
            matched.unmatched[index] = "credit_above_open_units"
        else:
            _take(matched, index, wanted, fitting, left)
    return matched


def _may_take(credit: Credit, line: Creditable) -> bool:
    if credit.order is not None:
        return line.order_number == credit.order
    return (
        credit.customer is not None
        and line.customer == credit.customer
        and (credit.placed_at is None or line.placed_at <= credit.placed_at)
    )


def _take(
    matched: Matched,
    index: int,
    wanted: int,
    lines: Sequence[Creditable],
    left: dict[tuple[str, str | None, str, int], int],
) -> None:
    for line in lines:
        units = min(wanted, left[line[:4]])
        if units:
            matched.taken.append(Taken(index, line.order_number, line.line_number, units))
            left[line[:4]] -= units
            wanted -= units
