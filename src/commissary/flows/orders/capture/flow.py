"""Capture orders: complete, priced, known, and reserved; a whole batch in a handful of statements.

An order is accepted whole or refused whole. A number that came before with the same content gets the same answer;
with other content it is refused. Wants of all orders of the batch are decided against one worksheet, so the last unit
goes to exactly one of them.
"""

from collections.abc import Sequence

from commissary.domain.customers import store as customers
from commissary.domain.inventory import store as inventory
from commissary.domain.inventory.rules.ledger import Worksheet
from commissary.domain.orders import store as orders
from commissary.domain.orders.rules.capture import Known
from commissary.domain.orders.rules.order_number import DEFAULT_PATTERN
from commissary.domain.orders.rules.setting import DEFAULT_GROUP, NUMBER_PATTERN
from commissary.domain.orders.types import Captured, ChargeRow
from commissary.domain.payments import store as payments
from commissary.flows.orders.capture import rows
from commissary.flows.orders.capture.draft import (
    CaptureRequest,
    Draft,
    answer_of,
    decide_draft,
    number_taken,
    reserve,
)
from commissary.flows.orders.capture.load import known_of, numbers_of, repeated_answers
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.settings import read_settings


async def capture(db: Db, actor: str, requests: Sequence[CaptureRequest]) -> list[Captured | Refusal]:
    """An answer for each request, in the order given."""
    settings = await read_settings(db, (DEFAULT_GROUP, NUMBER_PATTERN))
    numbered = await numbers_of(db, requests, settings.get(NUMBER_PATTERN, DEFAULT_PATTERN))
    known = await known_of(db, requests, settings.get(DEFAULT_GROUP))
    repeated = await repeated_answers(db, requests, numbered, known)

    answers: list[Captured | Refusal | None] = []
    drafts: list[tuple[int, Draft]] = []
    for index, (request, number) in enumerate(zip(requests, numbered, strict=True)):
        answer = repeated.get(index) or decide_draft(request, number, known)
        if isinstance(answer, Draft):
            drafts.append((index, answer))
        answers.append(None if isinstance(answer, Draft) else answer)

    worksheet = await _open_worksheet(db, drafts, known)
    accepted: dict[str, tuple[int, Draft]] = {}
    for index, draft in drafts:
        # Only an order that was accepted takes its number: one that is refused leaves it to the next.
        first = accepted.get(draft.number)
        if first is None:
            refusal = reserve(worksheet, draft)
            answers[index] = refusal or answer_of(draft)
            if refusal is None:
                accepted[draft.number] = (index, draft)
        elif first[1].request.body_hash == draft.request.body_hash:
            answers[index] = answers[first[0]]
        else:
            answers[index] = number_taken(draft.number)
    if accepted:
        await _write(db, actor, [draft for _, draft in accepted.values()], worksheet)
    return [answer for answer in answers if answer is not None]


async def _open_worksheet(db: Db, drafts: Sequence[tuple[int, Draft]], known: Known) -> Worksheet:
    sources = [source for _, draft in drafts for source in draft.sources]
    balances = await inventory.lock_balances(
        db,
        [(s.item_id, s.location_id) for s in sources if s.location_id is not None],
        [(s.item_id, s.group_id) for s in sources if s.location_id is None and s.group_id is not None],
        {place.id: place.group_id for place in known.places.values() if place.group_id is not None},
    )
    return Worksheet(balances)


async def _write(db: Db, actor: str, drafts: Sequence[Draft], worksheet: Worksheet) -> None:
    holds = [hold for draft in drafts for hold in rows.hold_rows(draft, db.now, actor)]
    async with db.pipeline():
        await customers.write_people(db, [draft.request.person for draft in drafts])
        await orders.insert_orders(db, [rows.order_row(draft, db.now) for draft in drafts])
        await orders.insert_lines(db, [row for draft in drafts for row in rows.line_rows(draft)])
        charges = [ChargeRow(d.order_id, charge) for d in drafts for charge in d.request.order.charges]
        await orders.insert_charges(db, charges)
        await orders.insert_groups(db, [group for draft in drafts for group in rows.group_rows(draft)])
        await orders.insert_holds(db, holds, actor)
        await payments.insert_tenders(db, [row for draft in drafts for row in rows.tender_rows(draft)])
        await inventory.insert_reservations(db, [r for draft in drafts for r in rows.reservation_rows(draft)])
        await inventory.write_change(db, worksheet.change(), actor)
        await outbox.tell(db, actor, [fact for draft in drafts for fact in rows.facts_of(draft, holds)])
