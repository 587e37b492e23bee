"""Bodies and answers of the network's endpoints."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from commissary.domain.network.types import (
    DEFAULT_LEAD_TIME_S,
    MAX_CODE_LENGTH,
    MAX_GROUP_MEMBERS,
    MAX_LEAD_TIME_S,
    MAX_NAME_LENGTH,
    Capability,
    LocationKind,
)
from commissary.platform.http.endpoint import PAGE_LIMIT

Code = Annotated[str, Meta(min_length=1, max_length=MAX_CODE_LENGTH)]
_Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME_LENGTH)]
_Part = Annotated[str, Meta(max_length=200)]
_Time = Annotated[str, Meta(max_length=20, description="HH:MM, 00:00 to 23:59; a span may close at 24:00")]
_Span = Annotated[list[_Time], Meta(max_length=10, description="Opening and closing time")]
_Weekday = Annotated[str, Meta(max_length=20, description="monday to sunday")]
_Limit = Annotated[int, Meta(ge=1, le=PAGE_LIMIT)]
_Cursor = Annotated[str, Meta(max_length=1000)]
_AttributeName = Annotated[str, Meta(max_length=60)]
_AttributeValue = str | int | float | bool | None
OpeningHours = Annotated[
    dict[_Weekday, Annotated[list[_Span], Meta(max_length=100)]],
    Meta(max_length=20, description="By the location's own clock. Without any weekday: always open."),
]


class LocationAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a location is; `country` is ISO 3166-1 alpha-2."""

    country: Annotated[str, Meta(pattern=r"^[A-Z][A-Z]$(?!\n)")]
    name: _Part = ""
    company: _Part = ""
    lines: Annotated[tuple[_Part, ...], Meta(max_length=6)] = ()
    postal_code: _Part = ""
    city: _Part = ""
    region: _Part = ""
    phone: _Part = ""
    mail: _Part = ""


class LocationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that is known of a location; what is left out has its default afterwards."""

    name: _Name
    kind: LocationKind
    address: LocationAddress
    time_zone: Annotated[str, Meta(max_length=60, description="IANA, such as Europe/Paris")]
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    opening_hours: OpeningHours = {}
    capabilities: Annotated[tuple[Capability, ...], Meta(max_length=20)] = ()
    processing_lead_time_s: Annotated[int, Meta(ge=0, le=MAX_LEAD_TIME_S)] = DEFAULT_LEAD_TIME_S
    reserving_group: Code | None = None
    attributes: Annotated[dict[_AttributeName, _AttributeValue], Meta(max_length=200)] = {}
    active: bool = True


class LocationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name: str
    kind: LocationKind
    address: LocationAddress
    time_zone: str
    latitude: float | None
    longitude: float | None
    opening_hours: dict[str, list[list[str]]]
    capabilities: list[Capability]
    processing_lead_time_s: int
    reserving_group: str | None
    groups: list[str]
    attributes: dict[str, _AttributeValue]
    active: bool
    version: int
    updated_at: datetime


class LocationPage(msgspec.Struct, frozen=True, kw_only=True):
    data: list[LocationAnswer]
    next_cursor: str | None = None


class LocationQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`q`: first letters of code or name. `code` finds one location, whatever characters the code has."""

    q: Annotated[str, Meta(max_length=MAX_NAME_LENGTH)] = ""
    code: Code | None = None
    kind: LocationKind | None = None
    capability: Capability | None = None
    group: Code | None = None
    active: bool | None = None
    limit: _Limit = 50
    cursor: _Cursor = ""


class LocationGroupBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`locations` are the codes of all members; left out, the members stay as they are."""

    name: _Name
    reserving: bool = False
    locations: Annotated[tuple[Code, ...], Meta(max_length=MAX_GROUP_MEMBERS)] | None = None


class LocationGroupAnswer(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name: str
    reserving: bool
    locations: list[str]
    version: int


class LocationGroupPage(msgspec.Struct, frozen=True, kw_only=True):
    data: list[LocationGroupAnswer]
    next_cursor: str | None = None


class LocationGroupQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    limit: _Limit = 50
    cursor: _Cursor = ""
