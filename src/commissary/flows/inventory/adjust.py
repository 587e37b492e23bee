"""Correct balances by hand, each with a reason: found, lost, broken, set aside for quality."""

from collections.abc import Sequence
from uuid import UUID

from commissary.domain.catalog import store as catalog
from commissary.domain.catalog.rules.sku import canonical_sku
from commissary.domain.inventory import store as inventory
from commissary.domain.inventory.events import ShortageArisen, StockAdjusted
from commissary.domain.inventory.rules.adjustment import decide_adjust
from commissary.domain.inventory.rules.ledger import Worksheet
from commissary.domain.inventory.types import Account, Adjustment
from commissary.domain.network import store as network
from commissary.kernel.decision import Refusal
from commissary.kernel.fact import Fact
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.ids import new_id


async def adjust(
    db: Db, actor: str, adjustments: Sequence[Adjustment], scope: frozenset[int] | None = None
) -> list[UUID | Refusal]:
    """The id under which the ledger shows each correction, or why it was refused. `scope`: locations allowed."""
    await network.hold_grouping(db)
    items = await catalog.ids_of(db, list({canonical_sku(a.sku) for a in adjustments}))
    places = await network.find_locations(db, list({a.location for a in adjustments}))
    resolved = [(items.get(canonical_sku(a.sku)), places.get(a.location)) for a in adjustments]
    pairs = [(item.id, place.id) for item, place in resolved if item is not None and place is not None]
    entered = [
        (item.id, place.id)
        for wanted, (item, place) in zip(adjustments, resolved, strict=True)
        if item is not None
        and place is not None
        and wanted.change > 0
        and (scope is None or place.id in scope)
    ]
    group_of = {p.id: p.reserving_group_id for p in places.values() if p.reserving_group_id is not None}
    await inventory.create_places(db, entered, [(i, group_of[at]) for i, at in entered if at in group_of])
    worksheet = Worksheet(await inventory.lock_balances(db, pairs, [], group_of))
    answers: list[UUID | Refusal] = []
    facts: list[Fact] = []
    for index, (wanted, (item, place)) in enumerate(zip(adjustments, resolved, strict=True)):
        field = f"/{index}"
        refusal: Refusal | None
        if item is None:
            refusal = Refusal("sku_unknown", {"sku": wanted.sku}, f"{field}/sku")
        elif place is None:
            refusal = Refusal("location_unknown", {"location": wanted.location}, f"{field}/location")
        elif scope is not None and place.id not in scope:
            refusal = Refusal("location_not_yours", {"location": wanted.location}, f"{field}/location")
        else:
            cause = new_id()
            before = worksheet.balance(item.id, place.id, Account.SHORTAGE)
            refusal = decide_adjust(worksheet, item.id, place.id, wanted.change, wanted.account, str(cause))
            if refusal is None:
                answers.append(cause)
                subject = f"{wanted.sku}@{wanted.location}"
                facts.append(
                    StockAdjusted(
                        subject=subject, change=wanted.change, account=wanted.account, reason=wanted.reason
                    )
                )
                owed = worksheet.balance(item.id, place.id, Account.SHORTAGE)
                if owed > before:
                    facts.append(
                        ShortageArisen(subject=subject, item_id=item.id, location_id=place.id, shortage=owed)
                    )
                continue
            refusal = Refusal(refusal.code, refusal.facts, field + refusal.field)
        answers.append(refusal)
    reasons = {
        str(cause): wanted.reason
        for wanted, cause in zip(adjustments, answers, strict=True)
        if isinstance(cause, UUID)
    }
    await inventory.write_change(db, worksheet.change(), actor, reasons=reasons)
    await outbox.tell(db, actor, facts)
    return answers
