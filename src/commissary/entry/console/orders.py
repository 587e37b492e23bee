"""The list of orders. Filters live in the address, so they survive a reload, a bookmark and a colleague's click."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from commissary.domain.catalog.rules.sku import canonical_sku
from commissary.domain.security.types import Permission
from commissary.entry.console.forms import choice_of, day_of, query_of
from commissary.entry.console.pages import Pages
from commissary.entry.console.reader import Reader, reader_of
from commissary.entry.console.words import STATES
from commissary.platform.http.cursor import decode_cursor, encode_cursor
from commissary.views.order_search import Place, Wanted, recent_channels, search_orders
from commissary.wiring import Application

PAGE_ROWS = 50
_FILTERS = ("q", "state", "channel", "sku", "from", "to", "held")


def order_list_handlers(app: Application, pages: Pages) -> list[HTTPRouteHandler]:
    """The list of orders."""

    async def orders(request: Request[Any, Any, Any]) -> Response[bytes]:
        given = query_of(request)
        cursor = given.get("cursor")
        place = decode_cursor(cursor, Place) if cursor else None
        reader = reader_of(request)
        wanted = _wanted(given, reader)
        async with app.database.transaction(reader.caller.organization, read_only=True) as db:
            found = await search_orders(db, wanted, place, PAGE_ROWS, reader.caller.location_ids)
            channels = await recent_channels(db)
            reader = reader_of(request, db.now)
        filters = {name: given.get(name, "") for name in _FILTERS}
        return pages.render(
            "orders.html",
            reader,
            section="Orders",
            found=found.orders,
            filters=filters,
            filtered=any(filters.values()),
            channels=channels,
            newer=encode_cursor(found.newer) if found.newer else None,
            older=encode_cursor(found.older) if found.older else None,
        )

    return [pages.route("GET", "/console/orders", Permission.ORDERS_READ, orders)]


def _wanted(given: dict[str, str], reader: Reader) -> Wanted:
    first, last = day_of(given, "from"), day_of(given, "to")
    held = choice_of(given, "held", ("yes", "no"))
    return Wanted(
        text=given.get("q"),
        sku=canonical_sku(given["sku"]) if "sku" in given else None,
        state=choice_of(given, "state", STATES),
        channel=given.get("channel"),
        placed_from=reader.begin_of(first) if first else None,
        placed_before=reader.begin_of(last + timedelta(days=1)) if last else None,
        held=None if held is None else held == "yes",
    )
