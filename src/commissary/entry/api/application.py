"""The API as route handlers: all endpoints, its own description, and the page that shows it."""

import msgspec
from litestar.handlers import HTTPRouteHandler

from commissary.entry.api.refusals import all_problems
from commissary.entry.api.table import all_endpoints
from commissary.platform.http.caller import PUBLIC
from commissary.platform.http.endpoint import Call, Endpoint, Reply, Work
from commissary.platform.http.openapi import openapi_document
from commissary.platform.http.problems import ProblemKind
from commissary.platform.http.routes import route_handlers
from commissary.wiring import Application


def api_problems() -> dict[str, ProblemKind]:
    """Every problem that the API may answer."""
    return all_problems()


def api_handlers(app: Application) -> list[HTTPRouteHandler]:
    """Route handlers for every endpoint and for the OpenAPI document."""
    problems = all_problems()
    endpoints = all_endpoints(app)
    described = [*endpoints, _document_endpoint(b"")]
    document = msgspec.json.encode(openapi_document(described, problems))
    return route_handlers([*endpoints, _document_endpoint(document)], app.database, problems)


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
