"""Credits of a file: each is matched to earlier orders of its customer, and those units are canceled, exactly once.

They come after all orders of the file. A credit's cancellation carries its number as the reason, and the timeline of
an order is never edited; so what a credit has taken back is read from there, in the transaction that would take back
the rest. A lock for each credit keeps two imports from doing the same one at the same time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from commissary.domain.integrations.rules.credit_match import (
    Credit,
    Creditable,
    Matched,
    Taken,
    match_credits,
)
from commissary.domain.orders.types import CancelLine, CancelOrder
from commissary.entry.cli.importing.run import ACTOR, Run, retried
from commissary.flows.orders.cancel import Cancellation, cancel
from commissary.kernel.decision import Refusal
from commissary.platform import idempotency
from commissary.platform.db import Db
from commissary.platform.errors import TryAgain
from commissary.views.imports import canceled_before, creditable_lines

_CREDITS_AT_ONCE = 200


class CreditRow(NamedTuple):
    """A row of a file that takes something back."""

    row: int
    number: str
    customer: str | None
    order: str | None
    sku: str | None
    quantity: int | None
    placed_at: datetime | None

    @classmethod
    def of(cls, row: int, values: Mapping[str, object]) -> "CreditRow":
        """From the values of the mapping's credit fields."""
        return cls(row, *[values.get(name) for name in cls._fields[1:]])  # type: ignore[arg-type]


async def import_credits(run: Run, rows: Sequence[CreditRow]) -> None:
    """Cancel what the credits take back; report those that find no order."""
    run.progress.step("Credits", len(rows))
    for batch in _batches(_joined(run, rows)):
        outcome, canceled = await retried(partial(_take_back, run, batch))
        for index, credit in enumerate(batch):
            count = len(credit.rows)
            if index in outcome.unmatched:
                for row in credit.rows:
                    run.refuse(row, "credit", outcome.unmatched[index])
            elif index in outcome.done:
                run.tally["credit rows already here"] += count
            else:
                run.tally["credit rows matched"] += count
        run.tally["units canceled by credits"] += canceled
        run.progress.advance(sum(len(credit.rows) for credit in batch))


def _joined(run: Run, rows: Sequence[CreditRow]) -> list[Credit]:
    """Rows of one credit about one sku are one; in the order of time, so that each finds what it found before."""
    found: dict[tuple[str, str], list[CreditRow]] = defaultdict(list)
    for row in rows:
        if not row.number or row.sku is None or row.quantity is None:
            missing = "number" if not row.number else "sku" if row.sku is None else "quantity"
            run.refuse(row.row, f"credit.{missing}", "field_missing")
        elif row.quantity <= 0:
            run.refuse(row.row, "credit.quantity", "out_of_bounds", "Expected int >= 1")
        elif row.customer is None and row.order is None:
            run.refuse(row.row, "credit.customer", "credit_without_customer")
        elif len(row.number) > _LONGEST_NUMBER:
            run.refuse(
                row.row, "credit.number", "out_of_bounds", f"Expected str of length <= {_LONGEST_NUMBER}"
            )
        else:
            found[row.number, row.sku].append(row)
    made = [
        Credit(
            number, group[0].customer, group[0].order, sku, sum(row.quantity or 0 for row in group),
            group[0].placed_at, tuple(row.row for row in group),
        )
        for (number, sku), group in found.items()
    ]  # fmt: skip
    return sorted(made, key=lambda c: (c.placed_at.timestamp() if c.placed_at else 0.0, c.rows[0]))


_LONGEST_NUMBER = 150


def _batches(credits_: Sequence[Credit]) -> Iterator[list[Credit]]:
    """All credits of a customer stand in one batch, each batch a few hundred credits."""
    of_whom: dict[str, list[Credit]] = defaultdict(list)
    for credit in credits_:
        of_whom[f"order {credit.order}" if credit.customer is None else f"customer {credit.customer}"].append(
            credit
        )
    batch: list[Credit] = []
    for group in of_whom.values():
        batch += group
        if len(batch) >= _CREDITS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


async def _take_back(run: Run, batch: Sequence[Credit]) -> tuple[Matched, int]:
    async with run.app.database.transaction(run.organization) as db:
        await _lock(db, batch)
        lines = await creditable_lines(
            db,
            sorted({credit.customer for credit in batch if credit.customer is not None}),
            sorted({credit.order for credit in batch if credit.order is not None}),
            sorted({credit.sku for credit in batch}),
        )
        sku_of = {(line.order_id, line.line_number): line.sku for line in lines}
        before: Counter[tuple[str, str]] = Counter()
        for earlier in await canceled_before(
            db, sorted({line.order_id for line in lines}), sorted({credit.reason for credit in batch})
        ):
            if sku := sku_of.get((earlier.order_id, earlier.line_number)):
                before[earlier.reason, sku] += earlier.quantity
        matched = match_credits(batch, [Creditable(*line[1:]) for line in lines], before)
        return matched, await _cancel(db, batch, matched)


async def _lock(db: Db, batch: Sequence[Credit]) -> None:
    keys = sorted({f"import {credit.reason}" for credit in batch})
    for claim in await idempotency.claim(db, keys, [b""] * len(keys)):
        if claim.standing is idempotency.Standing.IN_FLIGHT:
            raise TryAgain("Another import takes these credits in now.")


async def _cancel(db: Db, batch: Sequence[Credit], matched: Matched) -> int:
    """Cancel in rounds, because an order stands in one batch of cancellations at most once."""
    waiting: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    for taken in matched.taken:
        waiting[taken.order_number, batch[taken.credit].reason].append(taken)
    rounds: dict[int, list[tuple[Cancellation, list[Taken]]]] = defaultdict(list)
    turn: Counter[str] = Counter()
    for (order_number, reason), group in waiting.items():
        units: Counter[int] = Counter()
        for taken in group:
            units[taken.line_number] += taken.quantity
        lines = tuple(CancelLine(line, quantity) for line, quantity in units.items())
        rounds[turn[order_number]].append((Cancellation(order_number, CancelOrder(reason, lines)), group))
        turn[order_number] += 1
    canceled = 0
    for number in sorted(rounds):
        answers = await cancel(db, ACTOR, [command for command, _ in rounds[number]])
        for (_, group), answer in zip(rounds[number], answers, strict=True):
            if isinstance(answer, Refusal):
                matched.unmatched.update({taken.credit: answer.code for taken in group})
            else:
                canceled += sum(answer.quantities.values())
    return canceled
