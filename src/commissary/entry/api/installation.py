"""What is set for a whole organization, over HTTP: which custom attributes it keeps."""

from commissary.domain.security.types import Permission
from commissary.entry.api.schemas.installation import AttributeAnswer, AttributeBody, AttributePage
from commissary.flows.settings.declare_attribute import DeclareAttribute, declare_attribute
from commissary.kernel.attributes import AttributeKind
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.http.endpoint import Call, Endpoint, Work
from commissary.views import attributes as views
from commissary.wiring import Application

_TAG = "installation"


def endpoints(_: Application) -> list[Endpoint]:
    """What callers can read and set."""
    return _attribute_endpoints()


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
