"""Locations and their groups over HTTP."""

import msgspec

from commissary.domain.network.rules.location import canonical_code, code_refusal
from commissary.domain.network.types import PutGroup, PutLocation
from commissary.domain.security.types import Permission
from commissary.entry.api.refusals import installation
from commissary.entry.api.refusals.network import PUT_GROUP_CODES, PUT_LOCATION_CODES
from commissary.entry.api.schemas.network import (
    LocationAnswer,
    LocationBody,
    LocationGroupAnswer,
    LocationGroupBody,
    LocationGroupPage,
    LocationGroupQuery,
    LocationPage,
    LocationQuery,
)
from commissary.flows.network.put_groups import put_groups
from commissary.flows.network.put_locations import put_locations
from commissary.kernel.address import Address
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.http.cursor import decode_cursor, encode_cursor
from commissary.platform.http.endpoint import Call, Endpoint, Reply, Work, versioned
from commissary.platform.http.problems import Problem
from commissary.views import locations as views
from commissary.wiring import Application

_TAG = "network"
_VERSION_CODES = ("version_stale", "version_invalid")


def endpoints(_: Application) -> list[Endpoint]:
    """What callers can do with locations and groups of them."""
    return [*_location_endpoints(), *_group_endpoints()]


def _location_endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            method="GET",
            path="/v1/locations",
            permission=Permission.LOCATIONS_READ,
            summary="List locations, or find them by code, kind, capability, group, or first letters",
            handler=list_locations,
            work=Work.READ,
            tag=_TAG,
            query=LocationQuery,
            answer=LocationPage,
        ),
        Endpoint(
            method="GET",
            path="/v1/locations/{code:str}",
            permission=Permission.LOCATIONS_READ,
            summary="Read a location",
            handler=get_location,
            work=Work.READ,
            tag=_TAG,
            answer=LocationAnswer,
            refusals=("location_not_found",),
        ),
        Endpoint(
            method="PUT",
            path="/v1/locations/{code:str}",
            permission=Permission.LOCATIONS_WRITE,
            summary="Create a location or replace it",
            description="What the body leaves out has its default afterwards. "
            "A location that holds stock stays in the reserving group it is in.",
            handler=put_location,
            work=Work.WRITE,
            tag=_TAG,
            body=LocationBody,
            answer=LocationAnswer,
            refusals=(*PUT_LOCATION_CODES, *installation.ATTRIBUTE_VALUE_CODES, *_VERSION_CODES),
        ),
    ]


def _group_endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            method="GET",
            path="/v1/location-groups",
            permission=Permission.LOCATIONS_READ,
            summary="List location groups",
            handler=list_groups,
            work=Work.READ,
            tag=_TAG,
            query=LocationGroupQuery,
            answer=LocationGroupPage,
        ),
        Endpoint(
            method="GET",
            path="/v1/location-groups/{code:str}",
            permission=Permission.LOCATIONS_READ,
            summary="Read a location group",
            handler=get_group,
            work=Work.READ,
            tag=_TAG,
            answer=LocationGroupAnswer,
            refusals=("location_group_not_found",),
        ),
        Endpoint(
            method="PUT",
            path="/v1/location-groups/{code:str}",
            permission=Permission.LOCATIONS_WRITE,
            summary="Create a location group or replace it",
            description="A reserving group takes reservations on what its locations have together; "
            "a location is in at most one of these, and enters or leaves it only without stock.",
            handler=put_group,
            work=Work.WRITE,
            tag=_TAG,
            body=LocationGroupBody,
            answer=LocationGroupAnswer,
            refusals=(*PUT_GROUP_CODES, *_VERSION_CODES),
        ),
    ]


async def list_locations(call: Call[None, LocationQuery], db: Db) -> LocationPage:
    query = call.query
    if query.code is not None:
        row = await views.location(db, canonical_code(query.code))
        return LocationPage(data=[_location(row)] if row else [])
    rows = await views.locations(
        db,
        starting=query.q,
        kind=query.kind and query.kind.value,
        capability=query.capability and query.capability.value,
        group=query.group and canonical_code(query.group),
        active=query.active,
        after=decode_cursor(query.cursor, str) if query.cursor else "",
        limit=query.limit + 1,
    )
    page = rows[: query.limit]
    more = encode_cursor(page[-1].code) if len(rows) > query.limit else None
    return LocationPage(data=[_location(row) for row in page], next_cursor=more)


async def get_location(call: Call[None, None], db: Db) -> Reply | Refusal:
    row = await _read(db, call.path["code"])
    return versioned(_location(row), row.version) if row else Refusal("location_not_found", {}, "/code")


async def _read(db: Db, code: str) -> views.LocationView | None:
    code = canonical_code(code)
    return None if code_refusal(code) else await views.location(db, code)


async def put_location(call: Call[LocationBody, None], db: Db) -> Reply | Refusal:
    await _refuse_outside_scope(call, db)
    body = call.body
    command = PutLocation(
        code=call.path["code"],
        name=body.name,
        kind=body.kind.value,
        address=msgspec.convert(body.address, Address, from_attributes=True),
        time_zone=body.time_zone,
        latitude=body.latitude,
        longitude=body.longitude,
        opening_hours=body.opening_hours,
        capabilities=tuple(capability.value for capability in body.capabilities),
        processing_lead_time_s=body.processing_lead_time_s,
        reserving_group=body.reserving_group,
        attributes=body.attributes,
        active=body.active,
        expected_version=call.if_match,
    )
    (answer,) = await put_locations(db, call.actor, [command])
    if isinstance(answer, Refusal):
        return answer
    row = await views.location(db, answer.code)
    assert row is not None
    return versioned(_location(row), row.version)


async def _refuse_outside_scope(call: Call[LocationBody, None], db: Db) -> None:
    """Who is bound to some locations changes these only, and creates none."""
    if call.caller.location_ids is not None:
        row = await _read(db, call.path["code"])
        if row is None or not call.caller.may_at(row.id):
            raise Problem("not_permitted", permission=Permission.LOCATIONS_WRITE)


async def list_groups(call: Call[None, LocationGroupQuery], db: Db) -> LocationGroupPage:
    query = call.query
    after = decode_cursor(query.cursor, str) if query.cursor else ""
    rows = await views.location_groups(db, after=after, limit=query.limit + 1)
    page = rows[: query.limit]
    more = encode_cursor(page[-1].code) if len(rows) > query.limit else None
    return LocationGroupPage(data=[_group(row) for row in page], next_cursor=more)


async def get_group(call: Call[None, None], db: Db) -> Reply | Refusal:
    code = canonical_code(call.path["code"])
    row = None if code_refusal(code) else await views.location_group(db, code)
    return versioned(_group(row), row.version) if row else Refusal("location_group_not_found", {}, "/code")


async def put_group(call: Call[LocationGroupBody, None], db: Db) -> Reply | Refusal:
    if call.caller.location_ids is not None:
        raise Problem("not_permitted", permission=Permission.LOCATIONS_WRITE)
    command = PutGroup(
        code=call.path["code"],
        name=call.body.name,
        reserving=call.body.reserving,
        locations=call.body.locations,
        expected_version=call.if_match,
    )
    (answer,) = await put_groups(db, call.actor, [command])
    if isinstance(answer, Refusal):
        return answer
    row = await views.location_group(db, answer.code)
    assert row is not None
    return versioned(_group(row), row.version)


def _location(row: views.LocationView) -> LocationAnswer:
    fields = {name: value for name, value in row._asdict().items() if name not in ("id", "country")}
    address = {"country": row.country, **row.address}
    return msgspec.convert({**fields, "address": address}, LocationAnswer)


def _group(row: views.LocationGroupView) -> LocationGroupAnswer:
    return LocationGroupAnswer(
        code=row.code, name=row.name, reserving=row.reserving, locations=row.locations, version=row.version
    )
