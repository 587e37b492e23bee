"""Locations and groups in the database: locked in order of their codes, written in sets."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from commissary.domain.network.types import GroupChange, GroupRow, Location, LocationRow, Place
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.domain.network")
_encode = msgspec.json.Encoder().encode


async def find_locations(db: Db, codes: Sequence[str]) -> dict[str, LocationRow]:
    """Locations by canonical code, with what the hot paths need; unknown ones are missing."""
    rows = await db.fetch(_SQL["find_locations"], {"codes": list(codes)})
    return {r[1]: LocationRow(r[0], r[1], r[2], frozenset(r[3]), r[4], r[5]) for r in rows}


async def find_groups(db: Db, codes: Sequence[str]) -> dict[str, GroupRow]:
    """Groups by canonical code; unknown ones are missing."""
    rows = await db.fetch(_SQL["find_groups"], {"codes": list(codes)})
    return {row[1]: GroupRow._make(row) for row in rows}


async def groups_by_id(db: Db, ids: Sequence[int]) -> list[GroupRow]:
    """Groups by id."""
    return [GroupRow._make(row) for row in await db.fetch(_SQL["groups_by_id"], {"ids": list(ids)})]


async def hold_grouping(db: Db) -> None:
    """Until the transaction ends no location enters or leaves a reserving group.

    Whoever moves stock at a location calls this before reading the location's group: else units could arrive unseen
    while the location moves, and the group's supply would be wrong. Many may hold it at once; nothing is written.
    """
    await db.execute(_SQL["hold_grouping"])


async def lock_grouping(db: Db) -> None:
    """Be the only one who moves locations between reserving groups; waits for all who hold the grouping."""
    await db.execute(_SQL["lock_grouping"])


async def lock_locations(db: Db, codes: Sequence[str]) -> dict[str, Location]:
    """Whole locations by canonical code, held against other writers until the transaction ends."""
    rows = await db.fetch(_SQL["lock_locations"], {"codes": list(codes)})
    return {row[1]: Location._make(row) for row in rows}


async def insert_locations(db: Db, locations: Sequence[Location]) -> bool:
    """Add locations. False when another writer was first with one of them: start afresh."""
    return await db.count(_SQL["insert_locations"], {"at": db.now, **_columns(locations)}) == len(locations)


async def update_locations(db: Db, locations: Sequence[Location]) -> None:
    """Replace locked locations; the version goes up by one."""
    await db.execute(_SQL["update_locations"], {"at": db.now, **_columns(locations)})


def _columns(locations: Sequence[Location]) -> Mapping[str, list[Any]]:
    return {
        "codes": [each.code for each in locations],
        "names": [each.name for each in locations],
        "kinds": [each.kind for each in locations],
        "countries": [each.country for each in locations],
        "addresses": [_encode(each.address).decode() for each in locations],
        "latitudes": [each.latitude for each in locations],
        "longitudes": [each.longitude for each in locations],
        "time_zones": [each.time_zone for each in locations],
        "hours": [_encode(each.opening_hours).decode() for each in locations],
        "capabilities": [",".join(each.capabilities) for each in locations],
        "lead_times": [each.processing_lead_time_s for each in locations],
        "groups": [each.reserving_group_id for each in locations],
        "attributes": [_encode(each.attributes).decode() for each in locations],
        "actives": [each.active for each in locations],
    }


async def lock_groups(db: Db, codes: Sequence[str]) -> dict[str, GroupRow]:
    """Groups by canonical code, held against other writers until the transaction ends."""
    rows = await db.fetch(_SQL["lock_groups"], {"codes": list(codes)})
    return {row[1]: GroupRow._make(row) for row in rows}


async def members_of(db: Db, group_ids: Sequence[int]) -> dict[str, frozenset[str]]:
    """Group code → codes of its locations; a group without any is missing."""
    found: dict[str, set[str]] = {}
    for group, location in await db.fetch(_SQL["members_of"], {"ids": list(group_ids)}):
        found.setdefault(group, set()).add(location)
    return {group: frozenset(locations) for group, locations in found.items()}


async def lock_places(db: Db, codes: Sequence[str]) -> dict[str, Place]:
    """Locations as their groups see them, held against other writers until the transaction ends."""
    rows = await db.fetch(_SQL["lock_places"], {"codes": list(codes)})
    return {row[1]: Place._make(row) for row in rows}


async def write_groups(db: Db, changes: Sequence[GroupChange]) -> bool:
    """New and changed groups with their members. False when another writer was first with one: start afresh."""
    created = [change.group for change in changes if not change.group.id]
    changed = [change.group for change in changes if change.group.id]
    if created:
        given = {
            "codes": [group.code for group in created],
            "names": [group.name for group in created],
            "reserving": [group.reserving for group in created],
        }
        if await db.count(_SQL["insert_groups"], given) != len(created):
            return False
    if changed:
        codes, names = [group.code for group in changed], [group.name for group in changed]
        await db.execute(_SQL["update_groups"], {"codes": codes, "names": names})
    await _write_members(db, [change for change in changes if not change.group.reserving])
    await _move_places(db, [change for change in changes if change.group.reserving])
    return True


async def _write_members(db: Db, changes: Sequence[GroupChange]) -> None:
    removed = [(change.group.code, place) for change in changes for place in change.leaving]
    added = [(change.group.code, place) for change in changes for place in change.entering]
    for query, pairs in (("remove_members", removed), ("add_members", added)):
        if pairs:
            groups, places = zip(*pairs, strict=True)
            await db.execute(_SQL[query], {"groups": list(groups), "locations": list(places)})


async def _move_places(db: Db, changes: Sequence[GroupChange]) -> None:
    moved: list[tuple[str | None, str]] = []
    for change in changes:
        moved += [(None, place) for place in change.leaving]
        moved += [(change.group.code, place) for place in change.entering]
    if moved:
        groups, places = zip(*moved, strict=True)
        given = {"groups": list(groups), "locations": list(places), "at": db.now}
        await db.execute(_SQL["set_reserving_groups"], given)


async def reserving_groups(db: Db, location_ids: Sequence[int]) -> dict[int, int]:
    """Location → its reserving group; a location without one is missing."""
    if not location_ids:
        return {}
    rows = await db.fetch(_SQL["reserving_groups"], {"ids": list(location_ids)})
    return dict(rows)
