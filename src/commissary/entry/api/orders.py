"""Orders over HTTP: capture one or many, find, follow, hold, cancel."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from commissary.domain.orders.types import CancelOrder, Captured
from commissary.domain.security.types import Permission
from commissary.entry.api.refusals import all_problems
from commissary.entry.api.refusals.orders import PROBLEMS
from commissary.entry.api.schemas import orders as schemas
from commissary.flows.orders.cancel import Cancellation, cancel
from commissary.flows.orders.hold import PlaceHold, ResolveHold, place_holds, resolve_hold
from commissary.kernel.decision import Refusal
from commissary.platform.batching import Batcher
from commissary.platform.db import Db
from commissary.platform.http.cursor import decode_cursor, encode_cursor
from commissary.platform.http.endpoint import Call, Endpoint, Reply, Work, versioned
from commissary.platform.http.problems import ProblemBody, problem_body
from commissary.platform.telemetry import BATCH_SIZE
from commissary.views import orders as views
from commissary.wiring import Application, CaptureAnswer, OrderToCapture, capture_orders

_TAG = "orders"
_PROBLEMS = all_problems()
# What only those who change an order later can meet.
_LATER_REFUSALS = {
    "order_unknown",
    "line_unknown",
    "line_twice",
    "hold_not_active",
    "hold_expired_already",
    "order_on_hold",
    "too_late_to_cancel",
}
_CAPTURE_REFUSALS = (
    "location_unknown",
    "location_group_unknown",
    *(code for code in PROBLEMS if code not in _LATER_REFUSALS),
)
_ORDER = "/v1/orders/{number:str}"


def endpoints(app: Application) -> list[Endpoint]:
    """What callers can do with orders."""
    return [*_capture_endpoints(CaptureDoor(app)), *_read_endpoints(), *_change_endpoints()]


def _capture_endpoints(door: "CaptureDoor") -> list[Endpoint]:
    return [
        Endpoint(
            method="POST",
            path="/v1/orders",
            permission=Permission.ORDERS_CAPTURE,
            summary="Capture an order and reserve its units",
            description="The same number with the same content gets the same answer; with other content it is refused.",
            handler=door.one,
            work=Work.OWN,
            tag=_TAG,
            body=schemas.OrderBody,
            answer=Captured,
            status=201,
            key_required=True,
            refusals=(*_CAPTURE_REFUSALS, "idempotency_key_reused", "request_in_flight"),
            max_body_bytes=2_000_000,
        ),
        Endpoint(
            method="POST",
            path="/v1/orders/bulk",
            permission=Permission.ORDERS_CAPTURE,
            summary="Capture up to 500 orders, with a result for each",
            description="Each order stands or falls alone. Send it again as it was after a lost answer: with a key, "
            "each order is kept under that key and its row.",
            handler=door.many,
            work=Work.OWN,
            tag=_TAG,
            body=schemas.OrderBodies,
            answer=schemas.BulkAnswer,
            key_required=True,
            max_body_bytes=9_000_000,
        ),
    ]


def _read_endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            method="GET",
            path="/v1/orders",
            permission=Permission.ORDERS_READ,
            summary="Find orders",
            handler=list_orders,
            work=Work.READ,
            tag=_TAG,
            query=schemas.OrdersQuery,
            answer=schemas.OrderPage,
        ),
        Endpoint(
            method="GET",
            path=_ORDER,
            permission=Permission.ORDERS_READ,
            summary="Read an order with its lines, tenders and holds",
            handler=get_order,
            work=Work.READ,
            tag=_TAG,
            answer=schemas.OrderAnswer,
            refusals=("order_unknown",),
        ),
        Endpoint(
            method="GET",
            path=f"{_ORDER}/timeline",
            permission=Permission.ORDERS_READ,
            summary="Everything that happened to an order, oldest first",
            handler=get_timeline,
            work=Work.READ,
            tag=_TAG,
            answer=schemas.Timeline,
            refusals=("order_unknown",),
        ),
    ]


def _change_endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            method="POST",
            path=f"{_ORDER}/cancel",
            permission=Permission.ORDERS_CANCEL,
            summary="Cancel units by line, or the whole order",
            handler=cancel_order,
            work=Work.WRITE,
            tag=_TAG,
            body=CancelOrder,
            answer=schemas.CancelAnswer,
            key_required=True,
            refusals=(
                "order_unknown",
                "line_unknown",
                "line_twice",
                "too_late_to_cancel",
                "order_on_hold",
                "version_stale",
            ),
        ),
        Endpoint(
            method="POST",
            path=f"{_ORDER}/holds",
            permission=Permission.ORDERS_HOLD,
            summary="Put an order or a line on hold",
            handler=place_hold,
            work=Work.WRITE,
            tag=_TAG,
            body=schemas.HoldBody,
            answer=schemas.HoldPlacedAnswer,
            status=201,
            key_required=True,
            refusals=("order_unknown", "line_unknown", "hold_kind_unknown", "hold_expired_already"),
        ),
        Endpoint(
            method="POST",
            path=f"{_ORDER}/holds/{{hold_id:uuid}}/resolve",
            permission=Permission.ORDERS_HOLD,
            summary="Resolve a hold",
            handler=resolve,
            work=Work.WRITE,
            tag=_TAG,
            body=schemas.ResolveBody,
            key_required=True,
            refusals=("order_unknown", "hold_not_active"),
        ),
    ]


class CaptureDoor:
    """Where concurrent captures meet: orders of all requests, single and bulk, share batches."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self.batcher: Batcher[tuple[str, OrderToCapture], CaptureAnswer] = Batcher(self._run, size=250)

    async def one(self, call: Call[schemas.OrderBody, None]) -> Reply | Refusal:
        key = f"{call.actor}:{call.idempotency_key}"
        answer = await self.batcher.submit(
            call.organization, (call.actor, OrderToCapture(call.body, call.body.tenders, key))
        )
        if answer.body:
            headers = {"idempotent-replayed": "true"} if answer.replayed else {}
            return Reply(answer.body, 201, headers)
        assert isinstance(answer.outcome, Refusal)
        return answer.outcome

    async def many(self, call: Call[list[schemas.OrderBody], None]) -> schemas.BulkAnswer:
        given = [
            (call.actor, OrderToCapture(order, order.tenders, f"{call.actor}:{call.idempotency_key}#{row}"))
            for row, order in enumerate(call.body)
        ]
        answers = await self.batcher.submit_all(call.organization, given)
        results = [_result(row, answer) for row, answer in enumerate(answers)]
        accepted = sum(1 for result in results if result.status == 201)
        return schemas.BulkAnswer(accepted, len(results) - accepted, results)

    async def _run(
        self, organization: str, batch: Sequence[tuple[str, OrderToCapture]]
    ) -> list[CaptureAnswer]:
        BATCH_SIZE.labels("orders.capture").observe(len(batch))
        actors = {actor for actor, _ in batch}
        answers: dict[int, CaptureAnswer] = {}
        for actor in actors:
            rows = [index for index, (who, _) in enumerate(batch) if who == actor]
            captured = await capture_orders(self._app, organization, actor, [batch[i][1] for i in rows])
            answers.update(zip(rows, captured, strict=True))
        return [answers[index] for index in range(len(batch))]


def _result(row: int, answer: CaptureAnswer) -> schemas.OrderResult:
    if answer.body:
        # The encoded answer goes out as it is: it was made once, to be kept under the order's key.
        return schemas.OrderResult(row, 201, msgspec.Raw(answer.body))  # type: ignore[arg-type]
    assert isinstance(answer.outcome, Refusal)
    problem: ProblemBody = problem_body(answer.outcome, _PROBLEMS)
    return schemas.OrderResult(row, problem.status, None, problem)


async def list_orders(call: Call[None, schemas.OrdersQuery], db: Db) -> schemas.OrderPage:
    query = call.query
    after = None if query.cursor is None else decode_cursor(query.cursor, views.PagePlace)
    scope = call.caller.location_ids
    filters = msgspec.structs.asdict(query)
    rows = await views.find_orders(
        db, views.OrderFilter(**_without(filters, "limit", "cursor")), after, query.limit + 1, scope
    )
    page = rows[: query.limit]
    more = len(rows) > query.limit
    cursor = encode_cursor(views.PagePlace(page[-1].placed_at, page[-1].id)) if more else None
    return schemas.OrderPage([schemas.OrderSummary(*row) for row in page], cursor)


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


async def get_order(call: Call[None, None], db: Db) -> Reply | Refusal:
    order = await views.whole_order(db, call.path["number"], call.caller.location_ids)
    if order is None:
        return Refusal("order_unknown", {"number": call.path["number"]})
    return versioned(_order_answer(order), order.version)


def _order_answer(order: views.OrderView) -> schemas.OrderAnswer:
    parts = {
        "lines": [
            schemas.LineAnswer(*line[:-1], [schemas.GroupAnswer(*group) for group in line.groups])
            for line in order.lines
        ],
        "charges": [schemas.ChargeAnswer(*charge) for charge in order.charges],
        "tenders": [schemas.TenderAnswer(*tender) for tender in order.tenders],
        "holds": [schemas.HoldAnswer(*hold) for hold in order.holds],
    }
    return schemas.OrderAnswer(**{**order._asdict(), **parts})


async def get_timeline(call: Call[None, None], db: Db) -> schemas.Timeline | Refusal:
    order = await views.whole_order(db, call.path["number"], call.caller.location_ids)
    if order is None:
        return Refusal("order_unknown", {"number": call.path["number"]})
    entries = await views.timeline(db, order.id)
    return schemas.Timeline(
        [schemas.TimelineEntry(e.id, e.at, e.kind, e.actor, msgspec.Raw(e.data.encode())) for e in entries]
    )


async def cancel_order(call: Call[CancelOrder, None], db: Db) -> Reply | Refusal:
    number = call.path["number"]
    if not await views.order_visible(db, number, call.caller.location_ids):
        return Refusal("order_unknown", {"number": number})
    (answer,) = await cancel(db, call.actor, [Cancellation(number, call.body, call.if_match)])
    if isinstance(answer, Refusal):
        return answer
    order = await views.whole_order(db, number, call.caller.location_ids)
    assert order is not None
    quantities = {str(line): units for line, units in sorted(answer.quantities.items())}
    return versioned(schemas.CancelAnswer(number, order.status, quantities), answer.version)


async def place_hold(call: Call[schemas.HoldBody, None], db: Db) -> schemas.HoldPlacedAnswer | Refusal:
    number, body = call.path["number"], call.body
    if not await views.order_visible(db, number, call.caller.location_ids):
        return Refusal("order_unknown", {"number": number})
    command = PlaceHold(number, body.kind, body.reason, body.expires_at, body.line_number)
    (answer,) = await place_holds(db, call.actor, [command])
    if isinstance(answer, Refusal):
        return answer
    return schemas.HoldPlacedAnswer(answer.id, answer.kind, list(answer.blocks))


async def resolve(call: Call[schemas.ResolveBody, None], db: Db) -> Refusal | None:
    number = call.path["number"]
    if not await views.order_visible(db, number, call.caller.location_ids):
        return Refusal("order_unknown", {"number": number})
    command = ResolveHold(number, UUID(call.path["hold_id"]), call.body.resolution)
    return await resolve_hold(db, call.actor, command)
