"""How a page is made: a template, who reads it, and nothing that a browser would run.

Every value is escaped, a name that a template does not know is an error, and no page carries inline script or style:
the Content-Security-Policy would refuse them.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from commissary.domain.security.types import Permission
from commissary.entry.console import words
from commissary.entry.console.assets import Assets
from commissary.entry.console.reader import Reader
from commissary.entry.console.sentences import actor_words
from commissary.platform.http.caller import PUBLIC
from commissary.views.orders import LineView

Handler = Callable[[Request[Any, Any, Any]], Awaitable[Response[bytes]]]
FORM_LIMIT_BYTES = 500_000
# Address, label, permission: the sections of the console.
SECTIONS = (
    ("/console", "Home", Permission.ORDERS_READ, "home"),
    ("/console/orders", "Orders", Permission.ORDERS_READ, "orders"),
    ("/console/stock", "Stock", Permission.STOCK_READ, "stock"),
    ("/docs/api", "API reference", PUBLIC, "book"),
)


class Pages:
    """Renders templates and makes the routes of pages; one for each application."""

    def __init__(self, assets: Assets, exception_handlers: Callable[["Pages"], Mapping[Any, Any]]) -> None:
        self.assets = assets
        self._templates = Environment(
            loader=PackageLoader("commissary.entry.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            assets=assets,
            sections=SECTIONS,
            words=words,
            tones=words.STATUS_TONES,
            label=words.label,
            plural=words.plural,
            in_order=words.in_order,
            query_string=query_string,
            units_of=units_of,
            words_of=actor_words,
        )
        self._templates.filters["segment"] = lambda text: quote(str(text), safe="")
        self._exception_handlers = exception_handlers(self)

    def render(
        self,
        template: str,
        reader: Reader,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        section: str = "",
        **values: Any,
    ) -> Response[bytes]:
        """A whole page. Pages of someone who signed in are kept by nobody."""
        text = self._templates.get_template(template).render(
            reader=reader,
            caller=reader.caller,
            csrf_token=reader.caller.csrf_token,
            section=section,
            **values,
        )
        own = {
            "cache-control": "no-store" if reader.signed_in else "no-cache",
            "vary": "cookie, accept-language",
        }
        return Response(
            text.encode(),
            status_code=status,
            headers={**own, **(headers or {})},
            media_type="text/html",
        )

    def route(
        self, methods: str | tuple[str, ...], path: str | list[str], permission: str, handler: Handler
    ) -> HTTPRouteHandler:
        """A route that answers failures with pages instead of problems."""
        verbs: Any = [methods] if isinstance(methods, str) else list(methods)
        return HTTPRouteHandler(
            path,
            http_method=verbs,
            status_code=200,
            opt={"permission": permission},
            exception_handlers=dict(self._exception_handlers),
            request_max_body_size=FORM_LIMIT_BYTES,
        )(_request_handler(handler))


def _request_handler(handler: Handler) -> Callable[..., Awaitable[Response[bytes]]]:
    async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await handler(request)

    return handle


def redirect(address: str, *, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """Go there with GET."""
    given = {"location": address, "cache-control": "no-store", **(headers or {})}
    return Response(b"", status_code=303, headers=given, media_type="text/html")


def query_string(given: Mapping[str, Any], **changes: Any) -> str:
    """A query of what is set: `?state=reserved&cursor=…`, or nothing."""
    values = {name: value for name, value in {**given, **changes}.items() if value not in (None, "")}
    return f"?{urlencode(values)}" if values else ""


def units_of(line: LineView) -> dict[str, int]:
    """Units of an order's line by state."""
    return {group.state: group.quantity for group in line.groups}


def is_htmx(request: Request[Any, Any, Any]) -> bool:
    """Whether a part of a page is asked for."""
    return request.headers.get("hx-request") == "true"
