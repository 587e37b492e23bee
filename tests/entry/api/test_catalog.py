"""Items over HTTP: put, read, listed, loaded in bulk, and what is refused."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from commissary.domain.security.types import Role
from tests.conftest import Organization
from tests.doors import client_with, new_key

CUP = {
    "name": "Cup \U0001f600",
    "gtins": ["4006381333931"],
    "weight_g": 300,
    "length_mm": 80,
    "width_mm": 80,
    "height_mm": 95,
    "picture_url": "https://shop.example/cup.jpg",
}


def _problem(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert "{" not in body["detail"]
    return answer.status_code, body["code"], body.get("field", "")


async def test_an_item_is_put_read_and_replaced(client: httpx.AsyncClient) -> None:
    put = await client.put("/v1/items/CUP", json=CUP)
    assert put.status_code == 200, put.text
    cup = put.json()
    assert cup["sku"] == "CUP" and cup["version"] == 1 and cup["active"] is True
    assert cup["gtins"] == ["04006381333931"] and put.headers["etag"] == '"1"'
    read = await client.get("/v1/items/CUP")
    assert read.json() == cup and read.headers["etag"] == '"1"'
    replaced = await client.put("/v1/items/CUP", json={"name": "Mug"}, headers={"if-match": '"1"'})
    assert replaced.json()["version"] == 2 and replaced.json()["gtins"] == []
    assert replaced.json()["weight_g"] is None
    stale = await client.put("/v1/items/CUP", json=CUP, headers={"if-match": '"1"'})
    assert _problem(stale) == (412, "version_stale", "")
    absent = await client.put("/v1/items/NEW", json=CUP, headers={"if-match": '"1"'})
    assert _problem(absent) == (412, "version_stale", "")
    assert (await client.get("/v1/items/CUP")).json() == replaced.json()


async def test_spellings_of_a_sku_meet(client: httpx.AsyncClient) -> None:
    composed, decomposed, blanks = (quote(sku) for sku in ("caf\u00e9", "cafe\u0301", " caf\u00e9 "))
    await client.put(f"/v1/items/{composed}", json={"name": "A"})
    second = await client.put(f"/v1/items/{decomposed}", json={"name": "B"})
    assert second.json()["version"] == 2
    for sku in (composed, decomposed, blanks):
        assert (await client.get(f"/v1/items/{sku}")).json()["name"] == "B"


# what is sent in place of a good body                        status, code, field
REFUSED: list[tuple[dict[str, Any], tuple[int, str, str]]] = [
    ({"name": ""}, (422, "body_invalid", "/name")),
    ({"name": " "}, (422, "item_name_invalid", "/name")),
    ({"name": "a\x00b"}, (422, "body_invalid", "/name")),
    ({"name": 7}, (422, "body_invalid", "/name")),
    ({"weight_g": -1}, (422, "body_invalid", "/weight_g")),
    ({"weight_g": 10**23}, (422, "body_invalid", "/weight_g")),
    ({"weight_g": 1.5}, (422, "body_invalid", "/weight_g")),
    ({"weight_g": "300"}, (422, "body_invalid", "/weight_g")),
    ({"gtins": ["4006381333932"]}, (422, "gtin_invalid", "/gtins/0")),
    ({"gtins": ["96385074"]}, (409, "gtin_taken", "/gtins/0")),
    ({"picture_url": "javascript:alert(1)"}, (422, "picture_url_invalid", "/picture_url")),
    ({"attributes": {"size": "L"}}, (422, "attribute_undeclared", "/attributes/size")),
    ({"attributes": {"volume": "much"}}, (422, "attribute_kind_wrong", "/attributes/volume")),
    ({"price": 1}, (422, "body_invalid", "/price")),
]


@pytest.mark.parametrize(("sent", "refusal"), REFUSED)
async def test_a_refused_item_changes_nothing(
    client: httpx.AsyncClient, sent: dict[str, Any], refusal: tuple[int, str, str]
) -> None:
    await client.put("/v1/attributes/item/volume", json={"kind": "number"})
    await client.put("/v1/items/OTHER", json={"name": "Other", "gtins": ["96385074"]})
    before = (await client.put("/v1/items/CUP", json=CUP)).json()
    assert _problem(await client.put("/v1/items/CUP", json={**CUP, **sent})) == refusal
    assert (await client.get("/v1/items/CUP")).json() == before


async def test_addresses_that_name_no_item(client: httpx.AsyncClient) -> None:
    for sku in ("MISSING", "A%00B", "A%E2%80%8BB", "x" * 500, "%FF"):
        assert _problem(await client.get(f"/v1/items/{sku}"))[:2] == (404, "item_unknown")
    for sku in ("A%00B", "A%E2%80%8BB", "A%E2%80%AEB", "x" * 101, "%20"):
        assert _problem(await client.put(f"/v1/items/{sku}", json=CUP)) == (422, "sku_invalid", "/sku")
    assert (await client.get("/v1/items")).json()["data"] == []


async def _skus(client: httpx.AsyncClient, **query: Any) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        answer = await client.get("/v1/items", params={**query, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [row["sku"] for row in page["data"]]
        cursor = page["next_cursor"]
        if not cursor:
            return found


async def test_lists_page_and_search(client: httpx.AsyncClient) -> None:
    rows: list[dict[str, Any]] = [
        {"sku": "b-2", "name": "Red cup", "gtins": ["96385074"]},
        {"sku": "B-1", "name": "\u00c9clair"},
        {"sku": "a/1", "name": "100% wool"},
        {"sku": "a_1", "name": "red plate"},
        {"sku": "bulk", "name": "Bulk"},
        {"sku": "z", "name": "Z", "active": False},
    ]
    await client.post("/v1/items/bulk", json=rows)
    everything = ["B-1", "a/1", "a_1", "b-2", "bulk", "z"]
    table: list[tuple[dict[str, Any], list[str]]] = [
        ({}, everything),
        ({"limit": 1}, everything),
        ({"limit": 4}, everything),
        ({"active": "true"}, everything[:5]),
        ({"active": "false", "limit": 1}, ["z"]),
        ({"q": "b", "limit": 1}, ["B-1", "b-2", "bulk"]),
        ({"q": "RED"}, ["a_1", "b-2"]),
        ({"q": "\u00c9cl"}, ["B-1"]),
        ({"q": "%"}, []),
        ({"q": "100%"}, ["a/1"]),
        ({"q": "a_"}, ["a_1"]),
        ({"q": "'; DROP TABLE item; --"}, []),
        ({"sku": "a/1"}, ["a/1"]),
        ({"sku": "bulk"}, ["bulk"]),
        ({"sku": "z", "active": "true"}, []),
        ({"gtin": "96385074"}, ["b-2"]),
        ({"gtin": "00000096385074"}, ["b-2"]),
        ({"gtin": "4006381333931"}, []),
        ({"gtin": "96385074", "sku": "z"}, []),
    ]
    for query, skus in table:
        assert await _skus(client, **query) == skus, query


async def test_queries_that_cannot_be(client: httpx.AsyncClient) -> None:
    table: list[tuple[str, tuple[int, str, str]]] = [
        ("limit=0", (400, "query_invalid", "/limit")),
        ("limit=201", (400, "query_invalid", "/limit")),
        ("gtin=12345678", (422, "gtin_invalid", "gtin")),
        ("cursor=%21%21", (400, "cursor_invalid", "cursor")),
        ("cursor=Ilx1MDAwMCI", (400, "cursor_invalid", "cursor")),
        ("page=2", (400, "query_invalid", "/page")),
    ]
    for query, problem in table:
        assert _problem(await client.get(f"/v1/items?{query}")) == problem


async def test_bulk_answers_every_row(client: httpx.AsyncClient) -> None:
    rows = [
        {"sku": "A", "name": "A", "gtins": ["96385074"]},
        {"sku": "B", "name": "B", "weight_g": -1},
        {"sku": "C", "name": "C", "colour": "red"},
        ["D"],
        {"name": "nameless"},
        {"sku": "A", "name": "again"},
        {"sku": "E", "name": "E", "gtins": ["96385074"]},
        {"sku": "F", "name": "F", "weight_g": 10**23},
        {"sku": "G", "name": "G"},
    ]
    answer = await client.post("/v1/items/bulk", json=rows)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["created"], body["changed"], body["unchanged"], body["refused"]) == (2, 0, 0, 7)
    assert [row["row"] for row in body["results"]] == list(range(9))
    problems = [
        (row["sku"], row["problem"]["code"], row["problem"].get("field", ""))
        for row in body["results"]
        if row["problem"]
    ]
    assert problems == [
        ("B", "body_invalid", "/weight_g"),
        ("C", "body_invalid", "/colour"),
        (None, "body_invalid", ""),
        (None, "body_invalid", "/sku"),
        ("A", "sku_twice", "/sku"),
        ("E", "gtin_taken", "/gtins/0"),
        ("F", "body_invalid", "/weight_g"),
    ]
    again = (await client.post("/v1/items/bulk", json=rows)).json()
    assert (again["created"], again["unchanged"], again["refused"]) == (0, 2, 7)
    assert (await client.get("/v1/items/A")).json()["version"] == 1


async def test_bulk_bodies_that_are_refused_whole(client: httpx.AsyncClient) -> None:
    many = [{"sku": f"S{n}", "name": "x"} for n in range(1001)]
    assert _problem(await client.post("/v1/items/bulk", json=many))[:2] == (422, "body_invalid")
    assert _problem(await client.post("/v1/items/bulk", json=[]))[:2] == (422, "body_invalid")
    assert _problem(await client.post("/v1/items/bulk", json={"sku": "A"}))[:2] == (422, "body_invalid")
    twins = b'[{"sku": "A", "sku": "B", "name": "x"}]'
    assert _problem(await client.post("/v1/items/bulk", content=twins)) == (400, "body_key_twice", "/0/sku")
    assert _problem(await client.post("/v1/items/bulk", content=b"[{"))[:2] == (400, "body_malformed")
    assert (await client.get("/v1/items")).json()["data"] == []
    assert (await client.post("/v1/items/bulk", json=many[:1000])).json()["created"] == 1000


async def test_who_may_read_and_who_may_write(organization: Organization, api_address: str) -> None:
    for role, may_write in ((Role.OPERATOR, True), (Role.STORE_ASSOCIATE, False), (Role.READ_ONLY, False)):
        secret = await new_key(organization.app, role=role)
        async with client_with(api_address, secret) as client:
            assert (await client.get("/v1/items")).status_code == 200
            put = await client.put("/v1/items/CUP", json=CUP)
            bulk = await client.post("/v1/items/bulk", json=[{"sku": "B", "name": "B"}])
            assert (put.status_code, bulk.status_code) == ((200, 200) if may_write else (403, 403))
    async with client_with(api_address, None) as client:
        assert _problem(await client.get("/v1/items"))[:2] == (401, "not_authenticated")
