"""The API as route handlers: all endpoints, its own description, and the page that shows it."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from commissary.entry.api.refusals import all_problems
from commissary.entry.api.table import all_endpoints
from commissary.platform.http.caller import PUBLIC
from commissary.platform.http.endpoint import Call, Endpoint, Reply, Work
from commissary.platform.http.openapi import openapi_document
from commissary.platform.http.problems import ProblemKind
from commissary.platform.http.routes import route_handlers
from commissary.wiring import Application, request_hash_key


def api_problems() -> dict[str, ProblemKind]:
    """Every problem that the API may answer."""
    return all_problems()


def api_handlers(app: Application) -> list[HTTPRouteHandler]:
    """Route handlers for every endpoint and for the OpenAPI document."""
    problems = all_problems()
    endpoints = all_endpoints(app)
    document = msgspec.json.encode(_document(endpoints))
    return route_handlers(
        [*endpoints, _document_endpoint(document)], app.database, problems, request_hash_key(app)
    )


def api_document(app: Application) -> dict[str, Any]:
    """The OpenAPI document as plain data, for the page that shows it."""
    return _document(all_endpoints(app))


def _document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    return openapi_document([*endpoints, _document_endpoint(b"")], all_problems())


def _document_endpoint(document: bytes) -> Endpoint:
    async def read(_: Call[None, None]) -> Reply:
        return Reply(document)

    return Endpoint(
        method="GET",
        path="/v1/openapi.json",
        permission=PUBLIC,
        summary="This description",
        handler=read,
        work=Work.OWN,
        tag="installation",
        answer=bytes,
    )
