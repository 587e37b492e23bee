"""Users and API keys over HTTP: what goes in, what comes out, and what is refused."""

from uuid import uuid4

import httpx
import pytest

from commissary.platform.db import Db
from tests.conftest import Organization
from tests.doors import client_with, new_key

ANN = {"name": "ann", "display_name": "Ann", "password": "correct horse battery", "role": "operator"}


async def _locations(organization: Organization, *codes: str) -> dict[str, int]:
    async with organization.app.database.transaction(organization.name) as db:
        rows = await db.fetch(
            "INSERT INTO location (code, name, kind, country, time_zone, updated_at)"
            " SELECT c, c, 'store', 'DE', 'UTC', now() FROM unnest(%(codes)s::text[]) AS c RETURNING code, id",
            {"codes": list(codes)},
        )
    return {row[0]: row[1] for row in rows}


def _problem(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    return answer.status_code, body["code"], body.get("field", "")


async def test_a_user_is_made_read_listed_and_changed(client: httpx.AsyncClient) -> None:
    made = await client.post("/v1/users", json=ANN)
    assert made.status_code == 201, made.text
    user = made.json()
    assert user["role"] == "operator" and user["locations"] is None and user["version"] == 1
    assert "password" not in made.text and made.headers["etag"] == '"1"'
    address = f"/v1/users/{user['id']}"
    assert (await client.get(address)).json() == user
    changed = await client.patch(address, json={"role": "read_only"}, headers={"if-match": '"1"'})
    assert changed.status_code == 200 and changed.json()["role"] == "read_only"
    assert changed.headers["etag"] == '"2"' and changed.json()["display_name"] == "Ann"
    stale = await client.patch(address, json={"active": False}, headers={"if-match": '"1"'})
    assert _problem(stale) == (412, "version_stale", "")
    assert (await client.get("/v1/users")).json() == {"data": [changed.json()], "next_cursor": None}


# what is wrong, the body's change, and the answer
REFUSED_USERS: list[tuple[str, dict[str, object], tuple[int, str, str]]] = [
    ("short password", {"password": "short"}, (422, "password_too_short", "/password")),
    ("name as password", {"name": "ann.long.nam", "password": "Ann.Long.Nam"}, (422, "password_is_name", "/password")),
    ("capitals in the name", {"name": "Ann"}, (422, "user_name_invalid", "/name")),
    ("a blank in the name", {"name": "ann b"}, (422, "user_name_invalid", "/name")),
    ("no such role", {"role": "owner"}, (422, "body_invalid", "/role")),
    ("an unknown location", {"locations": ["S1", "S9"]}, (422, "scope_location_unknown", "/locations/1")),
    ("no location at all", {"locations": []}, (422, "body_invalid", "/locations")),
    ("expired", {"expires_at": "2001-01-01T00:00:00Z"}, (422, "expiry_passed", "/expires_at")),
    ("no time zone", {"expires_at": "2101-01-01T00:00:00"}, (422, "body_invalid", "/expires_at")),
    ("an unknown field", {"admin": True}, (422, "body_invalid", "/admin")),
    ("NUL in the name", {"display_name": "a\x00b"}, (422, "body_invalid", "/display_name")),
]  # fmt: skip


async def test_refused_users(client: httpx.AsyncClient, organization: Organization) -> None:
    await _locations(organization, "S1")
    for what, change, problem in REFUSED_USERS:
        assert _problem(await client.post("/v1/users", json={**ANN, **change})) == problem, what
    assert (await client.get("/v1/users")).json()["data"] == []


async def test_a_name_is_given_once(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/users", json=ANN)).status_code == 201
    again = await client.post("/v1/users", json={**ANN, "display_name": "Another"})
    assert _problem(again) == (409, "user_name_taken", "/name")


async def test_users_come_in_pages(client: httpx.AsyncClient, organization: Organization) -> None:
    async with organization.app.database.transaction("acme") as db:
        await db.execute(
            "INSERT INTO app_user (id, name, display_name, password_hash, role, created_at)"
            " SELECT gen_random_uuid(), n, n, '', 'read_only', now() FROM unnest(%(n)s::text[]) AS n",
            {"n": [f"u{i}" for i in range(5)]},
        )
    first = (await client.get("/v1/users?limit=3")).json()
    second = (await client.get("/v1/users", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [u["name"] for u in first["data"] + second["data"]] == [f"u{i}" for i in range(5)]
    assert second["next_cursor"] is None


async def test_the_last_administrator_stays(client: httpx.AsyncClient) -> None:
    root = (await client.post("/v1/users", json={**ANN, "role": "administrator"})).json()
    address = f"/v1/users/{root['id']}"
    changes: list[dict[str, object]] = [
        {"active": False},
        {"role": "operator"},
        {"expires_at": "2999-01-01T00:00:00Z"},
    ]
    for change in changes:
        assert _problem(await client.patch(address, json=change)) == (409, "last_administrator", ""), change
    await client.post("/v1/users", json={**ANN, "name": "bob", "role": "administrator"})
    assert (await client.patch(address, json={"active": False})).status_code == 200


async def test_a_key_is_shown_once_and_works_until_revoked(
    client: httpx.AsyncClient, organization: Organization, api_address: str
) -> None:
    await _locations(organization, "S1", "S2")
    made = await client.post(
        "/v1/api-keys",
        json={
            "name": "till",
            "role": "store_associate",
            "scopes": ["stock:read", "items:read"],
            "locations": ["S2"],
        },
    )
    assert made.status_code == 201, made.text
    key = made.json()
    secret = key.pop("secret")
    assert secret.startswith("cmk_acme_") and len(secret) == len("cmk_acme_") + 43
    assert secret.startswith(key["prefix"]) and len(key["prefix"]) < 20
    listed = await client.get("/v1/api-keys")
    assert key in listed.json()["data"] and secret not in listed.text
    async with client_with(api_address, secret) as till:
        assert _problem(await till.get("/v1/users"))[:2] == (403, "not_permitted")
    assert (await client.delete(f"/v1/api-keys/{key['id']}")).status_code == 204
    assert (await client.delete(f"/v1/api-keys/{key['id']}")).status_code == 204
    assert (await client.get("/v1/api-keys")).json()["data"][-1]["revoked_at"] is not None


REFUSED_KEYS: list[tuple[dict[str, object], tuple[int, str, str]]] = [
    ({"role": "store_associate", "scopes": ["users:write"]}, (422, "scope_not_of_role", "/scopes")),
    ({"role": "administrator", "scopes": ["no:such"]}, (422, "scope_not_of_role", "/scopes")),
    ({"role": "operator", "locations": ["S9"]}, (422, "scope_location_unknown", "/locations/0")),
    ({"role": "operator", "expires_at": "2001-01-01T00:00:00Z"}, (422, "expiry_passed", "/expires_at")),
    ({"role": "operator", "name": ""}, (422, "body_invalid", "/name")),
]


@pytest.mark.parametrize(("change", "problem"), REFUSED_KEYS)
async def test_refused_keys(
    client: httpx.AsyncClient, change: dict[str, object], problem: tuple[int, str, str]
) -> None:
    answer = await client.post("/v1/api-keys", json={"name": "k", **change})
    assert _problem(answer) == problem
    if problem[1] == "scope_not_of_role":
        assert answer.json()["facts"]["scope"] in str(change["scopes"])


async def test_unknown_users_and_keys(client: httpx.AsyncClient) -> None:
    assert _problem(await client.get(f"/v1/users/{uuid4()}")) == (404, "user_unknown", "")
    assert _problem(await client.patch(f"/v1/users/{uuid4()}", json={})) == (404, "user_unknown", "")
    put = await client.put(f"/v1/users/{uuid4()}/password", json={"password": "x" * 12})
    assert _problem(put) == (404, "user_unknown", "")
    assert _problem(await client.delete(f"/v1/api-keys/{uuid4()}")) == (404, "api_key_unknown", "")
    assert (await client.get("/v1/users/1")).status_code == 404


async def test_nobody_gives_more_than_they_have(
    client: httpx.AsyncClient, organization: Organization, api_address: str
) -> None:
    ids = await _locations(organization, "S1", "S2")
    root = (await client.post("/v1/users", json={**ANN, "role": "administrator"})).json()
    narrow = await new_key(
        organization.app, scopes=frozenset({"keys:write", "users:write", "items:read", "stock:read"})
    )
    local = await new_key(organization.app, location_ids=frozenset({ids["S1"]}))
    async with client_with(api_address, narrow) as caller:
        for body in ({"role": "administrator"}, {"role": "operator"}):
            assert (
                _problem(await caller.post("/v1/api-keys", json={"name": "k", **body}))[1] == "grant_too_wide"
            )
        fits = {"name": "k", "role": "operator", "scopes": ["items:read"]}
        assert (await caller.post("/v1/api-keys", json=fits)).status_code == 201
        take_over = await caller.put(
            f"/v1/users/{root['id']}/password", json={"password": "mine now, all of it"}
        )
        assert _problem(take_over)[:2] == (403, "grant_too_wide")
        assert _problem(await caller.post("/v1/users", json={**ANN, "name": "eve"}))[1] == "grant_too_wide"
    async with client_with(api_address, local) as caller:
        everywhere = await caller.post("/v1/api-keys", json={"name": "k", "role": "operator"})
        assert _problem(everywhere) == (403, "grant_beyond_locations", "/locations")
        here = {"name": "k", "role": "operator", "locations": ["S1"]}
        assert (await caller.post("/v1/api-keys", json=here)).status_code == 201
        assert (await caller.post("/v1/api-keys", json={**here, "locations": ["S2"]})).status_code == 403


async def test_no_secret_is_kept_anywhere(client: httpx.AsyncClient, db: Db) -> None:
    once = {"idempotency-key": "once"}
    secret = (await client.post("/v1/api-keys", json={"name": "k", "role": "operator"}, headers=once)).json()[
        "secret"
    ]
    await client.post("/v1/users", json=ANN, headers={"idempotency-key": "twice"})
    user = (await client.get("/v1/users")).json()["data"][0]
    await client.put(f"/v1/users/{user['id']}/password", json={"password": "another long one"}, headers=once)
    assert await db.fetch("SELECT key FROM idempotency") == []
    kept = await db.fetch(
        "SELECT k::text FROM api_key k UNION ALL SELECT u::text FROM app_user u UNION ALL SELECT e::text FROM event e"
    )
    assert len(kept) >= 5
    for text in (secret, secret[-43:], ANN["password"], "another long one"):
        assert not any(text in row[0] for row in kept)
    events = await db.fetch("SELECT kind, data::text FROM event ORDER BY sequence")
    assert [e[0] for e in events] == ["api_key.created", "api_key.created", "user.created", "user.changed"]
    assert not any("ann" in e[1].lower() for e in events)
