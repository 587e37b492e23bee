"""Putting locations: what a batch of commands makes of the network as it was.

A reserving group promises what its locations have together. A location that holds stock therefore keeps its reserving
group: moving it would move supply under promises already given.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from commissary.domain.network.events import LocationChanged, LocationCreated
from commissary.domain.network.types import (
    Location,
    LocationChanges,
    LocationPut,
    Outcome,
    PutLocation,
    Surroundings,
)
from commissary.kernel.decision import Refusal
from commissary.kernel.fact import Fact

Answer = LocationPut | Refusal
_NOT_COMPARED = frozenset({"id", "code", "version"})
_FIELDS = tuple(field for field in Location._fields if field not in _NOT_COMPARED)


def decide_put_locations(
    commands: Sequence[PutLocation | Refusal], before: Surroundings
) -> tuple[list[Answer], LocationChanges]:
    """An answer for each checked command, in order, and what must be written. Refused commands pass through."""
    answers: list[Answer] = []
    changes = LocationChanges([], [])
    seen: set[str] = set()
    for command in commands:
        if isinstance(command, Refusal):
            answers.append(command)
        elif command.code in seen:
            answers.append(Refusal("location_twice", {"code": command.code}, "/code"))
        else:
            seen.add(command.code)
            answers.append(_put(command, before, changes))
    return answers, changes


def _put(command: PutLocation, before: Surroundings, changes: LocationChanges) -> Answer:
    old = before.locations.get(command.code)
    version = old.version if old else 0
    if command.expected_version not in (None, version):
        return Refusal("version_stale", {"expected": command.expected_version, "current": version})
    group_id = _reserving_group(command, before)
    if isinstance(group_id, Refusal):
        return group_id
    if old and group_id != old.reserving_group_id and old.id in before.stocked:
        return Refusal("location_has_stock", {"location": command.code}, "/reserving_group")
    wanted = _location(command, old.id if old else 0, group_id, version + 1)
    if old and not differing(old, wanted):
        return LocationPut(command.code, Outcome.UNCHANGED, version)
    (changes.changed if old else changes.created).append(wanted)
    return LocationPut(command.code, Outcome.CHANGED if old else Outcome.CREATED, version + 1)


def _reserving_group(command: PutLocation, before: Surroundings) -> int | Refusal | None:
    if command.reserving_group is None:
        return None
    group = before.groups.get(command.reserving_group)
    if group is None:
        return Refusal("location_group_unknown", {"group": command.reserving_group[:100]}, "/reserving_group")
    if not group.reserving:
        return Refusal("location_group_not_reserving", {"group": group.code}, "/reserving_group")
    return group.id


def _location(command: PutLocation, location_id: int, group_id: int | None, version: int) -> Location:
    address = msgspec.to_builtins(command.address)
    country = address.pop("country")
    return Location(
        id=location_id,
        code=command.code,
        name=command.name,
        kind=command.kind,
        country=country,
        address=address,
        latitude=command.latitude,
        longitude=command.longitude,
        time_zone=command.time_zone,
        opening_hours=command.opening_hours,
        capabilities=list(command.capabilities),
        processing_lead_time_s=command.processing_lead_time_s,
        reserving_group_id=group_id,
        attributes=command.attributes,
        active=command.active,
        version=version,
    )


def differing(one: Location, other: Location) -> list[str]:
    """Names of the fields in which two states of a location differ; id, code and version aside."""
    return [
        field for field in _FIELDS if _comparable(getattr(one, field)) != _comparable(getattr(other, field))
    ]


def _comparable(value: Any) -> Any:
    """As JSON keeps it: no tuples; and a large number is the same whether it came as a whole one or a float."""
    if isinstance(value, Mapping):
        return {name: _comparable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_comparable(inner) for inner in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value


def location_facts(changes: LocationChanges, before: Surroundings) -> list[Fact]:
    """One fact for each location that a batch created or changed."""
    codes = {group.id: group.code for group in before.groups.values()}
    facts: list[Fact] = [
        LocationCreated(location.code, location.version, _told(location, _FIELDS, codes))
        for location in changes.created
    ]
    for location in changes.changed:
        old = before.locations[location.code]
        fields = differing(old, location)
        names = tuple(name.removesuffix("_id") for name in fields)
        old_values, values = _told(old, fields, codes), _told(location, fields, codes)
        facts.append(LocationChanged(location.code, location.version, names, old_values, values))
    return facts


def _told(location: Location, fields: Sequence[str], codes: Mapping[int, str]) -> Mapping[str, Any]:
    values = {name: getattr(location, name) for name in fields if name != "address"}
    if "reserving_group_id" in values:
        values["reserving_group"] = codes.get(values.pop("reserving_group_id"))
    return values
