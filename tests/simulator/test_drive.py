"""A small retailer on the real system, through a real server: once, and once more without changing anything."""

import asyncio
from typing import Any, NamedTuple

import pytest

from commissary.simulator.client import Client
from commissary.simulator.demand import Demand
from commissary.simulator.drive import Drive
from commissary.simulator.fill import NotFilled, fill
from commissary.simulator.world import World, build_world
from commissary.views.invariants import broken_invariants
from tests.conftest import Organization
from tests.doors import new_key

PAST, LIVE = 30, 10


class State(NamedTuple):
    orders: dict[str, tuple[str, int, bool]]
    stock: list[dict[str, Any]]
    items: int
    locations: int
    holds: int


async def _all(client: Client, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(path, limit=200, **cursor)
        assert answer.good, answer
        rows += answer.body["data"]
        if not answer.body["next_cursor"]:
            return rows
        cursor = {"cursor": answer.body["next_cursor"]}


async def _state(client: Client) -> State:
    orders = await _all(client, "/v1/orders")
    whole = [(await client.get(f"/v1/orders/{order['number']}")).body for order in orders]
    return State(
        {order["number"]: (order["status"], order["units"], order["on_hold"]) for order in orders},
        await _all(client, "/v1/stock-positions"),
        len(await _all(client, "/v1/items")),
        len(await _all(client, "/v1/locations")),
        sum(len(order["holds"]) for order in whole),
    )


async def _assert_sound(organization: Organization, stock: list[dict[str, Any]]) -> None:
    for position in stock:
        kept = sum(
            position[name] for name in ("available", "reserved", "allocated", "damaged", "quality_hold")
        )
        assert position["on_hand"] + position["shortage"] == kept
        assert position["shortage"] == 0
    async with organization.app.database.transaction(organization.name, read_only=True) as db:
        assert await broken_invariants(db) == []


@pytest.fixture
def world() -> World:
    return build_world(11, items=20, customers=15, stores=4)


async def test_filled_and_driven_twice_is_the_same_retailer(
    organization: Organization, api_address: str, world: World
) -> None:
    demand = Demand(world)
    async with Client(api_address, await new_key(organization.app)) as client:
        filled = await fill(client, world, demand, PAST)
        assert (filled.orders, filled.refused) == (PAST, 0)
        drive = Drive(client, world, demand, 600)
        await drive.run(asyncio.Event(), LIVE)
        first = await _state(client)
        assert (first.items, first.locations) == (20, 6)
        assert (
            drive.report["orders"]
            + sum(count for name, count in drive.report.items() if name.startswith("refused_"))
            == LIVE
        )
        assert len(first.orders) == PAST + drive.report["orders"]
        await _assert_sound(organization, first.stock)

        again = await fill(client, world, demand, PAST)
        assert again == filled
        for position in range(1, LIVE + 1):
            number = demand.number(position)
            if number in first.orders:
                today = again.opened_at.date()
                answer = await client.post("/v1/orders", demand.order(position, today).body, number)
                assert answer.status == 201
        assert await _state(client) == first
        await _assert_sound(organization, first.stock)


async def test_goes_on_after_its_newest_order(
    organization: Organization, api_address: str, world: World
) -> None:
    demand = Demand(world)
    async with Client(api_address, await new_key(organization.app)) as client:
        await fill(client, world, demand, 3)
        for _ in range(2):
            await Drive(client, world, demand, 600).run(asyncio.Event(), 4)
        numbers = {order["number"] for order in await _all(client, "/v1/orders")}
    live = {number for number in numbers if demand.position(number) > 0}  # type: ignore[operator]
    assert live <= {demand.number(position) for position in range(1, 9)}
    assert demand.number(8) in live


async def test_what_customers_took_is_delivered_again(
    organization: Organization, api_address: str, world: World
) -> None:
    demand = Demand(world)
    async with Client(api_address, await new_key(organization.app)) as client:
        await fill(client, world, demand, 1)
        drive = Drive(client, world, demand, 600)
        await drive.run(asyncio.Event(), 8)
        before = await _all(client, "/v1/stock-positions")
        await drive.feed()
        after = await _all(client, "/v1/stock-positions")
    assert drive.report["feed_rows"] > 3
    assert sum(row["on_hand"] for row in after) > sum(row["on_hand"] for row in before)
    await _assert_sound(organization, after)


async def test_stops_when_told(organization: Organization, api_address: str, world: World) -> None:
    async with Client(api_address, await new_key(organization.app)) as client:
        stopping = asyncio.Event()
        running = asyncio.create_task(Drive(client, world, Demand(world), 1).run(stopping))
        await asyncio.sleep(0.3)
        stopping.set()
        await asyncio.wait_for(running, 2)


async def test_says_what_it_was_refused(api_address: str, world: World) -> None:
    async with Client(api_address, "cmk_acme_nothing") as client:
        with pytest.raises(NotFilled, match="401 not_authenticated"):
            await fill(client, world, Demand(world), 1)
