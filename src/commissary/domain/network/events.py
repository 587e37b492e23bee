"""Facts of the network. Street addresses and telephone numbers stay out: a vendor's may be a person's."""

from collections.abc import Mapping
from typing import Any, ClassVar

from commissary.kernel.fact import Fact


class LocationCreated(Fact, frozen=True):
    """`subject` is the location's code; `location` holds what was given, but its address only by country."""

    KIND: ClassVar[str] = "location.created"
    SUBJECT_KIND: ClassVar[str] = "location"

    version: int
    location: Mapping[str, Any]


class LocationChanged(Fact, frozen=True):
    """`fields` names what is different now; `before` and `after` hold it, but for the address."""

    KIND: ClassVar[str] = "location.changed"
    SUBJECT_KIND: ClassVar[str] = "location"

    version: int
    fields: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class LocationGroupCreated(Fact, frozen=True):
    """`subject` is the group's code; `locations` are codes."""

    KIND: ClassVar[str] = "location_group.created"
    SUBJECT_KIND: ClassVar[str] = "location_group"

    version: int
    name: str
    reserving: bool
    locations: tuple[str, ...]


class LocationGroupChanged(Fact, frozen=True):
    """Which locations entered and left, and the name before and after when it changed."""

    KIND: ClassVar[str] = "location_group.changed"
    SUBJECT_KIND: ClassVar[str] = "location_group"

    version: int
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    before: Mapping[str, Any] = {}
    after: Mapping[str, Any] = {}
