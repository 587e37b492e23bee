"""Fill an empty organization with the retailer: goods, places, stock, settings and the orders of the last weeks.

Nothing here is done twice. Puts leave alone what is already so; the opening stock has a sequence of its own and is
taken in once; orders keep their numbers. The day of the opening is the one fact that is not in the seed: it is read
back from the order that was placed at that moment.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from commissary.simulator.changes import think_again
from commissary.simulator.client import Answer, Client
from commissary.simulator.demand import Demand, Order
from commissary.simulator.places import COUNTRY_NAME, GROUP, GROUP_NAME
from commissary.simulator.world import World

_BULK = 100
_ATTRIBUTES = (
    ("item", "family", "text"),
    ("item", "list_price_minor", "whole_number"),
    ("order", "campaign", "text"),
)
_SETTINGS: dict[str, Any] = {
    "default_location_group": GROUP,
    "screening": {"total_minor": {"EUR": 150_000}, "units": 70},
}


class NotFilled(Exception):
    """The API refused what the retailer needs; the message names the request and the refusal code."""


class Filled(NamedTuple):
    """What the retailer consists of now. `refused` counts past orders that were not taken."""

    opened_at: datetime
    orders: int
    refused: int


async def fill(client: Client, world: World, demand: Demand, past_orders: int) -> Filled:
    """Everything up to the opening. Raises NotFilled, Unreachable."""
    await _declare(client)
    await _place_goods(client, world)
    await _place_network(client, world)
    await _place_stock(client, world)
    await _set(client)
    opened_at = await _opening(client, demand)
    orders = list(demand.past(opened_at, past_orders))
    refused = 0
    # The order of the opening goes first and alone: the next start reads the day of the opening from it.
    for chunk in (orders[:1], *_chunks(orders[1:])):
        refused += await _capture(client, chunk)
    for order in orders:
        thought = demand.second_thought(order.position)
        if thought is not None:
            await think_again(client, order.number, thought)
    return Filled(opened_at, len(orders) - refused, refused)


async def _declare(client: Client) -> None:
    for entity, name, kind in _ATTRIBUTES:
        _need(
            await client.put(f"/v1/attributes/{entity}/{name}", {"kind": kind}), f"attribute {entity} {name}"
        )


async def _place_goods(client: Client, world: World) -> None:
    rows = [
        {
            "sku": item.sku,
            "name": item.name,
            "gtins": [item.gtin],
            "weight_g": item.weight_g,
            "length_mm": item.sides_mm[0],
            "width_mm": item.sides_mm[1],
            "height_mm": item.sides_mm[2],
            "attributes": {"family": item.family, "list_price_minor": item.price_minor},
        }
        for item in world.items
    ]
    answer = _need(await client.post("/v1/items/bulk", rows), "items")
    if answer.body["refused"]:
        codes = {result["problem"]["code"] for result in answer.body["results"] if "problem" in result}
        raise NotFilled(f"items were refused: {', '.join(sorted(codes))}")


async def _place_network(client: Client, world: World) -> None:
    _need(
        await client.put(f"/v1/location-groups/{GROUP}", {"name": GROUP_NAME, "reserving": True}), "the group"
    )
    for place in world.places:
        _need(await client.put(f"/v1/locations/{place.code}", place.body()), f"location {place.code}")
    for country in sorted({store.country for store in world.stores}):
        members = [store.code for store in world.stores if store.country == country]
        group = {"name": f"Stores in {COUNTRY_NAME[country]}", "locations": members}
        _need(await client.put(f"/v1/location-groups/STORES-{country}", group), f"group of {country}")


async def _place_stock(client: Client, world: World) -> None:
    rows = [{"sku": sku, "location": place, "on_hand": units} for (sku, place), units in world.stock.items()]
    message = {"source": f"opening-{world.seed}", "sequence": 1, "mode": "full", "rows": rows}
    answer = _need(await client.post("/v1/stock-feeds", message), "the opening stock")
    if answer.body["refused"]:
        raise NotFilled(f"opening stock was refused: {answer.body['problems'][0]['problem']['code']}")


async def _set(client: Client) -> None:
    found = {
        setting["name"]: setting["value"]
        for setting in _need(await client.get("/v1/settings"), "settings").body
    }
    for name, value in _SETTINGS.items():
        # What a person has set since stays.
        if found.get(name) is None:
            _need(await client.put(f"/v1/settings/{name}", {"value": value}), f"setting {name}")


async def _opening(client: Client, demand: Demand) -> datetime:
    """When the retailer opened: the instant of its order 0, or now when there is none yet."""
    answer = await client.get(f"/v1/orders/{demand.number(0)}")
    if answer.good:
        return datetime.fromisoformat(answer.body["placed_at"])
    organization = _need(await client.get("/v1/organization"), "the organization").body
    return datetime.fromisoformat(organization["now"]).replace(microsecond=0)


async def _capture(client: Client, orders: Sequence[Order]) -> int:
    """Send orders in one request; how many were refused."""
    if not orders:
        return 0
    key = f"{orders[0].number}+{len(orders)}"
    answer = _need(await client.post("/v1/orders/bulk", [order.body for order in orders], key), "past orders")
    return int(answer.body["refused"])


def _chunks(orders: Iterable[Order]) -> Iterable[list[Order]]:
    rest = iter(orders)
    while chunk := list(islice(rest, _BULK)):
        yield chunk


def _need(answer: Answer, what: str) -> Answer:
    if not answer.good:
        raise NotFilled(f"{what}: {answer.status} {answer.code}")
    return answer
