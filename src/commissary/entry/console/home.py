"""The home page: what needs me now. Each reader sees what their permissions and locations let them act on."""

from collections import Counter
from datetime import timedelta
from typing import Any, NamedTuple

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from commissary.domain.orders.rules.status import STATUSES
from commissary.domain.security.types import Permission
from commissary.entry.console.pages import Pages, redirect
from commissary.entry.console.reader import Reader, reader_of
from commissary.platform.db import Db
from commissary.platform.http.caller import PUBLIC
from commissary.views import home as views
from commissary.wiring import Application


class Column(NamedTuple):
    """An hour of today's orders: parts are (status, share of the height in percent, place from the top)."""

    hour: int
    orders: int
    parts: list[tuple[str, float, float]]


class Today(NamedTuple):
    orders: int
    by_status: list[tuple[str, int]]
    columns: list[Column]
    most: int
    values: list[views.Value]


def home_handlers(app: Application, pages: Pages) -> list[HTTPRouteHandler]:
    """The home page, and the front door that leads to it."""

    async def front(_: Request[Any, Any, Any]) -> Response[bytes]:
        return redirect("/console")

    async def home(request: Request[Any, Any, Any]) -> Response[bytes]:
        organization = reader_of(request).caller.organization
        async with app.database.transaction(organization, read_only=True) as db:
            reader = reader_of(request, db.now)
            values = await _needs(db, reader)
            values["today"] = await _today(db, reader)
            values["begun"] = await views.begun(db)
        return pages.render("home.html", reader, section="Home", **values)

    return [
        pages.route("GET", "/", PUBLIC, front),
        pages.route("GET", "/console", Permission.ORDERS_READ, home),
    ]


async def _needs(db: Db, reader: Reader) -> dict[str, Any]:
    scope = reader.caller.location_ids
    stock = reader.may(Permission.STOCK_READ)
    everywhere = scope is None
    return {
        "held": await views.held(db, scope),
        "backordered": await views.backordered(db, scope),
        "shortages": await views.shortages(db, scope) if stock else None,
        "group_shortages": await views.group_shortages(db) if stock and everywhere else None,
        "parked": await views.parked(db) if reader.may(Permission.EVENTS_READ) and everywhere else None,
        "webhooks": await views.failing_webhooks(db) if reader.may(Permission.WEBHOOKS_READ) else None,
        "feeds": await views.silent_feeds(db, scope) if stock else None,
    }


async def _today(db: Db, reader: Reader) -> Today:
    scope, day = reader.caller.location_ids, reader.today()
    begin, end = reader.begin_of(day), reader.begin_of(day + timedelta(days=1))
    hours = await views.orders_by_hour(db, begin, end, reader.zone, scope)
    totals: Counter[str] = sum(hours.values(), Counter())
    most = max((sum(counts.values()) for counts in hours.values()), default=0)
    return Today(
        orders=sum(totals.values()),
        by_status=[(status, totals[status]) for status in STATUSES if totals[status]],
        columns=[_column(hour, hours.get(hour, Counter()), most) for hour in range(24)],
        most=most,
        values=await views.value_by_currency(db, begin, end, scope),
    )


def _column(hour: int, counts: Counter[str], most: int) -> Column:
    parts = []
    top = 100.0
    for status in STATUSES:
        if counts[status]:
            height = 100 * counts[status] / most
            top -= height
            parts.append((status, round(height, 2), round(max(top, 0), 2)))
    return Column(hour, sum(counts.values()), parts)
