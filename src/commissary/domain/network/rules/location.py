"""What makes a good location: a code people can read, a kind, an address in a country, a clock, and a place on the map.

Sourcing measures distances, promising reads the clock and the opening hours, and each trusts what it finds: so half a
coordinate, a zone that does not exist or a capability that nothing asks for is refused here.
"""

from collections.abc import Mapping

import msgspec

from commissary.domain.network.rules.opening_hours import canonical_hours
from commissary.domain.network.rules.time_zone import time_zone_refusal
from commissary.domain.network.types import (
    MAX_CODE_LENGTH,
    MAX_LEAD_TIME_S,
    MAX_NAME_LENGTH,
    Capability,
    LocationKind,
    PutLocation,
)
from commissary.kernel.address import Address
from commissary.kernel.attributes import AttributeKind, attribute_refusal
from commissary.kernel.decision import Refusal
from commissary.kernel.text import canonical, code_flaw, name_flaw, storable

_KINDS = frozenset(LocationKind)
_CAPABILITIES = frozenset(Capability)
_LONGEST_ADDRESS_PART = 200
_MOST_ADDRESS_LINES = 6


def canonical_code(text: str) -> str:
    """The one spelling of a location's or group's code. Look them up by it."""
    return canonical(text) if len(text) <= 4 * MAX_CODE_LENGTH else text


def code_refusal(code: str, kind: str = "location") -> Refusal | None:
    """Why a canonical code cannot name a location or a group; None when it can."""
    flaw = code_flaw(code, MAX_CODE_LENGTH)
    return Refusal(f"{kind}_code_invalid", {"reason": flaw}, "/code") if flaw else None


def name_refusal(name: str, kind: str = "location") -> Refusal | None:
    """Why a canonical name cannot be one; None when it can."""
    flaw = name_flaw(name, MAX_NAME_LENGTH)
    return Refusal(f"{kind}_name_invalid", {"reason": flaw}, "/name") if flaw else None


def checked_location(command: PutLocation, declared: Mapping[str, AttributeKind]) -> PutLocation | Refusal:
    """The command in its one spelling, or the first thing wrong with it."""
    code, name = canonical_code(command.code), canonical_name(command.name)
    refusal = (
        code_refusal(code)
        or name_refusal(name)
        or _kind_refusal(command.kind)
        or address_refusal(command.address)
        or time_zone_refusal(command.time_zone)
        or _coordinates_refusal(command.latitude, command.longitude)
        or _capability_refusal(command.capabilities)
        or _lead_time_refusal(command.processing_lead_time_s)
        or attribute_refusal(declared, command.attributes)
    )
    if refusal:
        return refusal
    hours = canonical_hours(command.opening_hours)
    if isinstance(hours, Refusal):
        return hours
    group = command.reserving_group
    return msgspec.structs.replace(
        command,
        code=code,
        name=name,
        kind=str(command.kind),
        opening_hours=hours,
        capabilities=tuple(sorted({str(capability) for capability in command.capabilities})),
        reserving_group=None if group is None else canonical_code(group),
        attributes={key: value for key, value in command.attributes.items() if value is not None},
    )


def canonical_name(name: str) -> str:
    """A name in Unicode form C, trimmed."""
    return canonical(name) if len(name) <= 4 * MAX_NAME_LENGTH else name


def address_refusal(address: Address) -> Refusal | None:
    """Why a location cannot have this address; None when it can. Only the country is needed."""
    country = address.country
    if len(country) != 2 or not country.isascii() or not country.isupper() or not country.isalpha():
        return Refusal("country_invalid", {"country": country[:40]}, "/address/country")
    if len(address.lines) > _MOST_ADDRESS_LINES:
        return Refusal(
            "address_invalid", {"reason": f"has more than {_MOST_ADDRESS_LINES} lines"}, "/address/lines"
        )
    parts = {name: value for name, value in msgspec.structs.asdict(address).items() if name != "lines"}
    parts.update({f"lines/{index}": line for index, line in enumerate(address.lines)})
    for name, value in parts.items():
        if len(value) > _LONGEST_ADDRESS_PART or not storable(value):
            reason = f"has a part that is no text of at most {_LONGEST_ADDRESS_PART} characters"
            return Refusal("address_invalid", {"reason": reason}, f"/address/{name}")
    return None


def _kind_refusal(kind: str) -> Refusal | None:
    if kind in _KINDS:
        return None
    return Refusal("location_kind_unknown", {"kind": kind[:40], "known": ", ".join(LocationKind)}, "/kind")


def _coordinates_refusal(latitude: float | None, longitude: float | None) -> Refusal | None:
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        return Refusal("coordinates_incomplete", {"missing": missing}, f"/{missing}")
    if latitude is not None and not -90 <= latitude <= 90:
        return Refusal("coordinates_invalid", {"coordinate": "latitude", "most": 90}, "/latitude")
    if longitude is not None and not -180 <= longitude <= 180:
        return Refusal("coordinates_invalid", {"coordinate": "longitude", "most": 180}, "/longitude")
    return None


def _capability_refusal(capabilities: tuple[str, ...]) -> Refusal | None:
    for index, capability in enumerate(capabilities):
        if capability not in _CAPABILITIES:
            facts = {"capability": capability[:40], "known": ", ".join(Capability)}
            return Refusal("capability_unknown", facts, f"/capabilities/{index}")
    return None


def _lead_time_refusal(seconds: int) -> Refusal | None:
    if 0 <= seconds <= MAX_LEAD_TIME_S:
        return None
    return Refusal("lead_time_invalid", {"most": MAX_LEAD_TIME_S}, "/processing_lead_time_s")
