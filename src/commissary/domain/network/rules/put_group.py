"""Putting location groups: names, and which locations belong to them.

A group either reserves or it does not, for good. A location may be in many groups that do not reserve, but in at most
one that does: the supplies of two reserving groups must never overlap, or one unit would be promised twice. And a
location enters or leaves a reserving group only while it holds no stock.
"""

from collections.abc import Sequence

from commissary.domain.network.events import LocationChanged, LocationGroupChanged, LocationGroupCreated
from commissary.domain.network.rules.location import (
    canonical_code,
    canonical_name,
    code_refusal,
    name_refusal,
)
from commissary.domain.network.types import (
    MAX_GROUP_MEMBERS,
    GroupChange,
    GroupPut,
    GroupRow,
    Membership,
    Outcome,
    Place,
    PutGroup,
)
from commissary.kernel.decision import Refusal
from commissary.kernel.fact import Fact

Answer = GroupPut | Refusal


def checked_group(command: PutGroup) -> PutGroup | Refusal:
    """The command in its one spelling, or the first thing wrong with it."""
    code, name = canonical_code(command.code), canonical_name(command.name)
    refusal = code_refusal(code, "location_group") or name_refusal(name, "location_group")
    if refusal:
        return refusal
    locations = command.locations
    if locations is not None:
        if len(locations) > MAX_GROUP_MEMBERS:
            return Refusal("location_group_too_large", {"most": MAX_GROUP_MEMBERS}, "/locations")
        locations = tuple(dict.fromkeys(canonical_code(location) for location in locations))
    return PutGroup(
        code=code,
        name=name,
        reserving=command.reserving,
        locations=locations,
        expected_version=command.expected_version,
    )


def decide_put_groups(
    commands: Sequence[PutGroup | Refusal], before: Membership
) -> tuple[list[Answer], list[GroupChange]]:
    """An answer for each checked command, in order, and what must be written. Refused commands pass through."""
    answers: list[Answer] = []
    changes: list[GroupChange] = []
    taken: dict[str, str] = {}
    seen: set[str] = set()
    for command in commands:
        if isinstance(command, Refusal):
            answers.append(command)
        elif command.code in seen:
            answers.append(Refusal("location_group_twice", {"code": command.code}, "/code"))
        else:
            seen.add(command.code)
            answers.append(_put(command, before, taken, changes))
    return answers, changes


def _put(command: PutGroup, before: Membership, taken: dict[str, str], changes: list[GroupChange]) -> Answer:
    group = before.groups.get(command.code)
    version = group.version if group else 0
    if command.expected_version not in (None, version):
        return Refusal("version_stale", {"expected": command.expected_version, "current": version})
    if group and group.reserving != command.reserving:
        return Refusal("location_group_kind_fixed", {"group": group.code}, "/reserving")
    members = before.members.get(command.code, frozenset())
    wanted = members if command.locations is None else frozenset(command.locations)
    refusal = _members_refusal(command, group, wanted ^ members, before, taken)
    if refusal:
        return refusal
    if group and group.name == command.name and wanted == members:
        return GroupPut(command.code, Outcome.UNCHANGED, version)
    if command.reserving:
        taken.update(dict.fromkeys(wanted ^ members, command.code))
    changed = GroupRow(group.id if group else 0, command.code, command.name, command.reserving, version + 1)
    entering, leaving = tuple(sorted(wanted - members)), tuple(sorted(members - wanted))
    changes.append(GroupChange(changed, entering, leaving, group.name if group else None))
    return GroupPut(command.code, Outcome.CHANGED if group else Outcome.CREATED, version + 1)


def _members_refusal(
    command: PutGroup,
    group: GroupRow | None,
    moving: frozenset[str],
    before: Membership,
    taken: dict[str, str],
) -> Refusal | None:
    for index, code in enumerate(command.locations or ()):
        if code not in before.places:
            return Refusal("location_unknown", {"location": code[:100]}, f"/locations/{index}")
    if not command.reserving:
        return None
    own = group.id if group else None
    for code in sorted(moving):
        place = before.places[code]
        if place.reserving_group_id not in (None, own) or code in taken:
            return Refusal("location_in_other_group", {"location": code}, "/locations")
        if place.id in before.stocked:
            return Refusal("location_has_stock", {"location": code}, "/locations")
    return None


def group_facts(changes: Sequence[GroupChange], before: Membership) -> list[Fact]:
    """One fact for each group created or changed, and one for each location whose reserving group changed."""
    facts: list[Fact] = []
    for change in changes:
        facts.append(_group_fact(change))
        if change.group.reserving:
            code = change.group.code
            facts += [_moved(before.places[place], None, code) for place in change.entering]
            facts += [_moved(before.places[place], code, None) for place in change.leaving]
    return facts


def _group_fact(change: GroupChange) -> Fact:
    group = change.group
    if change.name_before is None:
        return LocationGroupCreated(group.code, group.version, group.name, group.reserving, change.entering)
    renamed = change.name_before != group.name
    return LocationGroupChanged(
        group.code,
        group.version,
        change.entering,
        change.leaving,
        {"name": change.name_before} if renamed else {},
        {"name": group.name} if renamed else {},
    )


def _moved(place: Place, before: str | None, after: str | None) -> Fact:
    return LocationChanged(
        place.code,
        place.version + 1,
        ("reserving_group",),
        {"reserving_group": before},
        {"reserving_group": after},
    )
