"""Webhooks and events over HTTP: what is refused, what is listed, and how a follower gets everything."""

from typing import Any

import httpx
import pytest

from commissary.platform import outbox
from tests.conftest import Organization
from tests.doors import events_settled
from tests.platform.test_outbox import Counted, Weighed, subscribe

GOOD = "https://93.184.215.14/hook"

# body of a new endpoint → status, code, field
REFUSED: list[tuple[dict[str, Any], int, str, str]] = [
    ({}, 422, "body_invalid", "/url"),
    ({"url": GOOD, "extra": 1}, 422, "body_invalid", "/extra"),
    ({"url": 7}, 422, "body_invalid", "/url"),
    ({"url": "x" * 2001}, 422, "body_invalid", "/url"),
    ({"url": "http://93.184.215.14/hook"}, 422, "webhook_url_scheme", "/url"),
    ({"url": "https://localhost/hook"}, 422, "webhook_address_refused", "/url"),
    ({"url": "https://169.254.169.254/latest"}, 422, "webhook_address_refused", "/url"),
    ({"url": "https://me:pass@93.184.215.14/"}, 422, "webhook_url_malformed", "/url"),
    ({"url": GOOD, "kinds": ["order.exploded"]}, 422, "event_kind_unknown", "/kinds/0"),
    ({"url": GOOD, "kinds": ["webhook.test", "webhook.test"]}, 422, "event_kind_twice", "/kinds/1"),
]


@pytest.mark.parametrize(("body", "status", "code", "field"), REFUSED)
async def test_what_is_no_endpoint_is_refused_with_its_field(
    client: httpx.AsyncClient, body: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = await client.post("/v1/webhook-endpoints", json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, field)
    assert (await client.get("/v1/webhook-endpoints")).json()["data"] == []


async def test_an_endpoint_is_created_listed_changed_and_switched_off(client: httpx.AsyncClient) -> None:
    created = await client.post("/v1/webhook-endpoints", json={"url": GOOD, "kinds": ["webhook.test"]})
    assert created.status_code == 201
    assert created.headers["etag"] == '"1"'
    endpoint = created.json()["endpoint"]
    assert created.json()["secret"].startswith("whsec_")
    path = f"/v1/webhook-endpoints/{endpoint['id']}"
    assert (await client.get(path)).json() == endpoint
    assert (await client.get("/v1/webhook-endpoints")).json() == {"data": [endpoint], "next_cursor": None}

    stale = await client.patch(path, json={"description": "x"}, headers={"if-match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    changed = await client.patch(path, json={"description": "x", "kinds": []}, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["description"], changed.json()["kinds"]) == ("x", [])
    again = await client.patch(path, json={"description": "x"})
    assert again.headers["etag"] == '"2"'
    refused = await client.patch(path, json={"url": "https://10.0.0.1/"})
    assert refused.json()["code"] == "webhook_address_refused"

    for _ in range(2):
        assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).json()["inactive_reason"] == "by_hand"
    test = await client.post(path + "/test")
    assert (test.status_code, test.json()["code"]) == (409, "webhook_endpoint_inactive")
    on = await client.patch(path, json={"active": True})
    assert (on.json()["active"], on.json()["inactive_reason"]) == (True, None)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/webhook-endpoints/{id}"),
        ("DELETE", "/v1/webhook-endpoints/{id}"),
        ("GET", "/v1/webhook-endpoints/{id}/deliveries"),
        ("POST", "/v1/webhook-endpoints/{id}/test"),
        ("POST", "/v1/webhook-endpoints/{id}/rotate-secret"),
        ("POST", "/v1/webhook-deliveries/{id}/replay"),
    ],
)
async def test_what_is_not_there(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path.format(id="0196b8a0-0000-7000-8000-000000000001"))
    assert answer.status_code == 404, answer.text
    assert answer.json()["code"] in {"webhook_endpoint_unknown", "webhook_delivery_unknown"}


async def test_endpoints_come_in_pages(client: httpx.AsyncClient) -> None:
    ids = [
        (await client.post("/v1/webhook-endpoints", json={"url": GOOD})).json()["endpoint"]["id"]
        for _ in range(3)
    ]
    first = (await client.get("/v1/webhook-endpoints", params={"limit": 2})).json()
    rest = (await client.get("/v1/webhook-endpoints", params={"cursor": first["next_cursor"]})).json()
    assert [row["id"] for row in first["data"] + rest["data"]] == ids
    assert rest["next_cursor"] is None
    bad = await client.get("/v1/webhook-endpoints", params={"cursor": "nonsense"})
    assert bad.json()["code"] == "cursor_invalid"


async def test_a_follower_gets_every_event_once(
    organization: Organization, client: httpx.AsyncClient
) -> None:
    latest = (await client.get("/v1/events", params={"start": "latest"})).json()
    assert latest["data"] == []
    async with organization.app.database.transaction(organization.name) as db:
        await outbox.tell(db, "test", [Counted("a", n) for n in range(5)] + [Weighed("b")])
    await events_settled(organization.app)
    seen: list[Any] = []
    cursor = latest["next_cursor"]
    for _ in range(5):
        page = (await client.get("/v1/events", params={"cursor": cursor, "limit": 2})).json()
        seen += page["data"]
        cursor = page["next_cursor"]
    assert [row["kind"] for row in seen] == ["thing.counted"] * 5 + ["thing.weighed"]
    assert [row["data"]["number"] for row in seen[:5]] == list(range(5))
    counted = await client.get("/v1/events", params={"kind": "thing.counted,thing.weighed", "subject": "b"})
    assert [row["subject_id"] for row in counted.json()["data"]] == ["b"]


async def test_the_catalog_describes_the_data(client: httpx.AsyncClient) -> None:
    kinds = {kind["kind"]: kind for kind in (await client.get("/v1/event-kinds")).json()["data"]}
    rotated = kinds["webhook_endpoint.secret_rotated"]
    assert rotated["subject_kind"] == "webhook_endpoint"
    assert rotated["data_schema"]["properties"]["subject"] == {"type": "string"}
    assert kinds["webhook.test"]["description"].startswith("A test send")


async def test_parked_subjects_are_shown_and_replayed(
    organization: Organization, client: httpx.AsyncClient
) -> None:
    await subscribe(organization, "*")
    async with organization.app.database.transaction(organization.name) as db:
        await outbox.tell(db, "test", [Counted("a", 1), Counted("a", 2)])
        ((subscriber, lane),) = await outbox.busy_lanes(db, ["tests.reader"])
        delivery = (await outbox.claim(db, subscriber, lane, 1))[0]
        await db.execute("UPDATE delivery SET attempts = 5 WHERE id = %(id)s", {"id": delivery.id})
        assert await outbox.delay_or_park(db, subscriber, delivery._replace(attempts=5), "ValueError: no")
    (parked,) = (await client.get("/v1/parked-subjects")).json()["data"]
    assert (parked["subject_id"], parked["reason"], parked["waiting"]) == ("a", "ValueError: no", 2)
    assert parked["event_kind"] == "thing.counted"
    body = {"subscriber": "tests.reader", "subjects": ["a"]}
    replayed = await client.post("/v1/parked-subjects/replay", json=body)
    assert replayed.json() == {"subjects": ["a"]}
    again = await client.post("/v1/parked-subjects/replay", json=body)
    assert (again.status_code, again.json()["code"]) == (404, "parked_subject_unknown")
