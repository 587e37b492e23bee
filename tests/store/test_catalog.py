"""The catalog's statements against the real database."""

from commissary.domain.catalog import store
from commissary.domain.catalog.types import Gtin, Item, ItemRef
from commissary.platform.db import Db

CUP = Item(0, "CUP", "Cup", 300, 80, 80, 95, "/cup.jpg", {"color": "red", "volume": 0.25}, True, 1)
CAFE = Item(0, "caf\u00e9 \U0001f600", "Caf\u00e9", None, None, None, None, None, {}, False, 1)


async def test_items_come_back_as_they_went_in(db: Db) -> None:
    assert await store.insert_items(db, [CUP, CAFE])
    found = await store.find_items(db, ["CUP", CAFE.sku, "MISSING"])
    assert {sku: item._replace(id=0) for sku, item in found.items()} == {"CUP": CUP, CAFE.sku: CAFE}
    assert await store.lock_items(db, ["CUP"]) == {"CUP": found["CUP"]}
    refs = await store.ids_of(db, [CAFE.sku, "CUP", "MISSING"])
    assert refs == {"CUP": ItemRef(found["CUP"].id, True), CAFE.sku: ItemRef(found[CAFE.sku].id, False)}
    assert await store.find_items(db, []) == {}


async def test_a_sku_that_is_there_is_not_inserted_again(db: Db) -> None:
    assert await store.insert_items(db, [CUP])
    assert not await store.insert_items(db, [CUP._replace(name="Other"), CAFE])
    assert (await store.find_items(db, ["CUP"]))["CUP"].name == "Cup"


async def test_updates_replace_and_raise_the_version(db: Db) -> None:
    await store.insert_items(db, [CUP, CAFE])
    await store.update_items(db, [CUP._replace(name="Mug", weight_g=None, attributes={}, active=False)])
    found = await store.find_items(db, ["CUP", CAFE.sku])
    cup = found["CUP"]
    assert (cup.name, cup.weight_g, cup.attributes, cup.active, cup.version) == ("Mug", None, {}, False, 2)
    assert found[CAFE.sku].version == 1


async def test_gtins_stand_on_one_item(db: Db) -> None:
    await store.insert_items(db, [CUP, CAFE])
    cup = (await store.ids_of(db, ["CUP"]))["CUP"].id
    assert await store.add_gtins(db, [Gtin("04006381333931", "CUP"), Gtin("00000096385074", "CUP")])
    assert not await store.add_gtins(db, [Gtin("04006381333931", CAFE.sku)])
    both = {"04006381333931": "CUP", "00000096385074": "CUP"}
    assert await store.gtin_owners(db, [cup], []) == both
    assert await store.gtin_owners(db, [], ["04006381333931", "10614141000415"]) == {"04006381333931": "CUP"}
    await store.remove_gtins(db, ["04006381333931"])
    assert await store.gtin_owners(db, [cup], ["04006381333931"]) == {"00000096385074": "CUP"}
