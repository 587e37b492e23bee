"""What is set for a whole organization, over HTTP: settings, custom attributes, and the clock of a test one."""

from datetime import timedelta
from typing import Any

from commissary.domain.orders.rules.setting import NAMES
from commissary.domain.security.types import Permission
from commissary.entry.api.schemas.installation import (
    AttributeAnswer,
    AttributeBody,
    AttributePage,
    ClockBody,
    OrganizationAnswer,
    SettingAnswer,
    SettingBody,
)
from commissary.flows.settings.declare_attribute import DeclareAttribute, declare_attribute
from commissary.flows.settings.set_setting import set_setting
from commissary.kernel.attributes import AttributeKind
from commissary.kernel.decision import Refusal
from commissary.platform.clock import advance
from commissary.platform.db import Db
from commissary.platform.http.endpoint import Call, Endpoint, Work
from commissary.platform.settings import read_settings
from commissary.views import attributes as views
from commissary.views.organizations import organization_row
from commissary.wiring import Application

_TAG = "installation"


def endpoints(app: Application) -> list[Endpoint]:
    """What callers can read and set."""
    return [*_setting_endpoints(app), *_attribute_endpoints()]


def _setting_endpoints(app: Application) -> list[Endpoint]:
    async def move_clock(call: Call[ClockBody, None]) -> OrganizationAnswer | Refusal:
        if not await advance(app.database, call.organization, timedelta(seconds=call.body.advance_s)):
            return Refusal("clock_not_movable")
        async with app.database.transaction(call.organization, read_only=True) as db:
            return await get_organization(call, db)

    return [
        Endpoint(
            method="GET",
            path="/v1/organization",
            permission=Permission.SETTINGS_READ,
            summary="Read the caller's organization and its clock",
            handler=get_organization,
            work=Work.READ,
            tag=_TAG,
            answer=OrganizationAnswer,
        ),
        Endpoint(
            method="POST",
            path="/v1/organization/clock",
            permission=Permission.CLOCK_MOVE,
            summary="Move a test organization's clock forward",
            description="Every call moves the clock again; it takes no Idempotency-Key.",
            handler=move_clock,
            work=Work.OWN,
            tag=_TAG,
            body=ClockBody,
            answer=OrganizationAnswer,
            refusals=("clock_not_movable",),
        ),
        Endpoint(
            method="GET",
            path="/v1/settings",
            permission=Permission.SETTINGS_READ,
            summary="Read all settings",
            handler=list_settings,
            work=Work.READ,
            tag=_TAG,
            answer=list[SettingAnswer],
        ),
        Endpoint(
            method="PUT",
            path="/v1/settings/{name:str}",
            permission=Permission.SETTINGS_WRITE,
            summary="Set default_location_group, order_number_pattern or screening",
            handler=put_setting,
            work=Work.WRITE,
            tag=_TAG,
            body=SettingBody,
            answer=SettingAnswer,
            refusals=(
                "setting_unknown",
                "setting_value_wrong",
                "location_group_unknown",
                "group_takes_no_reservations",
                "currency_unknown",
                "order_number_pattern_without_sequence",
                "order_number_pattern_unreadable",
            ),
        ),
    ]


def _attribute_endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            method="GET",
            path="/v1/attributes",
            permission=Permission.SETTINGS_READ,
            summary="List the custom attributes of items, locations, orders, lines and customers",
            handler=list_attributes,
            work=Work.READ,
            tag=_TAG,
            answer=AttributePage,
        ),
        Endpoint(
            method="GET",
            path="/v1/attributes/{entity:str}/{name:str}",
            permission=Permission.SETTINGS_READ,
            summary="Read the declaration of a custom attribute",
            handler=get_attribute,
            work=Work.READ,
            tag=_TAG,
            answer=AttributeAnswer,
            refusals=("attribute_not_found",),
        ),
        Endpoint(
            method="PUT",
            path="/v1/attributes/{entity:str}/{name:str}",
            permission=Permission.SETTINGS_WRITE,
            summary="Declare a custom attribute",
            description="`entity` is item, location, order, line or customer. A kind never changes once declared.",
            handler=put_attribute,
            work=Work.WRITE,
            tag=_TAG,
            body=AttributeBody,
            answer=AttributeAnswer,
            refusals=("attribute_entity_unknown", "attribute_name_invalid", "attribute_kind_fixed"),
        ),
    ]


async def get_organization(call: Call[Any, None], db: Db) -> OrganizationAnswer:
    row = await organization_row(db, call.organization)
    return OrganizationAnswer(name=call.organization, title=row.title, kind=row.kind, now=db.now)


async def list_settings(_: Call[None, None], db: Db) -> list[SettingAnswer]:
    values = await read_settings(db, NAMES)
    return [SettingAnswer(name=name, value=values.get(name)) for name in NAMES]


async def put_setting(call: Call[SettingBody, None], db: Db) -> SettingAnswer | Refusal:
    name = call.path["name"]
    refusal = await set_setting(db, call.actor, name, call.body.value)
    return refusal or SettingAnswer(name=name, value=call.body.value)


async def list_attributes(_: Call[None, None], db: Db) -> AttributePage:
    return AttributePage(data=[_answer(row) for row in await views.attributes(db)])


async def get_attribute(call: Call[None, None], db: Db) -> AttributeAnswer | Refusal:
    entity, name = call.path["entity"], call.path["name"]
    if "\x00" in entity + name:
        return Refusal("attribute_not_found", {}, "/name")
    row = await views.attribute(db, entity, name)
    return _answer(row) if row else Refusal("attribute_not_found", {}, "/name")


async def put_attribute(call: Call[AttributeBody, None], db: Db) -> AttributeAnswer | Refusal:
    command = DeclareAttribute(call.path["entity"], call.path["name"], call.body.kind)
    (answer,) = await declare_attribute(db, call.actor, [command])
    if isinstance(answer, Refusal):
        return answer
    return AttributeAnswer(entity=answer.entity, name=answer.name, kind=answer.kind)


def _answer(row: views.AttributeView) -> AttributeAnswer:
    return AttributeAnswer(entity=row.entity, name=row.name, kind=AttributeKind(row.kind))
