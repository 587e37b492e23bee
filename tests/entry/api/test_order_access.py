"""Who may see and touch an order over HTTP: keys that are no keys, and people of another store.

who comes                              gets
an expired, foreign or invented key    401, whatever it asks
an associate of the order's store      the order, and 403 for what only agents do
an associate of another store          404, as if there were no such order
an agent of another store              404 for every act on it
"""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from commissary.domain.security.types import Role
from tests.conftest import Organization
from tests.doors import client_with, new_key
from tests.entry.api.test_orders import GOOD, lines, post, problem
from tests.shop import location_ids, open_shop, row_counts


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    return organization


@pytest.fixture
async def api(shop: Organization, client: httpx.AsyncClient) -> httpx.AsyncClient:
    return client


async def test_expired_and_foreign_keys_come_in_nowhere(
    api: httpx.AsyncClient, shop: Organization, api_address: str
) -> None:
    expired = await new_key(shop.app, expires_at=datetime.now(UTC) + timedelta(seconds=1))
    foreign = (await new_key(shop.app)).replace("acme", "other")
    before = await row_counts(shop)
    await asyncio.sleep(1.1)
    for secret in (expired, foreign, "nonsense", "cs_acme_" + "0" * 40):
        async with client_with(api_address, secret) as client:
            assert problem(await post(client, GOOD))[:2] == (401, "not_authenticated")
    assert await row_counts(shop) == before


async def test_store_associate_sees_only_orders_of_the_store(
    api: httpx.AsyncClient, shop: Organization, api_address: str
) -> None:
    pickup = {**GOOD, **lines(quantity=1, method="pickup", location="S1"), "number": "P-1"}
    assert (await post(api, pickup)).status_code == 201
    places = await location_ids(shop)
    for role, at, seen in ((Role.STORE_ASSOCIATE, "S1", 200), (Role.STORE_ASSOCIATE, "S2", 404)):
        secret = await new_key(shop.app, role=role, location_ids=frozenset({places[at]}))
        async with client_with(api_address, secret) as client:
            assert (await client.get("/v1/orders/P-1")).status_code == seen
            assert (await client.get("/v1/orders/P-1/timeline")).status_code == seen
            assert len((await client.get("/v1/orders")).json()["data"]) == (1 if seen == 200 else 0)
            assert problem(await post(client, GOOD, "x"))[:2] == (403, "not_permitted")
            assert problem(await post(client, {"reason": "x"}, "x", "/v1/orders/P-1/cancel"))[:2] == (
                403,
                "not_permitted",
            )


async def test_agent_of_one_store_cannot_touch_orders_of_another(
    api: httpx.AsyncClient, shop: Organization, api_address: str
) -> None:
    pickup = {**GOOD, **lines(quantity=1, method="pickup", location="S1"), "number": "P-1"}
    assert (await post(api, pickup)).status_code == 201
    hold = (await post(api, {"kind": "review"}, "h", "/v1/orders/P-1/holds")).json()["id"]
    places = await location_ids(shop)
    secret = await new_key(shop.app, role=Role.SERVICE_AGENT, location_ids=frozenset({places["S2"]}))
    before = await row_counts(shop)
    async with client_with(api_address, secret) as client:
        for path, body in (
            ("cancel", {"reason": "x"}),
            ("holds", {"kind": "fraud"}),
            (f"holds/{hold}/resolve", {"resolution": "x"}),
        ):
            answer = await post(client, body, path.replace("/", "-"), f"/v1/orders/P-1/{path}")
            assert problem(answer) == (404, "order_unknown", ""), path
    assert await row_counts(shop) == before
