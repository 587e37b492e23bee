"""Problems as RFC 9457 has them: a status, a code that programs can rely on, a sentence for people, and the field."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from litestar import Response

from commissary.kernel.decision import Fact, Refusal

PROBLEM_TYPE = "application/problem+json"


class ProblemKind(NamedTuple):
    """How a refusal code looks over HTTP. `sentence` may name facts in braces."""

    status: int
    title: str
    sentence: str


class ProblemBody(msgspec.Struct, omit_defaults=True):
    """The body of every answer that is no success."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    field: str = ""
    facts: Mapping[str, Fact] = {}
    errors: Sequence["ProblemBody"] = ()


class Problem(Exception):
    """Raised at the door, before any flow runs: a body that cannot be read, a caller who may not."""

    def __init__(
        self, code: str, *, field: str = "", headers: Mapping[str, str] | None = None, **facts: Fact
    ) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, facts, field)
        self.headers = dict(headers or {})


# What the machinery itself refuses; the doors add the refusals of the contexts.
MACHINERY_PROBLEMS: dict[str, ProblemKind] = {
    "not_authenticated": ProblemKind(
        401, "Sign in first", "No valid API key or session came with this request."
    ),
    "not_permitted": ProblemKind(403, "Not permitted", "This needs the permission {permission}."),
    "request_of_other_site": ProblemKind(
        403, "Sent by another site", "Another site made the browser send this."
    ),
    "csrf_token_wrong": ProblemKind(
        403, "Form expired", "Reload the page and try again: the form does not belong to this session."
    ),
    "not_found": ProblemKind(404, "Not found", "There is nothing here."),
    "method_not_allowed": ProblemKind(405, "Method not allowed", "This address does not take that method."),
    "body_malformed": ProblemKind(400, "Not valid JSON", "The body cannot be read: {reason}."),
    "body_key_twice": ProblemKind(400, "A key stands twice", "The key {key} stands twice in one object."),
    "body_too_deep": ProblemKind(
        400, "Nested too deep", "The body is nested deeper than anything this address takes."
    ),
    "body_invalid": ProblemKind(422, "The body does not fit", "{reason}"),
    "body_too_large": ProblemKind(413, "Body too large", "This address takes at most {limit_bytes} bytes."),
    "body_encoded": ProblemKind(
        415, "Encoded body", "Send the body as plain UTF-8 JSON, without Content-Encoding."
    ),
    "query_invalid": ProblemKind(400, "The query does not fit", "{reason}"),
    "cursor_invalid": ProblemKind(400, "Not a cursor", "Pass the cursor of an earlier answer unchanged."),
    "idempotency_key_missing": ProblemKind(
        400,
        "Idempotency-Key missing",
        "This request creates or moves something; send a header Idempotency-Key.",
    ),
    "idempotency_key_invalid": ProblemKind(
        400, "Idempotency-Key not usable", "An Idempotency-Key has 1 to 255 visible ASCII characters."
    ),
    "idempotency_key_reused": ProblemKind(
        422,
        "Idempotency-Key used before",
        "This key came with another request; use a new one for a new request.",
    ),
    "request_in_flight": ProblemKind(
        409, "Still in progress", "The first request with this key is still being worked on."
    ),
    "version_stale": ProblemKind(
        412, "Changed meanwhile", "Someone changed this since version {expected}; it is at {current} now."
    ),
    "version_invalid": ProblemKind(
        400, "If-Match not usable", 'Send the ETag of your last read, such as If-Match: "3".'
    ),
    "unavailable": ProblemKind(503, "Not available now", "{what} Come back in {retry_after_s} s."),
    "internal_error": ProblemKind(
        500, "Our mistake", "Something failed on our side; the log holds the details under {request_id}."
    ),
}


def problem_body(refusal: Refusal, kinds: Mapping[str, ProblemKind]) -> ProblemBody:
    """The body for a refusal; a code that no table names is a bug and says so by its bare code."""
    kind = kinds.get(refusal.code) or ProblemKind(422, refusal.code.replace("_", " ").capitalize(), "")
    facts = {name: "" if fact is None else fact for name, fact in refusal.facts.items()}
    try:
        detail = kind.sentence.format(**facts)
    except KeyError:
        detail = kind.title
    return ProblemBody(
        type=f"/docs/problems#{refusal.code}",
        title=kind.title,
        status=kind.status,
        code=refusal.code,
        detail=detail,
        field=refusal.field,
        facts=refusal.facts,
    )


def problem_response(
    refusal: Refusal, kinds: Mapping[str, ProblemKind], headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """The whole HTTP answer for a refusal."""
    body = problem_body(refusal, kinds)
    return Response(
        msgspec.json.encode(body),
        status_code=body.status,
        media_type=PROBLEM_TYPE,
        headers=dict(headers or {}),
    )
