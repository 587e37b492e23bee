"""Which clock hangs in a location: a zone of the IANA time zone database, by its area and city.

An abbreviation (CET, EST) or an offset is refused although some libraries take it: it says nothing, or the wrong
thing, of the summer. `UTC` stands for places that are nowhere.
"""

from zoneinfo import ZoneInfo

from commissary.kernel.decision import Refusal

_AREAS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)


def time_zone_refusal(name: str) -> Refusal | None:
    """Why this is no zone of a place; None when it is one."""
    area, _, city = name.partition("/")
    if name == "UTC" or (area in _AREAS and city and _known(name)):
        return None
    return Refusal("time_zone_unknown", {"time_zone": name[:60]}, "/time_zone")


def _known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):  # not a key, not a zone, a folder of zones
        return False
    return True
