"""An endpoint is a row of a table: method, path, permission, what comes in, what goes out, and the function.

From the same row come the route, the check of permission, the reading of the body, the transaction, idempotency and
the OpenAPI entry, so that none of them can say something else than the others. Three ways to work:

* `read`: the function gets a read-only transaction.
* `write`: the function gets a transaction that also keeps the answer under the Idempotency-Key.
* `own`: the function opens its own transactions (batched and bulk doors, and what needs none).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec

from commissary.platform.http.caller import Caller
from commissary.platform.http.problems import Problem

BodyT = TypeVar("BodyT")
QueryT = TypeVar("QueryT")
PAGE_LIMIT = 200


class Work(StrEnum):
    READ = "read"
    WRITE = "write"
    OWN = "own"


class Call(msgspec.Struct, Generic[BodyT, QueryT], frozen=True):
    """One request, read and checked. `path` holds the parameters of the address."""

    caller: Caller
    path: Mapping[str, str]
    query: QueryT
    body: BodyT
    raw: bytes = b""
    idempotency_key: str | None = None
    if_match: int | None = None

    @property
    def organization(self) -> str:
        return self.caller.organization

    @property
    def actor(self) -> str:
        return self.caller.id

    def expect_version(self, current: int) -> None:
        """Refuse a change made on a stale read: If-Match, when sent, must name the current version."""
        if self.if_match is not None and self.if_match != current:
            raise Problem("version_stale", expected=self.if_match, current=current)


class Reply(msgspec.Struct, frozen=True):
    """An answer with a status or headers of its own. `body` is a struct, or bytes that go out as they are."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = {}
    media_type: str = "application/json"


Handler = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`answer` and `body` are msgspec types; `refusals` are the codes that callers should expect."""

    method: str
    path: str
    permission: str
    summary: str
    handler: Handler
    work: Work
    tag: str
    body: Any = None
    query: Any = None
    answer: Any = None
    status: int = 200
    refusals: tuple[str, ...] = ()
    max_body_bytes: int = 1_000_000
    # Whether an Idempotency-Key must come (it may always come with a write).
    key_required: bool = False
    media_types: tuple[str, ...] = field(default=("application/json",))
    description: str = ""


def versioned(body: Any, version: int, status: int = 200) -> Reply:
    """An answer with an ETag, for things that people edit."""
    return Reply(body, status, {"etag": f'"{version}"'})
