"""Failures as calm pages: what happened, what to do next, and a number to quote when it was our mistake.

Whoever is not signed in is led to the sign-in and back. Problems of the API stay JSON; these handlers belong to the
console's own routes only.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from commissary.entry.console.pages import Pages, is_htmx, redirect
from commissary.entry.console.places import sign_in_address
from commissary.entry.console.reader import reader_of
from commissary.kernel.decision import Fact, Refusal
from commissary.platform.errors import TryAgain, Unavailable, UnknownOrganization
from commissary.platform.http.problems import Problem, ProblemKind, problem_body

_log = structlog.get_logger()
AnyRequest = Request[Any, Any, Any]


def failure_handlers(problems: Mapping[str, ProblemKind]) -> Callable[[Pages], Mapping[Any, Any]]:
    """Exception handlers for the routes of pages."""

    def handlers_for(pages: Pages) -> Mapping[Any, Any]:
        def show(
            request: AnyRequest, refusal: Refusal, headers: Mapping[str, str] | None = None
        ) -> Response[bytes]:
            return failure_page(pages, request, refusal, problems, headers)

        def problem(request: AnyRequest, error: Problem) -> Response[bytes]:
            if error.refusal.code == "not_authenticated":
                return _to_sign_in(request)
            return show(request, error.refusal, error.headers)

        def unavailable(request: AnyRequest, error: Unavailable) -> Response[bytes]:
            facts: dict[str, Fact] = {"what": error.what, "retry_after_s": error.retry_after_s}
            return show(request, Refusal("unavailable", facts), {"retry-after": str(error.retry_after_s)})

        def busy(request: AnyRequest, _: TryAgain) -> Response[bytes]:
            return unavailable(request, Unavailable("Other writers were always first."))

        def http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
            if error.status_code == 413:
                return show(request, Refusal("body_invalid", {"reason": "This form is too large."}))
            if error.status_code in (404, 405):
                return show(request, Refusal("not_found"))
            return show(request, Refusal("body_invalid", {"reason": "This request cannot be read."}))

        def bug(request: AnyRequest, error: Exception) -> Response[bytes]:
            request_id = secrets.token_hex(8)
            path = request.scope["path"]
            _log.error("request.failed", request_id=request_id, path=path, exc_info=error)
            return show(request, Refusal("internal_error", {"request_id": request_id}))

        return {
            Problem: problem,
            Unavailable: unavailable,
            TryAgain: busy,
            UnknownOrganization: lambda request, _: _to_sign_in(request),
            HTTPException: http,
            Exception: bug,
        }

    return handlers_for


def failure_page(
    pages: Pages,
    request: AnyRequest,
    refusal: Refusal,
    problems: Mapping[str, ProblemKind],
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """The page for a refusal, with the status that the same refusal has in the API."""
    body = problem_body(refusal, problems)
    # Where a part of a page was asked for, the message takes its place instead of the whole page.
    part = {"hx-reselect": ".calm", "hx-reswap": "innerHTML"} if is_htmx(request) else {}
    return pages.render(
        "failure.html",
        reader_of(request),
        status=body.status,
        headers={**part, **(headers or {})},
        problem=body,
        request_id=refusal.facts.get("request_id", ""),
    )


def _to_sign_in(request: AnyRequest) -> Response[bytes]:
    if is_htmx(request):
        return Response(b"", status_code=401, headers={"hx-redirect": sign_in_address("")})
    scope = request.scope
    query = scope.get("query_string", b"").decode("ascii", "replace")
    path = scope.get("raw_path", b"").decode("ascii", "replace").partition("?")[0]
    place = path + (f"?{query}" if query else "")
    return redirect(sign_in_address(place if scope["method"] == "GET" else ""))
