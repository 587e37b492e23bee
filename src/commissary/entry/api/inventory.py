"""Stock over HTTP: feeds in, positions and ledger out, corrections, and what carts keep."""

from datetime import timedelta
from typing import Any

from commissary.domain.inventory.types import Adjustment
from commissary.domain.security.types import Permission
from commissary.entry.api.refusals import all_problems
from commissary.entry.api.schemas import inventory as schemas
from commissary.flows.inventory import cart
from commissary.flows.inventory.adjust import adjust
from commissary.flows.inventory.receive_feed import StockMessage, receive_feed
from commissary.kernel.decision import Refusal
from commissary.kernel.text import code_flaw
from commissary.platform.db import Db
from commissary.platform.http.cursor import decode_cursor, encode_cursor
from commissary.platform.http.endpoint import Call, Endpoint, Work
from commissary.platform.http.problems import Problem, problem_body
from commissary.views import stock as views
from commissary.wiring import Application

_TAG = "inventory"
_PROBLEMS = all_problems()
_CART = "/v1/carts/{cart:str}"
_NAMES = (
    "sku_unknown",
    "location_unknown",
    "location_group_unknown",
    "group_takes_no_reservations",
    "location_and_group",
)


def endpoints(_: Application) -> list[Endpoint]:
    """What callers can do with stock."""
    return [*_stock_endpoints(), *_ledger_endpoints(), *_cart_endpoints()]


def _stock_endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            method="POST",
            path="/v1/stock-feeds",
            permission=Permission.STOCK_FEED,
            summary="Take in a stock message, full or delta",
            description="Safe to send again: a message with a sequence that came before changes nothing.",
            handler=take_feed,
            work=Work.WRITE,
            tag=_TAG,
            body=schemas.FeedBody,
            answer=schemas.FeedAnswer,
            max_body_bytes=9_000_000,
        ),
        Endpoint(
            method="GET",
            path="/v1/stock-feeds",
            permission=Permission.STOCK_READ,
            summary="Every source and location heard of, the most silent first",
            handler=list_feeds,
            work=Work.READ,
            tag=_TAG,
            answer=list[schemas.FeedHealth],
        ),
        Endpoint(
            method="POST",
            path="/v1/stock-adjustments",
            permission=Permission.STOCK_ADJUST,
            summary="Correct balances, each with a reason",
            handler=adjust_stock,
            work=Work.WRITE,
            tag=_TAG,
            body=schemas.Adjustments,
            answer=schemas.AdjustmentAnswer,
            key_required=True,
            refusals=("location_not_yours",),
        ),
        Endpoint(
            method="GET",
            path="/v1/stock-positions",
            permission=Permission.STOCK_READ,
            summary="Stock by item and location",
            handler=list_positions,
            work=Work.READ,
            tag=_TAG,
            query=schemas.PositionQuery,
            answer=schemas.PositionPage,
        ),
    ]


def _ledger_endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            method="GET",
            path="/v1/items/{sku:str}/group-positions",
            permission=Permission.STOCK_READ,
            summary="An item in every reserving group",
            handler=list_group_positions,
            work=Work.READ,
            tag=_TAG,
            answer=list[schemas.GroupPositionAnswer],
        ),
        Endpoint(
            method="GET",
            path="/v1/stock-movements",
            permission=Permission.STOCK_READ,
            summary="The ledger of an item, newest first",
            handler=list_movements,
            work=Work.READ,
            tag=_TAG,
            query=schemas.MovementQuery,
            answer=schemas.MovementPage,
        ),
    ]


def _cart_endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            method="PUT",
            path=_CART,
            permission=Permission.STOCK_RESERVE,
            summary="Keep units for a cart for a while",
            handler=reserve_cart,
            work=Work.WRITE,
            tag=_TAG,
            body=schemas.CartBody,
            answer=schemas.CartAnswer,
            refusals=(*_NAMES, "stock_short", "cart_allocated", "cart_name_invalid", "location_not_yours"),
        ),
        Endpoint(
            method="DELETE",
            path=_CART,
            permission=Permission.STOCK_RESERVE,
            summary="Give back what a cart keeps",
            handler=release_cart,
            work=Work.WRITE,
            tag=_TAG,
            answer=schemas.ReleaseAnswer,
        ),
        Endpoint(
            method="POST",
            path=f"{_CART}/allocate",
            permission=Permission.STOCK_RESERVE,
            summary="Bind a cart's units to one location, without expiry",
            handler=allocate_cart,
            work=Work.WRITE,
            tag=_TAG,
            body=schemas.AllocateBody,
            key_required=True,
            refusals=(
                "location_unknown",
                "cart_holds_nothing",
                "stock_short_at",
                "cart_name_invalid",
                "location_not_yours",
            ),
        ),
        Endpoint(
            method="POST",
            path=f"{_CART}/issue",
            permission=Permission.STOCK_RESERVE,
            summary="A cart's units leave the building, as over the counter",
            handler=issue_cart,
            work=Work.WRITE,
            tag=_TAG,
            body=schemas.IssueBody,
            answer=schemas.ReleaseAnswer,
            key_required=True,
            refusals=("cart_holds_nothing", "cart_not_at_location", "on_hand_short", "cart_name_invalid"),
        ),
    ]


async def take_feed(call: Call[schemas.FeedBody, None], db: Db) -> schemas.FeedAnswer:
    body = call.body
    message = StockMessage(body.source, body.sequence, body.mode, body.rows, body.complete)
    received = await receive_feed(db, call.actor, message, call.caller.location_ids)
    problems = [
        schemas.FeedProblem(row, problem_body(refusal, _PROBLEMS))
        for row, refusal in sorted(received.refused.items())
    ]
    return schemas.FeedAnswer(
        received.applied, received.unchanged, received.stale, len(problems), received.duplicate, problems
    )


async def list_feeds(_: Call[None, None], db: Db) -> list[schemas.FeedHealth]:
    return [schemas.FeedHealth(*feed) for feed in await views.feeds(db)]


async def adjust_stock(call: Call[list[Adjustment], None], db: Db) -> schemas.AdjustmentAnswer | Refusal:
    answers = await adjust(db, call.actor, call.body, call.caller.location_ids)
    for answer in answers:
        # Reaching beyond one's own locations is no typing error in a row: nothing of the request is done.
        if isinstance(answer, Refusal) and answer.code == "location_not_yours":
            return answer
    return schemas.AdjustmentAnswer(
        [
            schemas.AdjustmentResult(row, None, problem_body(answer, _PROBLEMS))
            if isinstance(answer, Refusal)
            else schemas.AdjustmentResult(row, str(answer))
            for row, answer in enumerate(answers)
        ]
    )


async def list_positions(call: Call[None, schemas.PositionQuery], db: Db) -> schemas.PositionPage:
    query = call.query
    after = None if query.cursor is None else decode_cursor(query.cursor, views.StockPlace)
    rows = await views.positions(db, query.sku, query.location, query.short, after, query.limit + 1)
    page = rows[: query.limit]
    more = len(rows) > query.limit
    cursor = encode_cursor(views.StockPlace(page[-1].item_id, page[-1].location_id)) if more else None
    return schemas.PositionPage([schemas.PositionAnswer(*row[:9]) for row in page], cursor)


async def list_group_positions(call: Call[None, None], db: Db) -> list[schemas.GroupPositionAnswer]:
    return [schemas.GroupPositionAnswer(*row) for row in await views.group_positions(db, call.path["sku"])]


async def list_movements(call: Call[None, schemas.MovementQuery], db: Db) -> schemas.MovementPage:
    query = call.query
    before = None if query.cursor is None else decode_cursor(query.cursor, int)
    rows = await views.movements(db, query.sku, query.location, before, query.limit + 1)
    page = rows[: query.limit]
    cursor = encode_cursor(page[-1].id) if len(rows) > query.limit else None
    return schemas.MovementPage([schemas.MovementAnswer(*row) for row in page], cursor)


def _cart_name(call: Call[Any, Any]) -> str:
    """The cart's name from the address. Raises Problem when it is none."""
    name = call.path["cart"]
    if flaw := code_flaw(name, 100):
        raise Problem("cart_name_invalid", field="/cart", flaw=flaw)
    return name


async def reserve_cart(call: Call[schemas.CartBody, None], db: Db) -> schemas.CartAnswer | Refusal:
    command = cart.ReserveCart(
        _cart_name(call), call.body.lines, timedelta(seconds=call.body.ttl_s), call.caller.location_ids
    )
    made = await cart.reserve(db, call.actor, command)
    if isinstance(made, Refusal):
        return made
    kept = [schemas.CartReservation(reservation.quantity, reservation.expires_at) for reservation in made]
    return schemas.CartAnswer(command.cart, kept)


async def release_cart(call: Call[None, None], db: Db) -> schemas.ReleaseAnswer:
    return schemas.ReleaseAnswer(await cart.release(db, call.actor, _cart_name(call)))


async def allocate_cart(call: Call[schemas.AllocateBody, None], db: Db) -> Refusal | None:
    return await cart.allocate(db, call.actor, _cart_name(call), call.body.location, call.caller.location_ids)


async def issue_cart(call: Call[schemas.IssueBody, None], db: Db) -> schemas.ReleaseAnswer | Refusal:
    units = await cart.issue(db, call.actor, _cart_name(call), call.body.reason)
    return units if isinstance(units, Refusal) else schemas.ReleaseAnswer(units)
