"""All routes of the console and of the reference pages."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from commissary.entry.console.assets import Assets, packages_folder
from commissary.entry.console.failures import failure_handlers, failure_page
from commissary.entry.console.home import home_handlers
from commissary.entry.console.order import order_handlers
from commissary.entry.console.orders import order_list_handlers
from commissary.entry.console.pages import Pages
from commissary.entry.console.reference import reference_handlers
from commissary.entry.console.sign_in import sign_in_handlers
from commissary.entry.console.stock import stock_handlers
from commissary.kernel.decision import Refusal
from commissary.platform.http.caller import PUBLIC
from commissary.platform.http.problems import ProblemKind
from commissary.wiring import Application


def console_handlers(
    app: Application, document: Mapping[str, Any], problems: Mapping[str, ProblemKind]
) -> list[HTTPRouteHandler]:
    """The console's routes. `document` is the API's own description, `problems` all that it may refuse."""
    assets = Assets(packages_folder())
    pages = Pages(assets, failure_handlers(problems))

    async def nothing_here(request: Request[Any, Any, Any]) -> Response[bytes]:
        return failure_page(pages, request, Refusal("not_found"), problems)

    return [
        *assets.handlers(),
        *sign_in_handlers(app, pages),
        *home_handlers(app, pages),
        *order_list_handlers(app, pages),
        *order_handlers(app, pages, problems),
        *stock_handlers(app, pages),
        *reference_handlers(pages, document, problems),
        pages.route("GET", ["/console/{rest:path}", "/docs/{rest:path}"], PUBLIC, nothing_here),
    ]
