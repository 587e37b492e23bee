"""Putting locations and groups through the whole flow, with stock in the way."""

from typing import Any

from commissary.domain.network.types import PutGroup, PutLocation
from commissary.flows.network.put_groups import put_groups
from commissary.flows.network.put_locations import put_locations
from commissary.kernel.address import Address
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.views import locations as views


def _location(code: str, **changes: Any) -> PutLocation:
    fields = {"code": code, "name": code, "kind": "store", "address": Address(country="FR", lines=("1 rue",))}
    return PutLocation(**{**fields, "time_zone": "Europe/Paris", **changes})


def _said(answers: list[Any]) -> list[str]:
    return [a.code if isinstance(a, Refusal) else a.outcome.value for a in answers]


async def _stock(db: Db, code: str) -> None:
    await db.execute(
        "INSERT INTO stock_position (item_id, location_id, available)"
        " SELECT 1, id, 5 FROM location WHERE code = %(code)s",
        {"code": code},
    )


async def test_locations_put_twice_change_once(db: Db) -> None:
    full = _location(
        "S1",
        latitude=48.85,
        longitude=2.0,
        opening_hours={"monday": [["14:00", "24:00"], ["09:00", "12:00"]]},
        capabilities=("pickup", "curbside"),
    )
    assert _said(await put_locations(db, "tester", [full, _location("S2")])) == ["created", "created"]
    assert _said(await put_locations(db, "tester", [full, _location("S2")])) == ["unchanged", "unchanged"]
    assert _said(await put_locations(db, "tester", [full, _location("S2", active=False)])) == [
        "unchanged",
        "changed",
    ]
    rows = await db.fetch("SELECT kind, subject_id FROM event ORDER BY sequence")
    assert rows == [("location.created", "S1"), ("location.created", "S2"), ("location.changed", "S2")]
    assert await db.fetch_one("SELECT count(*) FROM event WHERE data::text LIKE '%%1 rue%%'") == (0,)


async def test_stock_keeps_a_location_in_its_reserving_group(db: Db) -> None:
    groups = [PutGroup(code="EAST", name="East", reserving=True), PutGroup(code="CITY", name="City")]
    assert _said(await put_groups(db, "tester", groups)) == ["created", "created"]
    east = _location("S1", reserving_group="EAST")
    assert _said(await put_locations(db, "tester", [_location("S1")])) == ["created"]
    assert _said(await put_locations(db, "tester", [east])) == ["changed"]
    assert _said(await put_locations(db, "tester", [_location("S2", reserving_group="CITY")])) == [
        "location_group_not_reserving"
    ]
    await _stock(db, "S1")
    assert _said(await put_locations(db, "tester", [_location("S1")])) == ["location_has_stock"]
    assert _said(await put_locations(db, "tester", [east])) == ["unchanged"]
    leave = PutGroup(code="EAST", name="East", reserving=True, locations=())
    (refused,) = await put_groups(db, "tester", [leave])
    assert isinstance(refused, Refusal) and (refused.code, refused.field) == (
        "location_has_stock",
        "/locations",
    )
    row = await views.location(db, "S1")
    assert row is not None and row.reserving_group == "EAST"


async def test_groups_gather_and_release_locations(db: Db) -> None:
    await put_locations(db, "tester", [_location("S1"), _location("S2")])
    east = PutGroup(code="EAST", name="East", reserving=True, locations=("S1", "S2"))
    city = PutGroup(code="CITY", name="City", locations=("S1",))
    assert _said(await put_groups(db, "tester", [east, city])) == ["created", "created"]
    assert _said(await put_groups(db, "tester", [east, city])) == ["unchanged", "unchanged"]
    smaller = PutGroup(code="EAST", name="East", reserving=True, locations=("S2",))
    assert _said(await put_groups(db, "tester", [smaller])) == ["changed"]
    rows = {row.code: row.locations for row in await views.location_groups(db)}
    assert rows == {"CITY": ["S1"], "EAST": ["S2"]}
    first, second = await views.location(db, "S1"), await views.location(db, "S2")
    assert first is not None and (first.reserving_group, first.groups, first.version) == (None, ["CITY"], 3)
    assert second is not None and (second.reserving_group, second.version) == ("EAST", 2)
    moved = await db.fetch("SELECT subject_id FROM event WHERE kind = 'location.changed' ORDER BY sequence")
    assert moved == [("S1",), ("S2",), ("S1",)]
