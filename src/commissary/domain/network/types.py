"""Words of the network: locations, what they can do, when they are open, and groups of them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from commissary.kernel.address import Address
from commissary.kernel.attributes import AttributeValue

MAX_CODE_LENGTH = 100
MAX_NAME_LENGTH = 300
MAX_GROUP_MEMBERS = 10_000
MAX_LEAD_TIME_S = 365 * 86_400
DEFAULT_LEAD_TIME_S = 86_400

Attributes = Mapping[str, AttributeValue]
# Weekday → (open, close) as HH:MM of the location's own wall clock, in order; without any weekday: always open.
OpeningHours = Mapping[str, Sequence[Sequence[str]]]


class LocationKind(StrEnum):
    WAREHOUSE = "warehouse"
    STORE = "store"
    THIRD_PARTY = "third_party"
    VENDOR = "vendor"
    LOCKER = "locker"
    VIRTUAL = "virtual"


class Capability(StrEnum):
    SHIP_FROM = "ship_from"
    PICKUP = "pickup"
    CURBSIDE = "curbside"
    RETURNS = "returns"
    GIFT_WRAP = "gift_wrap"
    DANGEROUS_GOODS = "dangerous_goods"


class Weekday(StrEnum):
    """In the order of `date.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class PutLocation(msgspec.Struct, frozen=True, kw_only=True):
    """Create a location, or replace all that is known of it. `expected_version` (0: none yet) guards a stale edit."""

    code: str
    name: str
    kind: str
    address: Address
    time_zone: str
    latitude: float | None = None
    longitude: float | None = None
    opening_hours: OpeningHours = {}
    capabilities: tuple[str, ...] = ()
    processing_lead_time_s: int = DEFAULT_LEAD_TIME_S
    reserving_group: str | None = None
    attributes: Attributes = {}
    active: bool = True
    expected_version: int | None = None


class PutGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Create a location group or replace it. `locations` None leaves its members as they are."""

    code: str
    name: str
    reserving: bool = False
    locations: tuple[str, ...] | None = None
    expected_version: int | None = None


class Location(NamedTuple):
    """Everything kept of a location. `id` is 0 until the database gives one."""

    id: int
    code: str
    name: str
    kind: str
    country: str
    address: Mapping[str, object]
    latitude: float | None
    longitude: float | None
    time_zone: str
    opening_hours: OpeningHours
    capabilities: Sequence[str]
    processing_lead_time_s: int
    reserving_group_id: int | None
    attributes: Attributes
    active: bool
    version: int


class LocationRow(NamedTuple):
    """What the hot paths need of a location."""

    id: int
    code: str
    active: bool
    capabilities: frozenset[str]
    reserving_group_id: int | None
    time_zone: str


class GroupRow(NamedTuple):
    """A location group without its members."""

    id: int
    code: str
    name: str
    reserving: bool
    version: int


class Place(NamedTuple):
    """A location as its groups see it."""

    id: int
    code: str
    version: int
    reserving_group_id: int | None


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class LocationPut(msgspec.Struct, frozen=True):
    """What became of one command."""

    code: str
    outcome: Outcome
    version: int


class GroupPut(msgspec.Struct, frozen=True):
    """What became of one command."""

    code: str
    outcome: Outcome
    version: int


class Surroundings(NamedTuple):
    """What a batch of locations is decided against: the locations as they were, groups, and who holds stock."""

    locations: Mapping[str, Location]
    groups: Mapping[str, GroupRow]
    # Locations that hold stock, among those that may change their reserving group.
    stocked: frozenset[int]


class LocationChanges(NamedTuple):
    created: list[Location]
    changed: list[Location]


class Membership(NamedTuple):
    """Groups as they were, the locations that a batch speaks of, and members by group."""

    groups: Mapping[str, GroupRow]
    places: Mapping[str, Place]
    # Group code → codes of its locations.
    members: Mapping[str, frozenset[str]]
    stocked: frozenset[int]


class GroupChange(NamedTuple):
    """A group as it will be, and the locations that enter and leave."""

    group: GroupRow
    entering: tuple[str, ...]
    leaving: tuple[str, ...]
    name_before: str | None = None
