"""Who sends this request: a machine by `Authorization: Bearer <key>`, or a browser by its session cookie.

A caller once found is kept in this process for five seconds, so a revoked key, an ended session or a changed role may
still work for that long, and a busy key costs the database one question in five seconds, however many requests come.

A browser sends its cookie along with whatever any page makes it send. So under a cookie every request that may change
something must carry the session's token, in the header `X-CSRF-Token` or in the form field `csrf_token`. This is
checked here, before any handler runs, for every route there is: no page and no endpoint can forget it.
"""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection

from commissary.platform.errors import UnknownOrganization
from commissary.platform.http.caller import Caller
from commissary.platform.http.problems import Problem
from commissary.platform.http.session_cookie import SESSION_COOKIE
from commissary.platform.tokens import Token, read_api_key, read_session_token

Connection = ASGIConnection[Any, Any, Any, Any]
# Given an organization and the hash of a secret: whose it is. Raises UnknownOrganization.
Lookup = Callable[[str, bytes], Awaitable[Caller | None]]
KEPT_S = 5.0
CSRF_HEADER, CSRF_FIELD = "x-csrf-token", "csrf_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Authenticator:
    """One for each application; call it with a connection. Raises Problem for what another site forged."""

    def __init__(
        self,
        of_key: Lookup,
        of_session: Lookup,
        *,
        size: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._of_key = of_key
        self._of_session = of_session
        self._size = size
        self._clock = clock
        self._kept: dict[bytes, tuple[Caller, float]] = {}
        self._asked: dict[bytes, asyncio.Future[Caller | None]] = {}

    async def __call__(self, connection: Connection) -> Caller | None:
        authorization: str | None = connection.headers.get("authorization")
        if authorization is not None:
            # A page of another site cannot set this header, so what comes with it was meant.
            scheme, _, secret = authorization.partition(" ")
            token = read_api_key(secret.strip()) if scheme.lower() == "bearer" else None
            return await self._find(self._of_key, token)
        # A web socket has no method, and may do anything once it is open.
        changing = not isinstance(connection, Request) or connection.scope["method"] not in _SAFE
        if changing:
            refuse_other_sites(connection)
        caller = await self._find(
            self._of_session, read_session_token(connection.cookies.get(SESSION_COOKIE, ""))
        )
        if changing and caller is not None and isinstance(connection, Request):
            await _refuse_without_token(connection, caller)
        return caller

    async def _find(self, lookup: Lookup, token: Token | None) -> Caller | None:
        if token is None:
            return None
        kept = self._kept.get(token.digest)
        if kept is not None and kept[1] > self._clock():
            return kept[0]
        # Requests that come while one asks wait for its answer instead of asking too.
        asked = self._asked.get(token.digest)
        if asked is None:
            asked = self._asked[token.digest] = asyncio.ensure_future(self._ask(lookup, token))
            asked.add_done_callback(lambda _: self._asked.pop(token.digest, None))
        return await asyncio.shield(asked)

    async def _ask(self, lookup: Lookup, token: Token) -> Caller | None:
        until = (
            self._clock() + KEPT_S
        )  # counted from before the question: nobody is kept longer than promised
        try:
            caller = await lookup(token.organization, token.digest)
        except UnknownOrganization:
            caller = None
        self._kept.pop(token.digest, None)
        if caller is not None:
            while len(self._kept) >= self._size:
                del self._kept[next(iter(self._kept))]
            self._kept[token.digest] = (caller, until)
        return caller


def refuse_other_sites(connection: Connection) -> None:
    """Refuse what the browser says another site made it send. Raises Problem `request_of_other_site`.

    Programs send neither header; browsers without `Sec-Fetch-Site` (or on plain http) send `Origin`.
    """
    headers = connection.headers
    site: str | None = headers.get("sec-fetch-site")
    if site is not None:
        foreign = site not in ("same-origin", "none")
    else:
        origin: str | None = headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc != headers.get("host")
    if foreign:
        raise Problem("request_of_other_site")


async def _refuse_without_token(request: Request[Any, Any, Any], caller: Caller) -> None:
    sent: Any = request.headers.get(CSRF_HEADER)
    if sent is None and request.headers.get("content-type", "").startswith(_FORMS):
        sent = (await request.form()).get(CSRF_FIELD)
    if (
        not isinstance(sent, str)
        or not caller.csrf_token
        or not hmac.compare_digest(sent.encode(), caller.csrf_token.encode())
    ):
        raise Problem("csrf_token_wrong")
