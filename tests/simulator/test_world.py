"""The made-up retailer is sound by the system's own rules, whatever the seed, and the same for the same seed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commissary.domain.catalog.rules.gtin import canonical_gtin
from commissary.domain.network.rules.location import checked_location
from commissary.domain.network.types import PutLocation
from commissary.kernel.address import Address
from commissary.kernel.decision import Refusal
from commissary.simulator.goods import check_digit
from commissary.simulator.people import draw_customers
from commissary.simulator.world import World, build_world

SEEDS = st.integers(0, 999_999)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(7)


def test_the_whole_retailer(world: World) -> None:
    assert (len(world.items), len(world.customers)) == (300, 500)
    assert (len(world.warehouses), len(world.stores)) == (2, 10)
    assert {place.country for place in world.places} == {"BE", "NL", "FR", "DE"}
    assert len({item.family for item in world.items}) == 10
    for names in (
        [item.sku for item in world.items],
        [item.gtin for item in world.items],
        [item.name for item in world.items],
        [customer.reference for customer in world.customers],
        [customer.mail for customer in world.customers],
        [customer.phone for customer in world.customers],
        [place.code for place in world.places],
    ):
        assert len(set(names)) == len(names)


def test_companies_and_awaited_items_are_few(world: World) -> None:
    assert 20 <= sum(1 for customer in world.customers if customer.company) <= 70
    assert 3 <= sum(1 for item in world.items if item.awaited) <= 30


# Worked examples of the check digit: GS1 General Specifications §7.9 and well-known numbers.
@pytest.mark.parametrize(
    ("digits", "last"),
    [("629104150021", "3"), ("400638133393", "1"), ("7351353", "7"), ("000000000000", "0")],
)
def test_check_digit(digits: str, last: str) -> None:
    assert check_digit(digits) == last


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_goods_are_sound(seed: int) -> None:
    world = build_world(seed, customers=1)
    assert world.items == build_world(seed, customers=1).items
    for item in world.items:
        assert canonical_gtin(item.gtin) == f"0{item.gtin}"
        assert item.price_minor >= 99
        assert item.weight_g > 0
        assert min(item.sides_mm) > 0
    assert all(units >= 0 for units in world.stock.values())
    assert all(len(world.carried_at(store)) >= 1 for store in world.stores)


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_customers_are_invented(seed: int) -> None:
    customers = draw_customers(seed, 100)
    assert customers == draw_customers(seed, 100)
    for customer in customers:
        assert customer.mail.endswith("@example.com")
        assert customer.mail.isascii()
        assert Address(**customer.address).country == customer.country


def test_places_are_what_a_location_must_be(world: World) -> None:
    for place in world.places:
        body = place.body()
        address = Address(**{**body.pop("address"), "lines": (place.street,)})
        command = PutLocation(code=place.code, address=address, **body)
        assert not isinstance(checked_location(command, {}), Refusal), place.code


def test_a_seed_makes_its_own_retailer() -> None:
    assert build_world(7) == build_world(7)
    assert build_world(7).stock != build_world(8).stock


def test_a_smaller_retailer_begins_the_same(world: World) -> None:
    small = build_world(7, items=20, customers=30, stores=2)
    assert small.items == world.items[:20]
    assert small.customers == world.customers[:30]
    assert small.stock == {key: units for key, units in world.stock.items() if key in small.stock}


@pytest.mark.parametrize("counts", [{"items": 0}, {"items": 301}, {"customers": 901}, {"stores": 11}])
def test_only_as_large_as_there_are_names(counts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="is not between"):
        build_world(7, **counts)
