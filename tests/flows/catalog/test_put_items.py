"""Putting items through the whole flow: written, told, and once only."""

import asyncio
from typing import Any

from commissary.domain.catalog.types import ItemPut, Outcome, PutItem
from commissary.flows.catalog.put_items import put_items
from commissary.kernel.attributes import AttributeKind
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.errors import TryAgain
from commissary.platform.settings import declare_attribute
from commissary.views import items as views
from tests.conftest import Organization


async def _told(db: Db) -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT kind, subject_id FROM event ORDER BY sequence")
    return [(kind, subject) for kind, subject in rows]


async def test_a_thousand_rows_put_twice_change_once(db: Db) -> None:
    batch = [PutItem(sku=f"SKU-{n:04d}", name=f"Item {n}", weight_g=n) for n in range(1000)]
    first = await put_items(db, "tester", batch)
    assert [answer.outcome for answer in first if isinstance(answer, ItemPut)] == [Outcome.CREATED] * 1000
    assert len(await _told(db)) == 1000
    second = await put_items(db, "tester", batch)
    assert [answer.outcome for answer in second if isinstance(answer, ItemPut)] == [Outcome.UNCHANGED] * 1000
    assert len(await _told(db)) == 1000
    row = await db.fetch_one("SELECT count(*), max(version) FROM item")
    assert row == (1000, 1)


async def test_bad_rows_leave_their_neighbors_alone(db: Db) -> None:
    answers = await put_items(
        db,
        "tester",
        [
            PutItem(sku="A", name="A", gtins=("96385074",)),
            PutItem(sku="B\u202e", name="B"),
            PutItem(sku="C", name="C", gtins=("4006381333931", "96385074")),
            PutItem(sku="D", name="D", attributes={"size": "L"}),
            PutItem(sku="A", name="Other"),
            PutItem(sku="E", name="E", weight_g=10**23),
            PutItem(sku="F", name="F"),
        ],
    )
    codes = [a.code if isinstance(a, Refusal) else a.outcome.value for a in answers]
    assert codes == [
        "created",
        "sku_invalid",
        "gtin_taken",
        "attribute_undeclared",
        "sku_twice",
        "measure_invalid",
        "created",
    ]
    assert await _told(db) == [("item.created", "A"), ("item.created", "F")]


async def test_two_spellings_of_a_sku_meet_in_one_item(db: Db) -> None:
    await put_items(db, "tester", [PutItem(sku="caf\u00e9", name="NFC")])
    (answer,) = await put_items(db, "tester", [PutItem(sku=" cafe\u0301 ", name="NFD")])
    assert answer == ItemPut("caf\u00e9", Outcome.CHANGED, 2)
    (second, twin) = await put_items(
        db, "tester", [PutItem(sku="caf\u00e9", name="X"), PutItem(sku="cafe\u0301", name="Y")]
    )
    assert isinstance(second, ItemPut) and isinstance(twin, Refusal) and twin.code == "sku_twice"


async def test_attributes_and_large_numbers_stay_the_same(db: Db) -> None:
    await declare_attribute(db, "item", "volume", AttributeKind.NUMBER)
    await declare_attribute(db, "item", "note", AttributeKind.TEXT)
    command = PutItem(sku="A", name="A", attributes={"volume": 1e23, "note": "\U0001f600\n"})
    await put_items(db, "tester", [command])
    (again,) = await put_items(db, "tester", [command])
    assert again == ItemPut("A", Outcome.UNCHANGED, 1)


async def test_a_gtin_goes_from_one_item_to_another(db: Db) -> None:
    await put_items(db, "tester", [PutItem(sku="A", name="A", gtins=("96385074",))])
    batch = [PutItem(sku="A", name="A"), PutItem(sku="B", name="B", gtins=("96385074",))]
    answers = await put_items(db, "tester", batch)
    assert [a.outcome.value for a in answers if isinstance(a, ItemPut)] == ["changed", "created"]
    row = await views.item_of_gtin(db, "00000096385074")
    assert row is not None and row.sku == "B"


async def _put_until_done(organization: Organization, command: PutItem) -> ItemPut | Refusal:
    while True:
        try:
            async with organization.app.database.transaction(organization.name) as db:
                (answer,) = await put_items(db, "tester", [command])
                await asyncio.sleep(0.02)
                return answer
        except TryAgain:
            continue


async def test_writers_who_race_for_one_sku_or_gtin(organization: Organization) -> None:
    same = [PutItem(sku="RACE", name=f"Name {n}") for n in range(4)]
    answers: list[Any] = await asyncio.gather(*(_put_until_done(organization, command) for command in same))
    assert sorted(answer.version for answer in answers) == [1, 2, 3, 4]
    rivals = [PutItem(sku=f"R{n}", name="Rival", gtins=("96385074",)) for n in range(4)]
    answers = await asyncio.gather(*(_put_until_done(organization, command) for command in rivals))
    codes = sorted(a.code if isinstance(a, Refusal) else a.outcome.value for a in answers)
    assert codes == ["created", "gtin_taken", "gtin_taken", "gtin_taken"]
    async with organization.app.database.transaction(organization.name) as db:
        assert await db.fetch_one("SELECT count(*) FROM item WHERE sku LIKE 'R_'") == (1,)
