"""JSON Schema in words: what a field takes, with its bounds, on one line."""

from collections.abc import Mapping
from typing import Any, NamedTuple

_BOUNDS = (
    ("minimum", "from {}"),
    ("maximum", "to {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} entries"),
    ("maxItems", "at most {} entries"),
    ("pattern", "like {}"),
)
_ONE = {"at least 1 characters": "not empty", "at least 1 entries": "not empty"}
_TYPES = {"integer": "whole number", "string": "text", "boolean": "true or false", "null": "null"}


class Field(NamedTuple):
    """`ref` names the schema to read on; `note` is a description, or where a parameter stands."""

    name: str
    words: str
    ref: str | None
    required: bool
    note: str = ""


def type_words(schema: Mapping[str, Any]) -> str:
    """Such as: whole number from 1 to 1000000, or null."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(type_words(choice) for choice in schema[several]))
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "anything")
    if kind == "array":
        inner = type_words(schema["items"]) if schema.get("items") else "anything"
        text = f"list of {inner}"
    elif kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        text = f"object of {type_words(schema['additionalProperties'])}"
    elif "format" in schema and kind == "string":
        text = str(schema["format"])
    else:
        text = _TYPES.get(str(kind), str(kind))
    bounds = [words.format(schema[name]) for name, words in _BOUNDS if name in schema]
    bounds = [_ONE.get(bound, bound) for bound in bounds]
    return ", ".join([text, *bounds])


def fields_of(schema: Mapping[str, Any]) -> list[Field]:
    """The properties of an object, in the order in which they are declared."""
    required = schema.get("required", ())
    return [
        Field(name, type_words(inner), first_ref(inner), name in required, _note(inner))
        for name, inner in schema.get("properties", {}).items()
    ]


def first_ref(schema: Mapping[str, Any]) -> str | None:
    """The first named schema inside, to link to."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner = [*schema.get("anyOf", ()), *([schema["items"]] if isinstance(schema.get("items"), dict) else [])]
    found = (first_ref(choice) for choice in inner)
    return next((ref for ref in found if ref), None)


def _note(schema: Mapping[str, Any]) -> str:
    description = str(schema.get("description", ""))
    if "default" not in schema or schema["default"] in (None, "", [], {}):
        return description
    return f"{description} Default {schema['default']}.".strip()
