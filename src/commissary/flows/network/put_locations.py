"""Create locations or replace what is known of them, hundreds at a time."""

from collections.abc import Sequence

from commissary.domain.inventory import store as inventory
from commissary.domain.network import store
from commissary.domain.network.rules.location import checked_location
from commissary.domain.network.rules.put_location import decide_put_locations, location_facts
from commissary.domain.network.types import LocationChanges, LocationPut, PutLocation, Surroundings
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.errors import TryAgain
from commissary.platform.settings import attribute_kinds


async def put_locations(
    db: Db, actor: str, commands: Sequence[PutLocation], cause: str | None = None
) -> list[LocationPut | Refusal]:
    """An answer for each command, in order. Raises TryAgain when another writer was first with a code."""
    declared = await attribute_kinds(db, "location") if any(c.attributes for c in commands) else {}
    checked = [checked_location(command, declared) for command in commands]
    before = await _load(db, [command for command in checked if isinstance(command, PutLocation)])
    answers, changes = decide_put_locations(checked, before)
    await _write(db, changes)
    await outbox.tell(db, actor, location_facts(changes, before), cause)
    return answers


async def _load(db: Db, commands: Sequence[PutLocation]) -> Surroundings:
    locations = await store.lock_locations(db, sorted({command.code for command in commands}))
    named = {command.reserving_group for command in commands if command.reserving_group is not None}
    groups = await store.find_groups(db, sorted(named)) if named else {}
    held = {location.reserving_group_id for location in locations.values()} - {None}
    if missing := held - {group.id for group in groups.values()}:
        groups |= {group.code: group for group in await store.groups_by_id(db, [i for i in missing if i])}
    codes = {group.id: group.code for group in groups.values()}
    moving = {
        location.id
        for command in commands
        if (location := locations.get(command.code))
        and codes.get(location.reserving_group_id or 0) != command.reserving_group
    }
    if not moving:
        return Surroundings(locations, groups, frozenset())
    await store.lock_grouping(db)
    stocked = await inventory.locations_with_stock(db, sorted(moving))
    return Surroundings(locations, groups, frozenset(stocked))


async def _write(db: Db, changes: LocationChanges) -> None:
    if changes.changed:
        await store.update_locations(db, changes.changed)
    if changes.created and not await store.insert_locations(db, changes.created):
        raise TryAgain("Another writer has just put one of these locations.")
