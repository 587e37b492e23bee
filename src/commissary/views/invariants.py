"""What must always hold, whatever happens: one statement each, which finds the rows that break it.

Every rule of the house that a single wrong row could betray stands here: stock, promises, money, orders, history and
the machinery's own queues. Nothing here decides anything; it is the proof, run by tests after every step, by
`commissary audit` over an installation, and by the worker for a metric. `docs/reference/invariants.md` explains them.
"""

from collections.abc import Sequence
from time import perf_counter
from typing import LiteralString, NamedTuple

from commissary.domain.orders.types import QuantityState
from commissary.platform.db import Db
from commissary.platform.queries import load_queries
from commissary.platform.telemetry import BROKEN_INVARIANTS

_SQL = load_queries("commissary.views", "invariants.sql")
# A broken rule is shown by examples: one wrong statement can break a million rows.
SHOWN = 20
_COUNTED: LiteralString = (
    "SELECT what, found, count(*) OVER () FROM (\n{}\n) AS broken (what, found) LIMIT %(shown)s"
)


class Invariant(NamedTuple):
    """`quick`: costs milliseconds even in a large organization, so it may run every minute."""

    name: str
    sentence: str
    quick: bool = False

    @property
    def code(self) -> str:
        """The number that the documentation uses, such as I2."""
        return self.name.partition("_")[0].upper()


class BrokenRow(NamedTuple):
    what: str
    found: str


class Finding(NamedTuple):
    """What a check found: how many rows break the invariant, the first of them, and how long it took."""

    invariant: Invariant
    rows: int
    examples: Sequence[BrokenRow]
    seconds: float


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("i1_balances_follow_ledger", "Each balance of a position is the sum of its movements."),
    Invariant("i1_groups_follow_ledger", "What a group has promised is the sum of its movements."),
    Invariant("i1_total_changes_at_the_door", "Stock enters and leaves only by receipt, issue and correction."),
    Invariant(
        "i2_stock_identity",
        "On hand + shortage = available + reserved + allocated + damaged + quality hold, none below zero.",
        quick=True,
    ),
    Invariant("i2_group_supply", "A group's supply is what its locations have available.", quick=True),
    Invariant("i2_reservations_fill_balances", "Reservations add up to what is reserved and allocated."),
    Invariant("i2_reservations_have_owners", "Each reservation belongs to a live line or cart, unit by unit."),
    Invariant("i3_no_oversell", "At no time was more promised at a place than was available there."),
    Invariant("i4_answered_orders_exist", "Every order that was acknowledged under a key exists."),
    Invariant("i4_deliveries_name_events", "Every delivery to a flow refers to an event."),
    Invariant("i5_effects_once", "One cause has one effect: no message, correction or capture counts twice."),
    Invariant("i6_order_totals", "An order's totals are the sums of its lines and charges, to the cent."),
    Invariant("i6_tenders_add_up", "The tenders of an order pay its total, or there are none."),
    Invariant("i7_line_quantities", "The quantity groups of a line add up to what was ordered."),
    Invariant("i8_history_explains_state", "What the events say of an order is what its units say."),
    Invariant("i10_deliveries_in_order", "Events of one subject are delivered in order, none skipped.", quick=True),
    Invariant("i12_nothing_reaches_out", "Nothing of an organization refers to another.", quick=True),
    Invariant("i14_nothing_outlives_its_end", "Nothing outlives its end by more than twice the sweep.", quick=True),
)  # fmt: skip
_CHECKS = {name: _COUNTED.replace("{}", statement) for name, statement in _SQL.items()}


async def check_invariant(db: Db, invariant: Invariant) -> Finding:
    """Run one check in the organization of this transaction."""
    started = perf_counter()
    rows = await db.fetch(
        _CHECKS[invariant.name],
        {"now": db.now, "states": list(QuantityState), "shown": SHOWN},
    )
    examples = [BrokenRow(what, found) for what, found, _ in rows]
    return Finding(invariant, rows[0][2] if rows else 0, examples, perf_counter() - started)


async def check_invariants(db: Db, *, quick_only: bool = False) -> list[Finding]:
    """Run all checks, or the quick ones, in the order of the table."""
    return [await check_invariant(db, i) for i in INVARIANTS if i.quick or not quick_only]


async def broken_invariants(db: Db, *, quick_only: bool = False) -> list[Finding]:
    """Only what is broken; for tests, which want it to be empty."""
    return [finding for finding in await check_invariants(db, quick_only=quick_only) if finding.rows]


async def measure_invariants(db: Db) -> bool:
    """Set the metric from the quick checks; a sweep that never has more to do."""
    for finding in await check_invariants(db, quick_only=True):
        BROKEN_INVARIANTS.labels(db.organization, finding.invariant.name).set(finding.rows)
    return False
