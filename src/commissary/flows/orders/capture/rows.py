"""The rows and facts of accepted orders."""

from collections.abc import Sequence
from datetime import datetime

from commissary.domain.inventory.types import OwnerKind, Reservation, ReservationState
from commissary.domain.orders.events import HoldPlaced, OrderCaptured
from commissary.domain.orders.rules.holds import BLOCKED_BY
from commissary.domain.orders.types import GroupKey, GroupRow, HoldRow, LineRow, OrderRow, QuantityState
from commissary.domain.payments.types import TenderRow
from commissary.flows.orders.capture.draft import Draft
from commissary.kernel.fact import Fact
from commissary.platform.ids import new_id


def order_row(draft: Draft, now: datetime) -> OrderRow:
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


def line_rows(draft: Draft) -> list[LineRow]:
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


def group_rows(draft: Draft) -> list[GroupRow]:
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


def hold_rows(draft: Draft, now: datetime, actor: str) -> list[HoldRow]:
    return [
        HoldRow(
            new_id(), draft.order_id, None, h.kind, h.reason, BLOCKED_BY[h.kind], now, actor, h.expires_at
        )
        for h in draft.request.order.holds
    ]


def tender_rows(draft: Draft) -> list[TenderRow]:
    return [
        TenderRow(new_id(), draft.order_id, position, tender)
        for position, tender in enumerate(draft.request.tenders, start=1)
    ]


def reservation_rows(draft: Draft) -> list[Reservation]:
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


def facts_of(draft: Draft, holds: Sequence[HoldRow]) -> list[Fact]:
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
