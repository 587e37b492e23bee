"""From a request to an order that can be written, and the answer it gets; pure but for fresh ids."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from commissary.domain.customers.types import SealedPerson
from commissary.domain.inventory.rules.ledger import Worksheet
from commissary.domain.inventory.rules.reservation import decide_reserve
from commissary.domain.inventory.types import Want
from commissary.domain.orders.rules.capture import Known, Source, decide_sources
from commissary.domain.orders.rules.holds import BLOCKED_BY
from commissary.domain.orders.rules.price_parts import price_order
from commissary.domain.orders.rules.status import order_status
from commissary.domain.orders.store import CapturedOrder
from commissary.domain.orders.types import (
    Captured,
    CapturedLine,
    CaptureOrder,
    OnShortage,
    Prices,
    QuantityState,
)
from commissary.domain.payments.rules.tenders import tenders_refusal
from commissary.domain.payments.types import TenderInput
from commissary.kernel.decision import Refusal
from commissary.platform.ids import new_id


class CaptureRequest(NamedTuple):
    """An order with its customer already sealed. `body_hash` tells a repeated order from another one."""

    order: CaptureOrder
    tenders: Sequence[TenderInput]
    person: SealedPerson
    body_hash: bytes


class Draft(NamedTuple):
    """An order that is accepted, before its rows are made."""

    request: CaptureRequest
    number: str
    order_id: UUID
    line_ids: tuple[UUID, ...]
    sources: list[Source]
    prices: Prices
    reserved: list[int]


def decide_draft(request: CaptureRequest, number: str, known: Known) -> Draft | Refusal:
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
    return Draft(request, number, new_id(), tuple(new_id() for _ in sources), sources, prices, [])


def reserve(worksheet: Worksheet, draft: Draft) -> Refusal | None:
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


def answer_of(draft: Draft) -> Captured:
    order, prices = draft.request.order, draft.prices
    lines = tuple(
        CapturedLine(number, line.sku, line.quantity, reserved, line.quantity - reserved)
        for number, (line, reserved) in enumerate(zip(order.lines, draft.reserved, strict=True), start=1)
    )
    states = {QuantityState.RESERVED for line in lines if line.reserved}
    states |= {QuantityState.BACKORDERED for line in lines if line.backordered}
    return Captured(draft.order_id, draft.number, order_status(states), order.currency, *prices[:5], lines)


def stored_answer(row: CapturedOrder, sku_of: Mapping[int, str]) -> Captured:
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


def number_taken(number: str) -> Refusal:
    return Refusal("order_number_taken", {"number": number}, "/number")
