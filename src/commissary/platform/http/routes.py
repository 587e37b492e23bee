"""From endpoints to routes: check, read, run, answer. The one place where a request becomes a call."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from commissary.kernel.decision import Refusal
from commissary.platform import idempotency
from commissary.platform.db import Database, Db
from commissary.platform.errors import TryAgain, Unavailable
from commissary.platform.http.body import convert_query, decode_body
from commissary.platform.http.caller import Caller
from commissary.platform.http.endpoint import Call, Endpoint, Reply, Work
from commissary.platform.http.problems import Problem, ProblemKind, problem_body
from commissary.platform.telemetry import REQUEST_SECONDS, REQUESTS

JSON = "application/json"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_TRIES = 4
_encode = msgspec.json.Encoder().encode

Problems = Mapping[str, ProblemKind]
StoredAnswer = tuple[int, bytes, Mapping[str, str], str]


def route_handlers(
    endpoints: Sequence[Endpoint], database: Database, problems: Problems, hash_key: bytes
) -> list[HTTPRouteHandler]:
    """A Litestar handler for each endpoint, with its permission declared for the guard.

    `hash_key` keys the hashes by which a repeated request is recognized.
    """
    return [_route_handler(endpoint, Runner(database, problems, hash_key)) for endpoint in endpoints]


class Runner(NamedTuple):
    """What every endpoint runs with."""

    database: Database
    problems: Problems
    hash_key: bytes


def _route_handler(endpoint: Endpoint, runner: Runner) -> HTTPRouteHandler:
    label = f"{endpoint.method} {endpoint.path}"
    seconds = REQUEST_SECONDS.labels(label)

    async def handle(request: Request[Any, Any, Any]) -> ASGIResponse:
        started = time.perf_counter()
        call = await read_call(request, endpoint)
        status, body, headers, media_type = await _run(endpoint, call, runner)
        seconds.observe(time.perf_counter() - started)
        REQUESTS.labels(label, status).inc()
        return ASGIResponse(body=body, status_code=status, headers=dict(headers), media_type=media_type)

    return HTTPRouteHandler(
        endpoint.path,
        http_method=[endpoint.method],  # type: ignore[list-item]
        name=label,
        opt={"permission": endpoint.permission, "endpoint": endpoint},
        status_code=200,
        request_max_body_size=endpoint.max_body_bytes,
    )(handle)


async def read_call(request: Request[Any, Any, Any], endpoint: Endpoint) -> Call[Any, Any]:
    """The request as a call: caller, parameters, typed body. Raises Problem."""
    headers = request.headers
    key = headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise Problem("idempotency_key_invalid", field="Idempotency-Key")
    if key is None and endpoint.key_required:
        raise Problem("idempotency_key_missing", field="Idempotency-Key")
    raw, body = b"", None
    if endpoint.body is not None:
        if headers.get("content-encoding", "identity") != "identity":
            raise Problem("body_encoded")
        raw = await request.body()
        body = raw if endpoint.body is bytes else decode_body(raw, endpoint.body)
    query = None
    if endpoint.query is not None:
        text = request.scope.get("query_string", b"").decode("utf-8", "replace")
        query = convert_query(dict(parse_qsl(text, keep_blank_values=True)), endpoint.query)
    caller: Caller = request.scope["state"]["caller"]
    path = {name: str(value) for name, value in request.path_params.items()}
    return Call(caller, path, query, body, raw, key, _if_match(headers.get("if-match")))


def _if_match(text: str | None) -> int | None:
    if text is None:
        return None
    bare = text.strip().removeprefix("W/").strip('"')
    if not bare.isascii() or not bare.isdigit() or len(bare) > 9:
        raise Problem("version_invalid", field="If-Match")
    return int(bare)


async def _run(endpoint: Endpoint, call: Call[Any, Any], runner: Runner) -> StoredAnswer:
    problems = runner.problems
    if endpoint.work is Work.OWN:
        return stored(await endpoint.handler(call), endpoint.status, problems)
    for attempt in range(_TRIES):
        try:
            async with runner.database.transaction(
                call.organization, read_only=endpoint.work is Work.READ
            ) as db:
                if endpoint.work is Work.WRITE and call.idempotency_key is not None:
                    return await _run_once(endpoint, call, db, runner)
                answer = stored(await endpoint.handler(call, db), endpoint.status, problems)
                if answer[0] >= 400:
                    raise _Refused(answer)
                return answer
        except _Refused as refused:
            return refused.answer
        except TryAgain:
            if attempt == _TRIES - 1:
                raise Unavailable("Other writers were always first.") from None
    raise AssertionError("unreachable")


class _Refused(Exception):
    """Carries a refusal out of the transaction, so that the transaction rolls back."""

    def __init__(self, answer: StoredAnswer) -> None:
        self.answer = answer


async def _run_once(endpoint: Endpoint, call: Call[Any, Any], db: Db, runner: Runner) -> StoredAnswer:
    """Run a write under its Idempotency-Key. A refusal is not kept: nothing happened, so a retry may succeed."""
    key = f"{call.caller.id}:{call.idempotency_key}"
    own_hash = idempotency.request_hash(
        runner.hash_key,
        endpoint.method.encode(),
        endpoint.path.encode(),
        repr(sorted(call.path.items())).encode(),
        call.raw,
    )
    (claim,) = await idempotency.claim(db, [key], [own_hash])
    if claim.standing is idempotency.Standing.REPLAY:
        return claim.status, claim.answer, {"idempotent-replayed": "true"}, JSON
    if claim.standing is idempotency.Standing.OTHER_BODY:
        raise Problem("idempotency_key_reused", field="Idempotency-Key")
    if claim.standing is idempotency.Standing.IN_FLIGHT:
        raise Problem("request_in_flight", field="Idempotency-Key", headers={"retry-after": "1"})
    answer = stored(await endpoint.handler(call, db), endpoint.status, runner.problems)
    if answer[0] >= 400:
        raise _Refused(answer)
    await idempotency.keep(db, [idempotency.Kept(key, own_hash, answer[0], answer[1])])
    return answer


def stored(value: Any, status: int, problems: Problems) -> StoredAnswer:
    """Status, bytes, headers and media type of whatever a handler returned."""
    if isinstance(value, Refusal):
        body = problem_body(value, problems)
        return body.status, _encode(body), {}, "application/problem+json"
    if isinstance(value, Reply):
        content = value.body if isinstance(value.body, bytes) else _encode(value.body)
        return value.status, content, value.headers, value.media_type
    if value is None:
        return (204 if status == 200 else status), b"", {}, JSON
    return status, _encode(value), {}, JSON
