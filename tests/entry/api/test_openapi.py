"""The OpenAPI document says what the API does: every route is in it, every answer fits it, every refusal is named.

route in the application       in the document, and the other way round
answer of a call               fits the schema for its status
refusal                        its status and code stand in the document
/v1/orders without a body      400, and the document says so
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import jsonschema_rs
import pytest
from litestar.routes import HTTPRoute

from commissary.entry.api.refusals import all_problems
from tests.conftest import Organization
from tests.doors import api
from tests.shop import captured, open_shop, order

Document = Mapping[str, Any]


@pytest.fixture
async def document(client: httpx.AsyncClient) -> Document:
    answer = await client.get("/v1/openapi.json")
    found: Document = answer.json()
    return found


def _check(document: Document, method: str, path: str, answer: httpx.Response) -> None:
    """The answer's status is described and its body fits."""
    responses = document["paths"][path][method.lower()]["responses"]
    status = str(answer.status_code)
    assert status in responses, f"{method} {path} answered {status}: {answer.text[:300]}"
    for content in responses[status].get("content", {}).values():
        if "schema" in content:
            schema = {**content["schema"], "components": document["components"]}
            jsonschema_rs.validator_for(schema).validate(answer.json())
    if answer.status_code >= 400:
        assert answer.json()["code"] in responses[status]["description"].split(", ")


async def test_every_route_is_described(organization: Organization, document: Document) -> None:
    routes = {
        (handler.opt["endpoint"].method.lower(), handler.opt["endpoint"].path)
        for route in api(organization.app).routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if "endpoint" in handler.opt
    }
    described = {(method, path) for path, methods in document["paths"].items() for method in methods}
    plain = {
        (method, path.replace(":str}", "}").replace(":uuid}", "}").replace(":int}", "}"))
        for method, path in routes
    }
    assert plain == described
    assert len(described) > 40


async def test_document_is_openapi(document: Document) -> None:
    assert document["openapi"] == "3.1.0"
    ids = [op["operationId"] for methods in document["paths"].values() for op in methods.values()]
    assert len(ids) == len(set(ids))
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


async def test_every_problem_code_that_is_described_exists(document: Document) -> None:
    known = all_problems()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    for code in response["description"].split(", "):
                        assert known[code].status == int(status), f"{method} {path}: {code}"


async def test_answers_fit(organization: Organization, client: httpx.AsyncClient, document: Document) -> None:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    await captured(organization.app, order(("A", 2), number="N-1", holds=[{"kind": "review"}]))
    customer = (await client.get("/v1/orders/N-1")).json()["customer_id"]
    values = {"number": "N-1", "sku": "A", "code": "W1", "customer_id": customer, "id": customer}
    checked = 0
    for path, methods in document["paths"].items():
        if "get" not in methods:
            continue
        address = path
        for name in ("number", "sku", "customer_id", "id", "code"):
            own = "ALL" if path.startswith("/v1/location-groups") and name == "code" else values[name]
            address = address.replace(f"{{{name}}}", own)
        if "{" in address:
            continue
        required = [p["name"] for p in methods["get"]["parameters"] if p["in"] == "query" and p["required"]]
        answer = await client.get(address, params=dict.fromkeys(required, "A"))
        _check(document, "GET", path, answer)
        checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    ("method", "path", "address", "body", "status"),
    [
        ("POST", "/v1/orders", "/v1/orders", {"channel": "web", "currency": "EUR", "lines": []}, 422),
        ("POST", "/v1/orders", "/v1/orders", {"channel": 1}, 422),
        ("POST", "/v1/orders/{number}/cancel", "/v1/orders/NONE/cancel", {"reason": "x"}, 404),
        ("POST", "/v1/orders/bulk", "/v1/orders/bulk", [], 422),
        (
            "PUT",
            "/v1/carts/{cart}",
            "/v1/carts/c1",
            {"lines": [{"sku": "NO", "quantity": 1, "location": "W1"}]},
            422,
        ),
        ("PUT", "/v1/items/{sku}", "/v1/items/A", {"name": "A", "weight_g": -1}, 422),
        ("POST", "/v1/customers/search", "/v1/customers/search", {"name": 7}, 422),
    ],
)
async def test_refusals_fit(
    client: httpx.AsyncClient,
    document: Document,
    method: str,
    path: str,
    address: str,
    body: Any,
    status: int,
) -> None:
    answer = await client.request(method, address, json=body, headers={"Idempotency-Key": "k-1"})
    assert answer.status_code == status, answer.text
    _check(document, method, path, answer)


async def test_malformed_bodies_fit(client: httpx.AsyncClient, document: Document) -> None:
    for raw in (b"", b"{", b'{"channel":"web","channel":"app"}', b"[" * 10_000):
        answer = await client.post("/v1/orders", content=raw, headers={"Idempotency-Key": "k-2"})
        assert answer.status_code in (400, 422)
        _check(document, "POST", "/v1/orders", answer)


async def test_without_a_key_nothing_but_the_description_answers(
    client: httpx.AsyncClient, document: Document
) -> None:
    del client.headers["authorization"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["x-permission"] != "public":
                address = re.sub(r"\{\w+\}", str(UUID(int=7)), path)
                answer = await client.request(method.upper(), address, json={})
                assert answer.status_code == 401, f"{method} {path}"
                _check(document, method, path, answer)
