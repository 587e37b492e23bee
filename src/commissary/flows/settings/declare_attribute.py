"""Declare custom attributes: which extra facts an organization keeps, and of which kind each of them is.

A kind is fixed once declared: values already kept would no longer be what searches and rules take them for.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

import msgspec

from commissary.kernel.attributes import AttributeKind
from commissary.kernel.decision import Refusal
from commissary.kernel.fact import Fact
from commissary.platform import outbox, settings
from commissary.platform.db import Db

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


class AttributeEntity(StrEnum):
    ITEM = "item"
    LOCATION = "location"
    ORDER = "order"
    LINE = "line"
    CUSTOMER = "customer"


class DeclareAttribute(msgspec.Struct, frozen=True):
    """`entity` is what the attribute belongs to, `name` how callers write it."""

    entity: str
    name: str
    kind: AttributeKind


class AttributeDeclared(Fact, frozen=True):
    """`subject` is entity and name, as in `item/color`."""

    KIND: ClassVar[str] = "attribute.declared"
    SUBJECT_KIND: ClassVar[str] = "attribute"

    kind: AttributeKind


async def declare_attribute(
    db: Db, actor: str, commands: Sequence[DeclareAttribute], cause: str | None = None
) -> list[DeclareAttribute | Refusal]:
    """The declaration that stands now, or a refusal, for each command; declaring twice alike changes nothing."""
    known = {
        entity: await settings.attribute_kinds(db, entity)
        for entity in sorted({command.entity for command in commands} & set(AttributeEntity))
    }
    answers: list[DeclareAttribute | Refusal] = []
    facts: list[Fact] = []
    for command in commands:
        refusal = _refusal(command) or _kind_refusal(command, known[command.entity].get(command.name))
        if refusal is None and command.name not in known[command.entity]:
            if not await settings.declare_attribute(db, command.entity, command.name, command.kind):
                refusal = Refusal("attribute_kind_fixed", {"attribute": command.name, "kind": ""}, "/kind")
            else:
                known[command.entity][command.name] = command.kind
                facts.append(AttributeDeclared(f"{command.entity}/{command.name}", command.kind))
        answers.append(refusal or command)
    await outbox.tell(db, actor, facts, cause)
    return answers


def _refusal(command: DeclareAttribute) -> Refusal | None:
    if command.entity not in set(AttributeEntity):
        return Refusal("attribute_entity_unknown", {"known": ", ".join(AttributeEntity)}, "/entity")
    if not _NAME.fullmatch(command.name):
        return Refusal("attribute_name_invalid", {}, "/name")
    return None


def _kind_refusal(command: DeclareAttribute, standing: AttributeKind | None) -> Refusal | None:
    if standing in (None, command.kind):
        return None
    return Refusal("attribute_kind_fixed", {"attribute": command.name, "kind": str(standing)}, "/kind")
