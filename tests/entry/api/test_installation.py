"""Settings, the organization and its clock over HTTP.

setting                  value                      answer
default_location_group   ALL (reserving)            200
default_location_group   NOPE                       422 location_group_unknown
order_number_pattern     W{year}.{sequence:04}      200, and the next order is W2026.0001 or later
order_number_pattern     W                          422 order_number_pattern_without_sequence
screening                {"units": 5}               200, and an order of 6 units waits for review
screening                {"units": -1}              422 setting_value_wrong
colour                   blue                       404 setting_unknown
"""

import re
from datetime import datetime

import httpx
import pytest

from commissary.flows.orders.screen import screen
from commissary.platform import outbox
from tests.conftest import Organization
from tests.shop import captured, open_shop, order


@pytest.mark.parametrize(
    ("name", "value", "status", "code"),
    [
        ("default_location_group", "ALL", 200, None),
        ("default_location_group", "NOPE", 422, "location_group_unknown"),
        ("default_location_group", {"units": 1}, 422, "setting_value_wrong"),
        ("order_number_pattern", "W{year}.{sequence:04}", 200, None),
        ("order_number_pattern", "W/{sequence}", 422, "order_number_pattern_unreadable"),
        ("order_number_pattern", "W", 422, "order_number_pattern_without_sequence"),
        ("order_number_pattern", "{sequence}{x.__class__}", 422, "order_number_pattern_unreadable"),
        ("screening", {"units": 5, "total_minor": {"EUR": 100}}, 200, None),
        ("screening", {"units": -1}, 422, "setting_value_wrong"),
        ("screening", {"total_minor": {"XXQ": 1}}, 422, "currency_unknown"),
        ("colour", "blue", 404, "setting_unknown"),
    ],
)
async def test_settings(
    organization: Organization,
    client: httpx.AsyncClient,
    name: str,
    value: object,
    status: int,
    code: str | None,
) -> None:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    answer = await client.put(f"/v1/settings/{name}", json={"value": value})
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    listed = {row["name"]: row["value"] for row in (await client.get("/v1/settings")).json()}
    if status == 200:
        assert listed[name] == value


async def test_order_numbers_follow_the_pattern(
    organization: Organization, client: httpx.AsyncClient
) -> None:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    await client.put("/v1/settings/order_number_pattern", json={"value": "W{year}.{sequence:04}"})
    answer = await captured(organization.app, order(("A", 1)))
    assert re.fullmatch(r"W\d{4}\.\d{4}", answer.number)


async def test_large_orders_wait_for_review(organization: Organization, client: httpx.AsyncClient) -> None:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
        await outbox.subscribe(db, "orders.screen", ["order.captured"])
    await client.put("/v1/settings/screening", json={"value": {"units": 5}})
    small = await captured(organization.app, order(("A", 5)))
    large = await captured(organization.app, order(("A", 6)))
    async with organization.app.database.transaction("acme") as db:
        deliveries = [
            delivery
            for lane in range(outbox.LANES)
            for delivery in await outbox.claim(db, "orders.screen", lane, 10)
        ]
        await screen(db, [delivery.event for delivery in deliveries])
    held = (await client.get("/v1/orders", params={"held": "true"})).json()["data"]
    assert [row["number"] for row in held] == [large.number]
    assert small.number != large.number


async def test_clock_of_a_test_organization_moves(
    organization: Organization, client: httpx.AsyncClient
) -> None:
    before = (await client.get("/v1/organization")).json()
    moved = await client.post("/v1/organization/clock", json={"advance_s": 86400})
    assert moved.status_code == 200
    passed = datetime.fromisoformat(moved.json()["now"]) - datetime.fromisoformat(before["now"])
    assert 86400 <= passed.total_seconds() < 86460
    assert before["kind"] == "test"
    async with organization.app.database.shared() as db:
        await db.execute(
            "UPDATE platform.organization SET kind = 'live', clock_offset = '0' WHERE name = 'acme'"
        )
    refused = await client.post("/v1/organization/clock", json={"advance_s": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "clock_not_movable")
