"""Capture orders: complete, priced, known, and reserved; a whole batch in a handful of statements.

An order is accepted whole or refused whole. A number that came before with the same content gets the same answer;
with other content it is refused. Wants of all orders of the batch are decided against one worksheet, so the last unit
goes to exactly one of them.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commissary.domain.catalog import store as catalog
from commissary.domain.catalog.rules.sku import canonical_sku
from commissary.domain.customers import store as customers
from commissary.domain.customers.types import SealedPerson
from commissary.domain.inventory import store as inventory
from commissary.domain.inventory.rules.ledger import Worksheet
from commissary.domain.inventory.rules.reservation import decide_reserve
from commissary.domain.inventory.types import OwnerKind, Reservation, ReservationState, Want
from commissary.domain.network import store as network
from commissary.domain.orders import store as orders
from commissary.domain.orders.events import HoldPlaced, OrderCaptured
from commissary.domain.orders.rules.capture import Known, Place, Source, decide_sources
from commissary.domain.orders.rules.holds import BLOCKED_BY
from commissary.domain.orders.rules.order_number import DEFAULT_PATTERN, order_number
from commissary.domain.orders.rules.price_parts import price_order
from commissary.domain.orders.rules.setting import DEFAULT_GROUP, NUMBER_PATTERN
from commissary.domain.orders.rules.status import order_status
from commissary.domain.orders.types import (
    Captured,
    CapturedLine,
    CaptureOrder,
    ChargeRow,
    GroupKey,
    GroupRow,
    HoldRow,
    LineRow,
    OnShortage,
    OrderRow,
    Prices,
    QuantityState,
)
from commissary.domain.payments import store as payments
from commissary.domain.payments.rules.tenders import tenders_refusal
from commissary.domain.payments.types import TenderInput, TenderRow
from commissary.kernel.decision import Refusal
from commissary.kernel.fact import Fact
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.ids import new_id
from commissary.platform.settings import attribute_kinds, read_settings


class CaptureRequest(NamedTuple):
    """An order with its customer already sealed. `body_hash` tells a repeated order from another one."""

    order: CaptureOrder
    tenders: Sequence[TenderInput]
    person: SealedPerson
    body_hash: bytes


class _Draft(NamedTuple):
    """An order that is accepted, before its rows are made."""

    request: CaptureRequest
    number: str
    order_id: UUID
    line_ids: tuple[UUID, ...]
    sources: list[Source]
    prices: Prices
    reserved: list[int]


async def capture(db: Db, actor: str, requests: Sequence[CaptureRequest]) -> list[Captured | Refusal]:
    """An answer for each request, in the order given."""
    settings = await read_settings(db, (DEFAULT_GROUP, NUMBER_PATTERN))
    numbered = await _numbers(db, requests, settings.get(NUMBER_PATTERN, DEFAULT_PATTERN))
    known = await _known(db, requests, settings.get(DEFAULT_GROUP))
    repeated = await _repeated(db, requests, numbered, known)

    answers: list[Captured | Refusal | None] = []
    drafts: list[tuple[int, _Draft]] = []
    for index, (request, number) in enumerate(zip(requests, numbered, strict=True)):
        answer = repeated.get(index) or _draft(request, number, known)
        if isinstance(answer, _Draft):
            drafts.append((index, answer))
        answers.append(None if isinstance(answer, _Draft) else answer)

    worksheet = await _open_worksheet(db, drafts, known)
    accepted: dict[str, tuple[int, _Draft]] = {}
    for index, draft in drafts:
        # Only an order that was accepted takes its number: one that is refused leaves it to the next.
        first = accepted.get(draft.number)
        if first is None:
            refusal = _reserve(worksheet, draft)
            answers[index] = refusal or _answer(draft)
            if refusal is None:
                accepted[draft.number] = (index, draft)
        elif first[1].request.body_hash == draft.request.body_hash:
            answers[index] = answers[first[0]]
        else:
            answers[index] = _number_taken(draft.number)
    if accepted:
        await _write(db, actor, [draft for _, draft in accepted.values()], worksheet)
    return [answer for answer in answers if answer is not None]


async def _numbers(db: Db, requests: Sequence[CaptureRequest], pattern: str) -> list[str]:
    """The number of each order: its channel's, or the next of the pattern that no other order has."""
    given = [request.order.number for request in requests]
    missing = given.count(None)
    taken = {number for number in given if number is not None}
    fresh: list[str] = []
    while len(fresh) < missing:
        more = await orders.next_numbers(db, missing - len(fresh))
        made = [order_number(pattern, sequence, db.now) for sequence in more]
        taken.update(await orders.orders_by_number(db, made))
        fresh += [number for number in made if number not in taken]
    made_numbers = iter(fresh)
    return [next(made_numbers) if number is None else number for number in given]


async def _known(db: Db, requests: Sequence[CaptureRequest], default_group: str | None) -> Known:
    lines = [line for request in requests for line in request.order.lines]
    items = await catalog.ids_of(db, list({canonical_sku(line.sku) for line in lines}))
    locations = {line.location for line in lines if line.location is not None}
    groups = {line.location_group for line in lines if line.location_group is not None}
    if default_group is not None:
        groups.add(default_group)
    if locations:
        await network.hold_grouping(db)
    found = await network.find_locations(db, list(locations)) if locations else {}
    found_groups = await network.find_groups(db, list(groups)) if groups else {}
    with_attributes = any(request.order.attributes for request in requests)
    lines_with_attributes = any(line.attributes for line in lines)
    return Known(
        items={
            line.sku: (item.id, item.active) for line in lines if (item := items.get(canonical_sku(line.sku)))
        },
        places={
            code: Place(row.id, row.active, frozenset(row.capabilities), row.reserving_group_id)
            for code, row in found.items()
        },
        groups={code: (row.id, row.reserving) for code, row in found_groups.items()},
        default_group=default_group,
        order_attributes=await attribute_kinds(db, "order") if with_attributes else {},
        line_attributes=await attribute_kinds(db, "line") if lines_with_attributes else {},
    )


async def _repeated(
    db: Db, requests: Sequence[CaptureRequest], numbered: Sequence[str], known: Known
) -> dict[int, Captured | Refusal]:
    """Answers for orders whose number is already taken."""
    given = {request.order.number for request in requests if request.order.number is not None}
    found = await orders.orders_by_number(db, sorted(given))
    if not found:
        return {}
    stored = await orders.captured_orders(db, [f.id for f in found.values()])
    sku_of = {item_id: sku for sku, (item_id, _) in known.items.items()}
    answers: dict[int, Captured | Refusal] = {}
    for index, (request, number) in enumerate(zip(requests, numbered, strict=True)):
        if number in found:
            same = found[number].body_hash == request.body_hash
            answers[index] = (
                _stored_answer(stored[found[number].id], sku_of) if same else _number_taken(number)
            )
    return answers


def _number_taken(number: str) -> Refusal:
    return Refusal("order_number_taken", {"number": number}, "/number")


def _stored_answer(row: orders.CapturedOrder, sku_of: dict[int, str]) -> Captured:
    units: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    heads: dict[int, tuple[int, int]] = {}
    for line_number, item_id, quantity, state, in_state in row.lines:
        heads[line_number] = (item_id, quantity)
        units[line_number][state] += in_state
    return Captured(
        row.id,
        row.number,
        order_status(QuantityState(state) for line in units.values() for state in line),
        row.currency,
        row.goods_minor,
        row.discount_minor,
        row.charges_minor,
        row.tax_minor,
        row.total_minor,
        tuple(
            CapturedLine(
                n,
                sku_of[item_id],
                quantity,
                units[n][QuantityState.RESERVED],
                units[n][QuantityState.BACKORDERED],
            )
            for n, (item_id, quantity) in sorted(heads.items())
        ),
    )


def _draft(request: CaptureRequest, number: str, known: Known) -> _Draft | Refusal:
    prices = price_order(request.order)
    if isinstance(prices, Refusal):
        return prices
    for index, hold in enumerate(request.order.holds):
        if hold.kind not in BLOCKED_BY:
            return Refusal("hold_kind_unknown", {"kind": hold.kind}, f"/holds/{index}/kind")
    if refusal := tenders_refusal(request.tenders, prices.total_minor):
        return refusal
    sources = decide_sources(request.order, known)
    if isinstance(sources, Refusal):
        return sources
    return _Draft(request, number, new_id(), tuple(new_id() for _ in sources), sources, prices, [])


async def _open_worksheet(db: Db, drafts: Sequence[tuple[int, _Draft]], known: Known) -> Worksheet:
    sources = [source for _, draft in drafts for source in draft.sources]
    balances = await inventory.lock_balances(
        db,
        [(s.item_id, s.location_id) for s in sources if s.location_id is not None],
        [(s.item_id, s.group_id) for s in sources if s.location_id is None and s.group_id is not None],
        {place.id: place.group_id for place in known.places.values() if place.group_id is not None},
    )
    return Worksheet(balances)


def _reserve(worksheet: Worksheet, draft: _Draft) -> Refusal | None:
    order = draft.request.order
    partial = order.on_shortage is OnShortage.BACKORDER
    wants = [
        Want(*source, line.quantity, partial) for source, line in zip(draft.sources, order.lines, strict=True)
    ]
    granted = decide_reserve(worksheet, wants, "order_line", [str(line_id) for line_id in draft.line_ids])
    if isinstance(granted, int):
        line = order.lines[granted]
        return Refusal(
            "stock_short", {"sku": line.sku, "wanted": line.quantity}, f"/lines/{granted}/quantity"
        )
    draft.reserved.extend(granted)
    return None


def _answer(draft: _Draft) -> Captured:
    order, prices = draft.request.order, draft.prices
    lines = tuple(
        CapturedLine(number, line.sku, line.quantity, reserved, line.quantity - reserved)
        for number, (line, reserved) in enumerate(zip(order.lines, draft.reserved, strict=True), start=1)
    )
    states = {QuantityState.RESERVED for line in lines if line.reserved}
    states |= {QuantityState.BACKORDERED for line in lines if line.backordered}
    return Captured(draft.order_id, draft.number, order_status(states), order.currency, *prices[:5], lines)


async def _write(db: Db, actor: str, drafts: Sequence[_Draft], worksheet: Worksheet) -> None:
    holds = [hold for draft in drafts for hold in _hold_rows(draft, db, actor)]
    async with db.pipeline():
        await customers.write_people(db, [draft.request.person for draft in drafts])
        await orders.insert_orders(db, [_order_row(draft, db.now) for draft in drafts])
        await orders.insert_lines(db, [row for draft in drafts for row in _line_rows(draft)])
        charges = [ChargeRow(d.order_id, charge) for d in drafts for charge in d.request.order.charges]
        await orders.insert_charges(db, charges)
        await orders.insert_groups(db, [group for draft in drafts for group in _groups(draft)])
        await orders.insert_holds(db, holds, actor)
        await payments.insert_tenders(db, [row for draft in drafts for row in _tender_rows(draft)])
        await inventory.insert_reservations(db, [r for draft in drafts for r in _reservations(draft)])
        await inventory.write_change(db, worksheet.change(), actor)
        await outbox.tell(db, actor, [fact for draft in drafts for fact in _facts(draft, holds)])


def _order_row(draft: _Draft, now: datetime) -> OrderRow:
    order, person = draft.request.order, draft.request.person
    return OrderRow(
        draft.order_id,
        draft.number,
        order.channel,
        order.kind,
        person.customer_id,
        person.ship_to_id,
        person.bill_to_id,
        order.currency,
        order.placed_at or now,
        order.purchase_order_number,
        order.requested_ship_on,
        order.requested_delivery_on,
        draft.prices,
        order.tax_included,
        order.attributes,
        draft.request.body_hash,
    )


def _line_rows(draft: _Draft) -> list[LineRow]:
    order = draft.request.order
    own_addresses = iter(draft.request.person.address_ids)
    return [
        LineRow(
            line_id,
            draft.order_id,
            number,
            source.item_id,
            line.quantity,
            line.method,
            source.location_id,
            next(own_addresses) if line.ship_to else None,
            line.requested_on,
            line.unit_price_minor,
            discount,
            line.tax_minor,
            line.attributes,
        )
        for number, (line_id, line, source, discount) in enumerate(
            zip(draft.line_ids, order.lines, draft.sources, draft.prices.line_discounts, strict=True), start=1
        )
    ]


def _groups(draft: _Draft) -> list[GroupRow]:
    groups = []
    for line_id, line, reserved in zip(
        draft.line_ids, draft.request.order.lines, draft.reserved, strict=True
    ):
        for state, units in (
            (QuantityState.RESERVED, reserved),
            (QuantityState.BACKORDERED, line.quantity - reserved),
        ):
            if units:
                groups.append(GroupRow(GroupKey(draft.order_id, line_id, state), units))
    return groups


def _hold_rows(draft: _Draft, db: Db, actor: str) -> list[HoldRow]:
    return [
        HoldRow(
            new_id(), draft.order_id, None, h.kind, h.reason, BLOCKED_BY[h.kind], db.now, actor, h.expires_at
        )
        for h in draft.request.order.holds
    ]


def _tender_rows(draft: _Draft) -> list[TenderRow]:
    return [
        TenderRow(new_id(), draft.order_id, position, tender)
        for position, tender in enumerate(draft.request.tenders, start=1)
    ]


def _reservations(draft: _Draft) -> list[Reservation]:
    return [
        Reservation(
            new_id(),
            source.item_id,
            source.location_id,
            None if source.location_id is not None else source.group_id,
            units,
            ReservationState.RESERVED,
            OwnerKind.ORDER_LINE,
            str(line_id),
        )
        for line_id, source, units in zip(draft.line_ids, draft.sources, draft.reserved, strict=True)
        if units
    ]


def _facts(draft: _Draft, holds: Sequence[HoldRow]) -> list[Fact]:
    order = draft.request.order
    units, reserved = sum(line.quantity for line in order.lines), sum(draft.reserved)
    facts: list[Fact] = [
        OrderCaptured(
            subject=str(draft.order_id),
            number=draft.number,
            channel=order.channel,
            kind=order.kind,
            customer_id=str(draft.request.person.customer_id),
            currency=order.currency,
            total_minor=draft.prices.total_minor,
            lines=len(order.lines),
            units=units,
            reserved=reserved,
            backordered=units - reserved,
        )
    ]
    facts += [
        HoldPlaced(
            subject=str(draft.order_id),
            number=draft.number,
            hold=str(hold.id),
            kind=hold.kind,
            reason=hold.reason,
            blocks=hold.blocks,
        )
        for hold in holds
        if hold.order_id == draft.order_id
    ]
    return facts
