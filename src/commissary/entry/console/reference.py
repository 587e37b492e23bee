"""The reference of the API and of its problems, rendered on the server from the API's own description."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from commissary.entry.console.pages import Pages
from commissary.entry.console.reader import reader_of
from commissary.entry.console.schema_words import Field, fields_of, first_ref, type_words
from commissary.platform.http.caller import PUBLIC
from commissary.platform.http.problems import ProblemKind

JSON = "application/json"


class Answer(NamedTuple):
    """`schema` is what comes back, in words; `codes` are the problems of this status."""

    status: str
    schema: str
    ref: str | None
    codes: list[str]


class Operation(NamedTuple):
    id: str
    method: str
    path: str
    summary: str
    description: str
    permission: str
    parameters: list[Field]
    body: str
    body_ref: str | None
    answers: list[Answer]


class Schema(NamedTuple):
    name: str
    description: str
    words: str
    fields: list[Field]


def reference_handlers(
    pages: Pages, document: Mapping[str, Any], problems: Mapping[str, ProblemKind]
) -> list[HTTPRouteHandler]:
    """`/docs/api` and `/docs/problems`."""
    tags = operations_by_tag(document)
    schemas = schemas_of(document)
    used = problem_users(tags)

    async def api(request: Request[Any, Any, Any]) -> Response[bytes]:
        return pages.render(
            "reference.html",
            reader_of(request),
            section="API reference",
            info=document["info"],
            tags=tags,
            schemas=schemas,
        )

    async def all_problems(request: Request[Any, Any, Any]) -> Response[bytes]:
        kinds = sorted(problems.items())
        return pages.render(
            "problems.html", reader_of(request), section="API reference", kinds=kinds, used=used
        )

    return [
        pages.route("GET", "/docs/api", PUBLIC, api),
        pages.route("GET", "/docs/problems", PUBLIC, all_problems),
    ]


def operations_by_tag(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Operations under their tags, in the order of the addresses."""
    tags: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    return dict(sorted(tags.items()))


def problem_users(tags: Mapping[str, Sequence[Operation]]) -> dict[str, list[Operation]]:
    """Which operations may answer a problem, by its code."""
    users: dict[str, list[Operation]] = {}
    for operation in (operation for operations in tags.values() for operation in operations):
        for answer in operation.answers:
            for code in answer.codes:
                users.setdefault(code, []).append(operation)
    return users


def schemas_of(document: Mapping[str, Any]) -> list[Schema]:
    """All named schemas by name."""
    return [
        Schema(name, schema.get("description", ""), type_words(schema), fields_of(schema))
        for name, schema in sorted(document["components"]["schemas"].items())
    ]


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    body = content.get(JSON, {}).get("schema")
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        permission=operation["x-permission"],
        parameters=[_parameter(parameter) for parameter in operation["parameters"]],
        body=type_words(body) if body else ", ".join(content),
        body_ref=first_ref(body) if body else None,
        answers=[_answer(status, answer) for status, answer in sorted(operation["responses"].items())],
    )


def _parameter(parameter: Mapping[str, Any]) -> Field:
    words = type_words(parameter["schema"]).removesuffix(" or null")
    return Field(
        parameter["name"], words, first_ref(parameter["schema"]), parameter["required"], parameter["in"]
    )


def _answer(status: str, answer: Mapping[str, Any]) -> Answer:
    if status >= "400":
        return Answer(status, "", None, answer["description"].split(", "))
    schema = answer.get("content", {}).get(JSON, {}).get("schema")
    return Answer(status, type_words(schema) if schema else "", first_ref(schema) if schema else None, [])
