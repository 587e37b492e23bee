"""The ASGI application: default deny, problems for every failure, security headers on every answer.

It refuses to start while any route, generated ones too, declares no permission.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from commissary.kernel.decision import Refusal
from commissary.platform.errors import TryAgain, Unavailable, UnknownOrganization
from commissary.platform.http.caller import PUBLIC, Caller
from commissary.platform.http.problems import Problem, ProblemKind, problem_response

Authenticate = Callable[[ASGIConnection[Any, Any, Any, Any]], Awaitable[Caller | None]]
Hook = Callable[[], Awaitable[None]]
_log = structlog.get_logger()

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
}
_ANONYMOUS = Caller("anonymous", "", "anonymous", frozenset())


class UndeclaredPermission(Exception):
    """A route that says nothing of who may use it; the application does not start with one."""


def build_application(
    handlers: Sequence[ControllerRouterHandler],
    *,
    authenticate: Authenticate,
    problems: Mapping[str, ProblemKind],
    on_startup: Sequence[Hook] = (),
    on_shutdown: Sequence[Hook] = (),
    exception_handlers: Mapping[Any, Any] | None = None,
) -> Litestar:
    """Litestar with our guard and our problems. Raises UndeclaredPermission."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        permission = handler.opt.get("permission")
        if permission == PUBLIC:
            connection.scope["state"]["caller"] = await _caller_if_any(connection, authenticate)
            return
        caller = await authenticate(connection)
        connection.scope["state"]["caller"] = caller or _ANONYMOUS
        if caller is None:
            raise Problem("not_authenticated", headers={"www-authenticate": "Bearer"})
        if permission is None or not caller.may(permission):
            raise Problem("not_permitted", permission=permission or "none")

    application = Litestar(
        route_handlers=list(handlers),
        guards=[guard],
        openapi_config=None,
        on_startup=list(on_startup),
        on_shutdown=list(on_shutdown),
        exception_handlers={
            Problem: _problem_handler(problems),
            Unavailable: _unavailable_handler(problems),
            TryAgain: _busy_handler(problems),
            UnknownOrganization: _problem_of("not_authenticated", problems),
            HTTPException: _http_handler(problems),
            Exception: _bug_handler(problems),
            **(exception_handlers or {}),
        },
        before_send=[_add_security_headers],
        logging_config=None,
    )
    declare_generated(application)
    refuse_undeclared(application)
    return application


async def _caller_if_any(
    connection: ASGIConnection[Any, Any, Any, Any], authenticate: Authenticate
) -> Caller:
    """Public pages serve anyone: with the database away, or to someone who signs in again from an old form."""
    try:
        return await authenticate(connection) or _ANONYMOUS
    except Unavailable:
        return _ANONYMOUS
    except Problem as problem:
        if problem.refusal.code != "csrf_token_wrong":
            raise
        return _ANONYMOUS


def declare_generated(application: Litestar) -> None:
    """OPTIONS answers that Litestar makes itself need what the strictest sibling needs: they tell what is there."""
    for route in application.routes:
        if isinstance(route, HTTPRoute):
            declared = [h.opt["permission"] for h in route.route_handlers if "permission" in h.opt]
            for handler in route.route_handlers:
                if handler.http_methods == {"OPTIONS"} and declared:
                    handler.opt.setdefault("permission", max(declared, key=lambda p: p != PUBLIC))


def refuse_undeclared(application: Litestar) -> None:
    """Raises UndeclaredPermission naming every route whose handler declares none."""
    missing = [
        f"{' '.join(sorted(getattr(handler, 'http_methods', ())))} {route.path}"
        for route in application.routes
        for handler in getattr(route, "route_handlers", None) or [getattr(route, "route_handler", None)]
        if handler is not None and not handler.opt.get("permission")
    ]
    if missing:
        raise UndeclaredPermission("Routes without a permission: " + "; ".join(sorted(missing)))


async def _add_security_headers(message: Any, _: Any) -> None:
    if message["type"] == "http.response.start":
        present = {name.lower() for name, _ in message["headers"]}
        message["headers"] = [
            *message["headers"],
            *((n.encode(), v.encode()) for n, v in SECURITY_HEADERS.items() if n.encode() not in present),
        ]


def _problem_handler(problems: Mapping[str, ProblemKind]) -> Callable[..., Response[bytes]]:
    def answer(_: Request[Any, Any, Any], error: Problem) -> Response[bytes]:
        return problem_response(error.refusal, problems, error.headers)

    return answer


def _problem_of(code: str, problems: Mapping[str, ProblemKind]) -> Callable[..., Response[bytes]]:
    def answer(_: Request[Any, Any, Any], __: Exception) -> Response[bytes]:
        return problem_response(Refusal(code), problems)

    return answer


def _unavailable_handler(problems: Mapping[str, ProblemKind]) -> Callable[..., Response[bytes]]:
    def answer(_: Request[Any, Any, Any], error: Unavailable) -> Response[bytes]:
        refusal = Refusal("unavailable", {"what": error.what, "retry_after_s": error.retry_after_s})
        return problem_response(refusal, problems, {"retry-after": str(error.retry_after_s)})

    return answer


def _busy_handler(problems: Mapping[str, ProblemKind]) -> Callable[..., Response[bytes]]:
    unavailable = _unavailable_handler(problems)

    def answer(request: Request[Any, Any, Any], _: TryAgain) -> Response[bytes]:
        return unavailable(request, Unavailable("Other writers were always first."))

    return answer


_HTTP_CODES = {401: "not_authenticated", 403: "not_permitted", 404: "not_found", 405: "method_not_allowed"}


def _http_handler(problems: Mapping[str, ProblemKind]) -> Callable[..., Response[bytes]]:
    def answer(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
        if error.status_code == 413:
            endpoint = request.scope["route_handler"].opt.get("endpoint")
            limit = endpoint.max_body_bytes if endpoint else 0
            return problem_response(Refusal("body_too_large", {"limit_bytes": limit}), problems)
        if code := _HTTP_CODES.get(error.status_code):
            return problem_response(Refusal(code, {"permission": ""}), problems, error.headers)
        return problem_response(Refusal("body_malformed", {"reason": error.detail}), problems)

    return answer


def _bug_handler(problems: Mapping[str, ProblemKind]) -> Callable[..., Response[bytes]]:
    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        request_id = secrets.token_hex(8)
        _log.error("request.failed", request_id=request_id, path=request.scope["path"], exc_info=error)
        return problem_response(Refusal("internal_error", {"request_id": request_id}), problems)

    return answer
