"""The network's statements against the real database."""

import asyncio

import pytest

from commissary.domain.network import store
from commissary.domain.network.types import GroupChange, GroupRow, Location, LocationRow
from commissary.platform.db import Db
from tests.conftest import Organization

PARIS = Location(
    id=0,
    code="S1",
    name="Paris",
    kind="store",
    country="FR",
    address={"city": "Paris", "lines": ["1 rue de Rivoli"]},
    latitude=48.85,
    longitude=2.35,
    time_zone="Europe/Paris",
    opening_hours={"monday": [["09:00", "24:00"]]},
    capabilities=["pickup", "ship_from"],
    processing_lead_time_s=3600,
    reserving_group_id=None,
    attributes={"size": "L"},
    active=True,
    version=1,
)
BARE = PARIS._replace(
    code="W1", address={}, latitude=None, longitude=None, opening_hours={}, capabilities=[], attributes={}
)


def _new(code: str, *entering: str, reserving: bool = False) -> GroupChange:
    return GroupChange(GroupRow(0, code, code, reserving, 1), entering, ())


async def test_locations_come_back_as_they_went_in(db: Db) -> None:
    assert await store.insert_locations(db, [BARE, PARIS])
    found = await store.lock_locations(db, ["S1", "W1", "MISSING"])
    assert {code: location._replace(id=0) for code, location in found.items()} == {"S1": PARIS, "W1": BARE}
    rows = await store.find_locations(db, ["S1", "MISSING"])
    capabilities = frozenset({"pickup", "ship_from"})
    assert rows == {"S1": LocationRow(found["S1"].id, "S1", True, capabilities, None, "Europe/Paris")}
    assert not await store.insert_locations(db, [PARIS])


async def test_updates_replace_and_raise_the_version(db: Db) -> None:
    await store.insert_locations(db, [BARE, PARIS])
    await store.update_locations(db, [BARE._replace(code="S1", active=False)])
    found = await store.lock_locations(db, ["S1", "W1"])
    assert found["S1"]._replace(id=0) == BARE._replace(code="S1", active=False, version=2)
    assert found["W1"].version == 1


async def test_groups_of_both_kinds_know_their_members(db: Db) -> None:
    await store.insert_locations(db, [BARE, PARIS])
    assert await store.write_groups(db, [_new("EAST", "S1", reserving=True), _new("CITY", "S1", "W1")])
    groups = await store.find_groups(db, ["EAST", "CITY", "MISSING"])
    ids = [group.id for group in groups.values()]
    assert {group.code: group.reserving for group in await store.groups_by_id(db, ids)} == {
        "EAST": True,
        "CITY": False,
    }
    assert await store.members_of(db, ids) == {"EAST": frozenset({"S1"}), "CITY": frozenset({"S1", "W1"})}
    places = await store.lock_places(db, ["S1", "W1"])
    assert (places["S1"].reserving_group_id, places["S1"].version) == (groups["EAST"].id, 2)
    assert (places["W1"].reserving_group_id, places["W1"].version) == (None, 1)
    assert (await store.find_locations(db, ["S1"]))["S1"].reserving_group_id == groups["EAST"].id


async def test_members_leave_and_enter(db: Db) -> None:
    await store.insert_locations(db, [BARE, PARIS])
    await store.write_groups(db, [_new("EAST", "S1", reserving=True), _new("CITY", "S1")])
    locked = await store.lock_groups(db, ["CITY", "EAST"])
    changes = [GroupChange(group._replace(name="New"), ("W1",), ("S1",)) for group in locked.values()]
    assert await store.write_groups(db, changes)
    ids = [group.id for group in locked.values()]
    assert await store.members_of(db, ids) == {"EAST": frozenset({"W1"}), "CITY": frozenset({"W1"})}
    assert {(g.name, g.version) for g in (await store.find_groups(db, ["CITY", "EAST"])).values()} == {
        ("New", 2)
    }
    assert not await store.write_groups(db, [_new("CITY")])


async def test_who_holds_the_grouping_keeps_movers_waiting(organization: Organization) -> None:
    database, name = organization.app.database, organization.name
    async with database.transaction(name) as writer, database.transaction(name) as other_writer:
        await store.hold_grouping(writer)
        await store.hold_grouping(other_writer)
        async with database.transaction(name) as mover:
            waiting = asyncio.ensure_future(store.lock_grouping(mover))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(waiting), 0.2)
            await writer.execute("COMMIT")
            await other_writer.execute("COMMIT")
            await asyncio.wait_for(waiting, 10)


async def test_reserving_groups_by_location(db: Db) -> None:
    await store.insert_locations(db, [BARE, PARIS])
    await store.write_groups(db, [_new("EAST", "S1", reserving=True)])
    ids = {code: row.id for code, row in (await store.find_locations(db, ["S1", "W1"])).items()}
    east = (await store.find_groups(db, ["EAST"]))["EAST"].id
    assert await store.reserving_groups(db, list(ids.values())) == {ids["S1"]: east}
    assert await store.reserving_groups(db, []) == {}
