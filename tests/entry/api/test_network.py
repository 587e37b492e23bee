"""Locations and groups over HTTP: put, read, listed, and what is refused."""

from typing import Any

import httpx
import pytest

from commissary.domain.security.types import Role
from tests.conftest import Organization
from tests.doors import client_with, new_key

PARIS = {
    "name": "Paris Rivoli",
    "kind": "store",
    "address": {"country": "FR", "lines": ["1 rue de Rivoli"], "postal_code": "75001", "city": "Paris"},
    "time_zone": "Europe/Paris",
    "latitude": 48.8556,
    "longitude": 2.3622,
    "opening_hours": {"monday": [["09:00", "12:00"], ["14:00", "24:00"]]},
    "capabilities": ["pickup", "ship_from"],
    "processing_lead_time_s": 7200,
}


def _problem(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert "{" not in body["detail"]
    return answer.status_code, body["code"], body.get("field", "")


async def test_a_location_is_put_read_and_replaced(client: httpx.AsyncClient) -> None:
    put = await client.put("/v1/locations/S1", json=PARIS)
    assert put.status_code == 200, put.text
    paris = put.json()
    assert {name: paris[name] for name in PARIS if name != "address"} == {
        name: value for name, value in PARIS.items() if name != "address"
    }
    assert paris["address"]["city"] == "Paris" and paris["version"] == 1 and paris["reserving_group"] is None
    read = await client.get("/v1/locations/S1")
    assert read.json() == paris and read.headers["etag"] == '"1"'
    replaced = await client.put(
        "/v1/locations/S1",
        json={"name": "P", "kind": "locker", "address": {"country": "FR"}, "time_zone": "UTC"},
        headers={"if-match": '"1"'},
    )
    body = replaced.json()
    assert (body["version"], body["latitude"], body["opening_hours"], body["capabilities"]) == (
        2,
        None,
        {},
        [],
    )
    assert body["processing_lead_time_s"] == 86400
    assert _problem(await client.put("/v1/locations/S1", json=PARIS, headers={"if-match": '"1"'})) == (
        412,
        "version_stale",
        "",
    )


# what is sent in place of a good body                             status, code, field
REFUSED: list[tuple[dict[str, Any], tuple[int, str, str]]] = [
    ({"kind": "shop"}, (422, "body_invalid", "/kind")),
    ({"address": {"country": "France"}}, (422, "body_invalid", "/address/country")),
    ({"address": {}}, (422, "body_invalid", "/address/country")),
    ({"time_zone": "Europe/Atlantis"}, (422, "time_zone_unknown", "/time_zone")),
    ({"time_zone": "../../etc/passwd"}, (422, "time_zone_unknown", "/time_zone")),
    ({"longitude": None}, (422, "coordinates_incomplete", "/longitude")),
    ({"latitude": None}, (422, "coordinates_incomplete", "/latitude")),
    ({"latitude": 91}, (422, "body_invalid", "/latitude")),
    ({"longitude": 10**23}, (422, "body_invalid", "/longitude")),
    ({"capabilities": ["fly"]}, (422, "body_invalid", "/capabilities/0")),
    ({"processing_lead_time_s": -1}, (422, "body_invalid", "/processing_lead_time_s")),
    ({"processing_lead_time_s": 10**23}, (422, "body_invalid", "/processing_lead_time_s")),
    ({"opening_hours": {"monday": [["12:00", "09:00"]]}}, (422, "opening_hours_invalid", "/opening_hours/monday/0")),
    (
        {"opening_hours": {"monday": [["09:00", "12:00"], ["11:00", "13:00"]]}},
        (422, "opening_hours_overlap", "/opening_hours/monday"),
    ),
    ({"opening_hours": {"moonday": []}}, (422, "weekday_unknown", "/opening_hours/moonday")),
    ({"reserving_group": "MOON"}, (422, "location_group_unknown", "/reserving_group")),
    ({"attributes": {"size": 1}}, (422, "attribute_undeclared", "/attributes/size")),
    ({"name": "\u0000"}, (422, "body_invalid", "/name")),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "refusal"), REFUSED)
async def test_a_refused_location_changes_nothing(
    client: httpx.AsyncClient, sent: dict[str, Any], refusal: tuple[int, str, str]
) -> None:
    before = (await client.put("/v1/locations/S1", json=PARIS)).json()
    assert _problem(await client.put("/v1/locations/S1", json={**PARIS, **sent})) == refusal
    assert (await client.get("/v1/locations/S1")).json() == before


async def test_groups_are_put_read_and_listed(client: httpx.AsyncClient) -> None:
    for code in ("S1", "S2", "S3"):
        await client.put(f"/v1/locations/{code}", json=PARIS)
    east = await client.put(
        "/v1/location-groups/EAST", json={"name": "East", "reserving": True, "locations": ["S2", "S1"]}
    )
    assert east.status_code == 200, east.text
    group = {"code": "EAST", "name": "East", "reserving": True, "locations": ["S1", "S2"], "version": 1}
    assert east.json() == group and east.headers["etag"] == '"1"'
    assert (await client.get("/v1/location-groups/EAST")).json() == group
    city = await client.put("/v1/location-groups/CITY", json={"name": "City", "locations": ["S1"]})
    renamed = await client.put("/v1/location-groups/CITY", json={"name": "Town"}, headers={"if-match": '"1"'})
    assert renamed.json() == {**city.json(), "name": "Town", "version": 2}
    location = (await client.get("/v1/locations/S1")).json()
    assert (location["reserving_group"], location["groups"], location["version"]) == ("EAST", ["CITY"], 2)
    pages = [(await client.get("/v1/location-groups?limit=1")).json()]
    pages.append((await client.get("/v1/location-groups", params={"cursor": pages[0]["next_cursor"]})).json())
    assert [row["code"] for page in pages for row in page["data"]] == ["CITY", "EAST"]
    west = {"name": "West", "reserving": True, "locations": ["S3", "S1"]}
    table: list[tuple[str, dict[str, Any], tuple[int, str, str]]] = [
        ("WEST", west, (409, "location_in_other_group", "/locations")),
        ("CITY", {"name": "City", "reserving": True}, (409, "location_group_kind_fixed", "/reserving")),
        ("CITY", {"name": "City", "locations": ["S1", "S9"]}, (422, "location_unknown", "/locations/1")),
        ("A%00", {"name": "City"}, (422, "location_group_code_invalid", "/code")),
    ]
    for code, body, problem in table:
        assert _problem(await client.put(f"/v1/location-groups/{code}", json=body)) == problem
    assert _problem(await client.get("/v1/location-groups/WEST")) == (
        404,
        "location_group_not_found",
        "/code",
    )
    assert _problem(await client.get("/v1/location-groups/A%00")) == (
        404,
        "location_group_not_found",
        "/code",
    )


async def test_a_location_with_stock_stays_in_its_group(
    client: httpx.AsyncClient, organization: Organization
) -> None:
    await client.put("/v1/location-groups/EAST", json={"name": "East", "reserving": True})
    await client.put("/v1/locations/S1", json={**PARIS, "reserving_group": "EAST"})
    async with organization.app.database.transaction("acme") as db:
        await db.execute(
            "INSERT INTO stock_position (item_id, location_id, reserved) SELECT 1, id, 3 FROM location"
        )
    leave = await client.put("/v1/locations/S1", json=PARIS)
    assert _problem(leave) == (409, "location_has_stock", "/reserving_group")
    emptied = {"name": "East", "reserving": True, "locations": []}
    assert _problem(await client.put("/v1/location-groups/EAST", json=emptied)) == (
        409,
        "location_has_stock",
        "/locations",
    )
    assert (await client.get("/v1/location-groups/EAST")).json()["locations"] == ["S1"]


async def test_lists_page_and_search(client: httpx.AsyncClient) -> None:
    await client.put("/v1/locations/S1", json=PARIS)
    await client.put("/v1/locations/s2", json={**PARIS, "name": "Lyon", "active": False, "capabilities": []})
    await client.put("/v1/locations/W1", json={**PARIS, "name": "Paris Nord", "kind": "warehouse"})
    await client.put("/v1/location-groups/CITY", json={"name": "City", "locations": ["S1"]})
    await client.put("/v1/location-groups/EAST", json={"name": "E", "reserving": True, "locations": ["W1"]})
    table: list[tuple[dict[str, str], list[str]]] = [
        ({}, ["S1", "W1", "s2"]),
        ({"limit": "1"}, ["S1", "W1", "s2"]),
        ({"q": "s"}, ["S1", "s2"]),
        ({"q": "paris"}, ["S1", "W1"]),
        ({"q": "%"}, []),
        ({"kind": "warehouse"}, ["W1"]),
        ({"active": "false"}, ["s2"]),
        ({"capability": "pickup"}, ["S1", "W1"]),
        ({"group": "CITY"}, ["S1"]),
        ({"group": "EAST"}, ["W1"]),
        ({"group": "MOON"}, []),
        ({"code": "s2"}, ["s2"]),
    ]
    for query, codes in table:
        found, cursor = [], None
        while True:
            answer = await client.get(
                "/v1/locations", params={**query, **({"cursor": cursor} if cursor else {})}
            )
            found += [row["code"] for row in answer.json()["data"]]
            cursor = answer.json()["next_cursor"]
            if cursor is None:
                break
        assert found == codes, query
    assert _problem(await client.get("/v1/locations?kind=shop")) == (400, "query_invalid", "/kind")
    assert _problem(await client.get("/v1/locations/A%00")) == (404, "location_not_found", "/code")


async def test_who_may_write_and_where(
    client: httpx.AsyncClient, organization: Organization, api_address: str
) -> None:
    for code in ("S1", "S2"):
        await client.put(f"/v1/locations/{code}", json=PARIS)
    async with organization.app.database.transaction("acme", read_only=True) as db:
        rows = await db.fetch("SELECT id FROM location WHERE code = 'S1'")
    own = frozenset({rows[0][0]})
    secret = await new_key(organization.app, role=Role.OPERATOR, location_ids=own)
    async with client_with(api_address, secret) as scoped:
        assert (await scoped.put("/v1/locations/S1", json={**PARIS, "name": "Mine"})).status_code == 200
        for code in ("S2", "S3", "A%00"):
            assert _problem(await scoped.put(f"/v1/locations/{code}", json=PARIS))[:2] == (
                403,
                "not_permitted",
            )
        group = await scoped.put("/v1/location-groups/CITY", json={"name": "City"})
        assert _problem(group)[:2] == (403, "not_permitted")
        assert len((await scoped.get("/v1/locations")).json()["data"]) == 2
    secret = await new_key(organization.app, role=Role.STORE_ASSOCIATE, location_ids=own)
    async with client_with(api_address, secret) as associate:
        assert (await associate.get("/v1/locations/S2")).status_code == 200
        assert _problem(await associate.put("/v1/locations/S1", json=PARIS))[:2] == (403, "not_permitted")
