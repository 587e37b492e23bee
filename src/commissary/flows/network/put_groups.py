"""Create location groups or replace them, with the locations that belong to them."""

from collections.abc import Sequence

from commissary.domain.inventory import store as inventory
from commissary.domain.network import store
from commissary.domain.network.rules.put_group import checked_group, decide_put_groups, group_facts
from commissary.domain.network.types import GroupPut, Membership, PutGroup
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.errors import TryAgain


async def put_groups(
    db: Db, actor: str, commands: Sequence[PutGroup], cause: str | None = None
) -> list[GroupPut | Refusal]:
    """An answer for each command, in order. Raises TryAgain when another writer was first with a code."""
    checked = [checked_group(command) for command in commands]
    before = await _load(db, [command for command in checked if isinstance(command, PutGroup)])
    answers, changes = decide_put_groups(checked, before)
    if not await store.write_groups(db, changes):
        raise TryAgain("Another writer has just put one of these groups.")
    await outbox.tell(db, actor, group_facts(changes, before), cause)
    return answers


async def _load(db: Db, commands: Sequence[PutGroup]) -> Membership:
    """What the groups are now. The grouping is locked first: then members stay as they are read."""
    await store.lock_grouping(db)
    groups = await store.lock_groups(db, sorted({command.code for command in commands}))
    members = await store.members_of(db, [group.id for group in groups.values()])
    named = {code for command in commands for code in command.locations or ()}
    places = await store.lock_places(db, sorted(named.union(*members.values())))
    if not any(command.reserving for command in commands):
        return Membership(groups, places, members, frozenset())
    stocked = await inventory.locations_with_stock(db, sorted(place.id for place in places.values()))
    return Membership(groups, places, members, frozenset(stocked))
