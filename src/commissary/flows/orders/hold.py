"""Place holds on orders and resolve them; those whose time is over are closed by a sweep."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commissary.domain.orders import store as orders
from commissary.domain.orders.events import HoldPlaced, HoldResolved
from commissary.domain.orders.rules.holds import BLOCKED_BY, active_holds
from commissary.domain.orders.types import HoldRow
from commissary.kernel.decision import Refusal
from commissary.kernel.instant import instant_in_range
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.ids import new_id


class PlaceHold(NamedTuple):
    number: str
    kind: str
    reason: str
    expires_at: datetime | None = None
    line_number: int | None = None


class ResolveHold(NamedTuple):
    number: str
    hold_id: UUID
    resolution: str


async def place_holds(db: Db, actor: str, commands: Sequence[PlaceHold]) -> list[HoldRow | Refusal]:
    """A hold, or why it cannot stand, for each command."""
    locked = await orders.lock_orders(db, [command.number for command in commands])
    lines = {
        (line.order_id, line.line_number): line.id
        for line in await orders.lines_of(db, [order.id for order in locked.values()])
    }
    answers: list[HoldRow | Refusal] = []
    for command in commands:
        order = locked.get(command.number)
        if order is None:
            answers.append(Refusal("order_unknown", {"number": command.number}))
        elif command.kind not in BLOCKED_BY:
            answers.append(Refusal("hold_kind_unknown", {"kind": command.kind}, "/kind"))
        elif command.expires_at is not None and command.expires_at <= db.now:
            answers.append(Refusal("hold_expired_already", {}, "/expires_at"))
        elif command.expires_at is not None and not instant_in_range(command.expires_at):
            answers.append(Refusal("instant_out_of_range", {"year": command.expires_at.year}, "/expires_at"))
        elif command.line_number is not None and (order.id, command.line_number) not in lines:
            answers.append(Refusal("line_unknown", {"line_number": command.line_number}, "/line_number"))
        else:
            line_id = None if command.line_number is None else lines[order.id, command.line_number]
            blocks = BLOCKED_BY[command.kind]
            answers.append(
                HoldRow(
                    new_id(),
                    order.id,
                    line_id,
                    command.kind,
                    command.reason,
                    blocks,
                    db.now,
                    actor,
                    command.expires_at,
                )
            )
    placed = [row for row in answers if isinstance(row, HoldRow)]
    number_of = {order.id: order.number for order in locked.values()}
    await orders.insert_holds(db, placed, actor)
    await orders.raise_versions(db, [row.order_id for row in placed])
    await outbox.tell(
        db,
        actor,
        [
            HoldPlaced(
                subject=str(row.order_id),
                number=number_of[row.order_id],
                hold=str(row.id),
                kind=row.kind,
                reason=row.reason,
                blocks=row.blocks,
            )
            for row in placed
        ],
    )
    return answers


async def resolve_hold(db: Db, actor: str, command: ResolveHold) -> Refusal | None:
    """End a hold; None when it is over now. One that is over already is refused, so that nobody thinks they did it."""
    locked = await orders.lock_orders(db, [command.number])
    if command.number not in locked:
        return Refusal("order_unknown", {"number": command.number})
    order = locked[command.number]
    holds = await orders.holds_of(db, [order.id])
    hold = next((h for h in active_holds(holds, db.now) if h.id == command.hold_id), None)
    if hold is None:
        return Refusal("hold_not_active", {}, "")
    await orders.resolve_holds(db, [hold.id], actor, command.resolution)
    await orders.raise_versions(db, [order.id])
    await outbox.tell(db, actor, [_resolved(order.id, order.number, hold.id, hold.kind, command.resolution)])
    return None


async def expire_holds(db: Db, limit: int = 500) -> int:
    """Close holds whose time is over; returns how many."""
    over = await orders.expired_holds(db, limit)
    await orders.resolve_holds(db, [hold_id for hold_id, *_ in over], "clock", "expired")
    await orders.raise_versions(db, [order_id for _, order_id, *_ in over])
    await outbox.tell(
        db,
        "clock",
        [_resolved(order_id, number, hold_id, kind, "expired") for hold_id, order_id, number, kind in over],
    )
    return len(over)


def _resolved(order_id: UUID, number: str, hold_id: UUID, kind: str, resolution: str) -> HoldResolved:
    return HoldResolved(
        subject=str(order_id), number=number, hold=str(hold_id), kind=kind, resolution=resolution
    )
