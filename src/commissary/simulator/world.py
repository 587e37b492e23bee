"""The retailer as it stands on its opening day: goods, places, people and the stock on every shelf.

All of it follows from the seed: the same seed is the same retailer, on any machine, today and next year.
"""

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from commissary.simulator.goods import RANGE_SIZE, Item, draw_items
from commissary.simulator.people import Customer, draw_customers
from commissary.simulator.places import STORES, WAREHOUSES, Place

MOST_CUSTOMERS = 900
_STORE_RANGE = 0.6


class World(NamedTuple):
    """`stock` is what is on hand at the opening, by sku and location code; a store lacks what it does not carry."""

    seed: int
    items: tuple[Item, ...]
    warehouses: tuple[Place, ...]
    stores: tuple[Place, ...]
    customers: tuple[Customer, ...]
    stock: Mapping[tuple[str, str], int]

    @property
    def places(self) -> tuple[Place, ...]:
        return (*self.warehouses, *self.stores)

    def carried_at(self, place: Place) -> list[Item]:
        """Items that stand on the shelves of a place at the opening."""
        return [item for item in self.items if self.stock.get((item.sku, place.code), 0) > 0]


def build_world(seed: int, *, items: int = 300, customers: int = 500, stores: int = 10) -> World:
    """The retailer of a seed; smaller numbers make a smaller one with the same beginnings.

    At most 300 items, 900 customers and 10 stores; at least one of each.
    """
    for count, most in ((items, RANGE_SIZE), (customers, MOST_CUSTOMERS), (stores, len(STORES))):
        if not 1 <= count <= most:
            raise ValueError(f"{count} is not between 1 and {most}")
    goods, shops = draw_items(seed, items), STORES[:stores]
    return World(
        seed, goods, WAREHOUSES, shops, draw_customers(seed, customers), _opening_stock(seed, goods, shops)
    )


def _opening_stock(
    seed: int, items: tuple[Item, ...], stores: tuple[Place, ...]
) -> dict[tuple[str, str], int]:
    stock: dict[tuple[str, str], int] = {}
    for place in (*WAREHOUSES, *stores):
        rng = Random(f"{seed} stock {place.code}")  # noqa: S311 (chance, not secrecy)
        for index, item in enumerate(items):
            units = rng.randint(60, 240) if place.is_warehouse else rng.randint(3, 25)
            carried = place.is_warehouse or index == 0 or rng.random() < _STORE_RANGE
            if carried:
                stock[item.sku, place.code] = (
                    0 if item.awaited else int(units * (1 + 4 * item.popularity**0.5))
                )
    return stock
