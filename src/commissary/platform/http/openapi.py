"""OpenAPI 3.1 from the same table that makes the routes, so that it cannot say something else than they do."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from commissary import __version__
from commissary.platform.http.caller import PUBLIC
from commissary.platform.http.endpoint import Endpoint, Work
from commissary.platform.http.problems import PROBLEM_TYPE, ProblemBody, ProblemKind

_PARAMETER = re.compile(r"\{(\w+):(\w+)\}")
_FORMATS = {"uuid": {"type": "string", "format": "uuid"}, "int": {"type": "integer"}}
_ALWAYS = ("not_authenticated", "not_permitted", "unavailable")


def openapi_document(endpoints: Sequence[Endpoint], problems: Mapping[str, ProblemKind]) -> dict[str, Any]:
    """The whole description as plain data, ready to be encoded as JSON."""
    kinds = _distinct(
        [ProblemBody, *(t for e in endpoints for t in (e.body, e.answer) if t not in (None, bytes))]
    )
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    schema_of = {repr(kind): schema for kind, schema in zip(kinds, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = _PARAMETER.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, schema_of, problems)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Commissary", "version": __version__, "summary": "Distributed order management."},
        "security": [{"key": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key."}},
        },
    }


def _distinct(kinds: Sequence[Any]) -> list[Any]:
    return list({repr(kind): kind for kind in kinds}.values())


def _operation(
    endpoint: Endpoint, schema_of: Mapping[str, Any], problems: Mapping[str, ProblemKind]
) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done."}
    status = endpoint.status
    if endpoint.answer is not None and endpoint.answer is not bytes:
        success["content"] = {"application/json": {"schema": schema_of[repr(endpoint.answer)]}}
    elif endpoint.answer is bytes:
        success["content"] = {kind: {} for kind in endpoint.media_types}
    elif status == 200:
        status = 204
    operation: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "x-permission": endpoint.permission,
        "parameters": _parameters(endpoint),
        "responses": {str(status): success, **_refusals(endpoint, schema_of, problems)},
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.permission == PUBLIC:
        operation["security"] = []
    if endpoint.body is not None:
        content = (
            {kind: {} for kind in endpoint.media_types}
            if endpoint.body is bytes
            else {"application/json": {"schema": schema_of[repr(endpoint.body)]}}
        )
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _operation_id(endpoint: Endpoint) -> str:
    words = [w for w in re.split(r"\W+", _PARAMETER.sub(r"by_\1", endpoint.path.removeprefix("/v1"))) if w]
    return "_".join([endpoint.method.lower(), *words])


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": _FORMATS.get(kind, {"type": "string"})}
        for name, kind in _PARAMETER.findall(endpoint.path)
    ]
    if endpoint.query is not None:
        (schema,), components = msgspec.json.schema_components([endpoint.query], ref_template="{name}")
        body = components[schema["$ref"]]
        found += [
            {
                "name": name,
                "in": "query",
                "required": name in body.get("required", ()),
                "schema": _inlined(kind, components),
            }
            for name, kind in body["properties"].items()
        ]
    if endpoint.work is Work.WRITE or endpoint.key_required:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": endpoint.key_required,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }
        )
    return found


def _inlined(schema: Any, components: Mapping[str, Any]) -> Any:
    """A parameter's schema with what it refers to in its place: parameters share no components."""
    if isinstance(schema, list):
        return [_inlined(inner, components) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    named = components.get(schema.get("$ref", ""), {})
    own = {name: _inlined(inner, components) for name, inner in schema.items() if name != "$ref"}
    return {**_inlined(named, components), **own} if named else own


def _refusals(
    endpoint: Endpoint, schema_of: Mapping[str, Any], problems: Mapping[str, ProblemKind]
) -> dict[str, Any]:
    codes: list[str] = [] if endpoint.permission == PUBLIC else list(_ALWAYS)
    if endpoint.body is not None:
        codes += [
            "body_malformed",
            "body_key_twice",
            "body_too_deep",
            "body_too_large",
            "body_encoded",
            "body_invalid",
        ]
    if endpoint.query is not None:
        codes += ["query_invalid", "cursor_invalid"]
    if endpoint.work is Work.WRITE or endpoint.key_required:
        codes += [
            "idempotency_key_invalid",
            "idempotency_key_missing",
            "idempotency_key_reused",
            "request_in_flight",
        ]
    by_status: dict[str, list[str]] = {}
    for code in [*codes, *endpoint.refusals]:
        by_status.setdefault(str(problems[code].status), []).append(code)
    return {
        status: {
            "description": ", ".join(dict.fromkeys(names)),
            "content": {PROBLEM_TYPE: {"schema": schema_of[repr(ProblemBody)]}},
        }
        for status, names in sorted(by_status.items())
    }
