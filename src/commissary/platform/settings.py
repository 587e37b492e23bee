"""Settings and custom attributes of one organization: small facts, read often, changed by people."""

from collections.abc import Sequence
from typing import Any

import msgspec

from commissary.kernel.attributes import AttributeKind
from commissary.platform.db import Db


async def read_setting(db: Db, name: str, default: Any) -> Any:
    """The value of a setting, or the default while nobody has set it."""
    row = await db.fetch_one("SELECT value FROM setting WHERE name = %(name)s", {"name": name})
    return default if row is None else row[0]


async def read_settings(db: Db, names: Sequence[str]) -> dict[str, Any]:
    """The values of those settings that someone has set."""
    rows = await db.fetch(
        "SELECT name, value FROM setting WHERE name = ANY(%(names)s)", {"names": list(names)}
    )
    return dict(rows)


async def write_setting(db: Db, name: str, value: Any) -> None:
    """Set a value (anything JSON can hold)."""
    await db.execute(
        "INSERT INTO setting (name, value) VALUES (%(name)s, %(value)s::jsonb)"
        " ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value, version = setting.version + 1",
        {"name": name, "value": msgspec.json.encode(value).decode()},
    )


async def attribute_kinds(db: Db, entity: str) -> dict[str, AttributeKind]:
    """Declared custom attributes of an entity (item, location, order, line, customer) with their kinds."""
    rows = await db.fetch(
        "SELECT name, kind FROM attribute_definition WHERE entity = %(entity)s", {"entity": entity}
    )
    return {name: AttributeKind(kind) for name, kind in rows}


async def declare_attribute(db: Db, entity: str, name: str, kind: AttributeKind) -> bool:
    """Declare an attribute; False when it exists with another kind, which never changes in place."""
    rows = await db.fetch(
        "INSERT INTO attribute_definition (entity, name, kind) VALUES (%(entity)s, %(name)s, %(kind)s)"
        " ON CONFLICT (entity, name) DO UPDATE SET kind = attribute_definition.kind RETURNING kind",
        {"entity": entity, "name": name, "kind": kind},
    )
    return bool(rows[0][0] == kind)
