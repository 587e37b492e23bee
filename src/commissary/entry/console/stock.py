"""The stock grid, and the ledger behind each position. A reader with location scope sees those locations only."""

from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from commissary.domain.catalog.rules.sku import canonical_sku
from commissary.domain.security.types import Permission
from commissary.entry.console.forms import choice_of, query_of
from commissary.entry.console.pages import Pages
from commissary.entry.console.reader import reader_of
from commissary.platform.http.cursor import decode_cursor, encode_cursor
from commissary.platform.http.problems import Problem
from commissary.views import stock_grid as views
from commissary.views.actors import actor_names
from commissary.views.items import item as item_of
from commissary.wiring import Application

PAGE_ROWS = 100
LEDGER_ROWS = 50
_FILTERS = ("sku", "location", "short")


def stock_handlers(app: Application, pages: Pages) -> list[HTTPRouteHandler]:
    """The grid and the page of an item's stock."""
    door = _Stock(app, pages)
    return [
        pages.route("GET", "/console/stock", Permission.STOCK_READ, door.grid),
        pages.route("GET", "/console/stock/{sku:str}", Permission.STOCK_READ, door.item),
    ]


class _Stock:
    def __init__(self, app: Application, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def grid(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        given = query_of(request)
        cursor = given.get("cursor")
        place = decode_cursor(cursor, views.Place) if cursor else None
        caller = reader_of(request).caller
        wanted = views.Wanted(
            sku=canonical_sku(given["sku"]) if "sku" in given else None,
            location=given.get("location"),
            short=True if choice_of(given, "short", ("yes",)) else None,
        )
        async with self._app.database.transaction(caller.organization, read_only=True) as db:
            page = await views.grid(db, wanted, place, PAGE_ROWS, caller.location_ids)
            places = await views.places(db, caller.location_ids)
            reader = reader_of(request, db.now)
        filters = {name: given.get(name, "") for name in _FILTERS}
        return self._pages.render(
            "stock.html",
            reader,
            section="Stock",
            rows=page.rows,
            places=places,
            filters=filters,
            filtered=any(filters.values()),
            previous=encode_cursor(page.previous) if page.previous else None,
            following=encode_cursor(page.next) if page.next else None,
        )

    async def item(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        given = query_of(request)
        before = decode_cursor(given["cursor"], int) if "cursor" in given else None
        if before is not None and not 0 <= before < 2**63:
            raise Problem("cursor_invalid", field="cursor")
        caller = reader_of(request).caller
        location, scope = given.get("location"), caller.location_ids
        sku = canonical_sku(request.path_params["sku"])
        if "\x00" in sku:
            raise Problem("not_found")
        async with self._app.database.transaction(caller.organization, read_only=True) as db:
            item = await item_of(db, sku)
            if item is None:
                raise Problem("not_found")
            positions = await views.positions_of(db, item.id, scope)
            if location is not None and location not in {position.location for position in positions}:
                raise Problem("not_found")
            groups = await views.group_positions_of(db, item.id, scope)
            entries = await views.ledger(db, item.id, location, before, LEDGER_ROWS + 1, scope)
            names = await actor_names(db, [entry.actor for entry in entries])
            reader = reader_of(request, db.now)
        page = entries[:LEDGER_ROWS]
        more = len(entries) > LEDGER_ROWS
        return self._pages.render(
            "stock_item.html",
            reader,
            section="Stock",
            item=item,
            location=location,
            positions=positions,
            groups=groups,
            entries=page,
            names=names,
            older=encode_cursor(page[-1].id) if more else None,
            is_first=before is None,
        )
