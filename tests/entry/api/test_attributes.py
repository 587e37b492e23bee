"""Custom attributes over HTTP: declared once, of one kind, by those who may."""

import httpx

from commissary.domain.security.types import Role
from tests.conftest import Organization
from tests.doors import client_with, new_key


def _problem(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert "{" not in body["detail"]
    return answer.status_code, body["code"], body.get("field", "")


async def test_attributes_are_declared_read_and_listed(client: httpx.AsyncClient) -> None:
    color = {"entity": "item", "name": "color", "kind": "text"}
    assert (await client.put("/v1/attributes/item/color", json={"kind": "text"})).json() == color
    assert (await client.put("/v1/attributes/item/color", json={"kind": "text"})).json() == color
    size = (await client.put("/v1/attributes/customer/size", json={"kind": "whole_number"})).json()
    assert (await client.get("/v1/attributes/item/color")).json() == color
    assert (await client.get("/v1/attributes")).json() == {"data": [size, color], "next_cursor": None}
    table = [
        ("item/color", {"kind": "number"}, (409, "attribute_kind_fixed", "/kind")),
        ("item/color", {"kind": "money"}, (422, "body_invalid", "/kind")),
        ("item/color", {}, (422, "body_invalid", "/kind")),
        ("shelf/color", {"kind": "text"}, (422, "attribute_entity_unknown", "/entity")),
        ("item/Color", {"kind": "text"}, (422, "attribute_name_invalid", "/name")),
        ("item/a%00", {"kind": "text"}, (422, "attribute_name_invalid", "/name")),
    ]
    for path, body, problem in table:
        assert _problem(await client.put(f"/v1/attributes/{path}", json=body)) == problem
    for path in ("item/size", "shelf/color", "item/a%00"):
        assert _problem(await client.get(f"/v1/attributes/{path}")) == (404, "attribute_not_found", "/name")
    assert len((await client.get("/v1/attributes")).json()["data"]) == 2


async def test_declared_values_go_in_and_come_out(client: httpx.AsyncClient) -> None:
    for name, kind in (
        ("note", "text"),
        ("pieces", "whole_number"),
        ("volume", "number"),
        ("new", "yes_no"),
        ("on", "date"),
    ):
        assert (await client.put(f"/v1/attributes/item/{name}", json={"kind": kind})).status_code == 200
    values = {"note": "\U0001f600", "pieces": 3, "volume": 0.25, "new": False, "on": "2028-02-29"}
    put = await client.put("/v1/items/A", json={"name": "A", "attributes": values})
    assert put.json()["attributes"] == values
    for name, value in (("pieces", 1.5), ("pieces", True), ("new", 1), ("on", "2027-02-29"), ("note", 7)):
        body = {"name": "A", "attributes": {**values, name: value}}
        answer = await client.put("/v1/items/A", json=body)
        assert _problem(answer) == (422, "attribute_kind_wrong", f"/attributes/{name}")
    dropped = await client.put("/v1/items/A", json={"name": "A", "attributes": {**values, "note": None}})
    assert "note" not in dropped.json()["attributes"]


async def test_who_may_declare(organization: Organization, api_address: str) -> None:
    async with client_with(api_address, await new_key(organization.app, role=Role.OPERATOR)) as client:
        assert (await client.get("/v1/attributes")).status_code == 200
        put = await client.put("/v1/attributes/item/color", json={"kind": "text"})
        assert _problem(put)[:2] == (403, "not_permitted")
