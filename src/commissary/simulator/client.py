"""The retailer's connection to the API: what it sends is done once, however often it must be sent.

Each command has an Idempotency-Key of its own, so a request whose answer got lost is simply sent again. A server that
is not available is given the time it asks for; after a while the client gives up and says so.
"""

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple

import aiohttp
import msgspec

_AT_ONCE = 8
_TIMEOUT_S = 15.0
_GIVE_UP_AFTER_S = 20.0
_LONGEST_PAUSE_S = 5.0
_TRY_AGAIN = frozenset({429, 502, 503, 504})


class Unreachable(Exception):
    """The server gave no answer in time."""


class Answer(NamedTuple):
    """`body` is the decoded JSON, None when there is none; `code` is the refusal code of a problem, else empty."""

    status: int
    body: Any

    @property
    def good(self) -> bool:
        return self.status < 400

    @property
    def code(self) -> str:
        return str(self.body.get("code", "")) if not self.good and isinstance(self.body, dict) else ""


class Client:
    """At most eight requests at a time, each with a time limit. Use it as `async with Client(…) as client`."""

    def __init__(self, address: str, key: str) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {key}"}
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Client":
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S, connect=5)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def get(self, path: str, **query: str | int) -> Answer:
        """Read something."""
        return await self._send("GET", path, query=query)

    async def put(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Create or replace something; safe to send again by itself."""
        return await self._send("PUT", path, body=body)

    async def post(self, path: str, body: Any, key: str | None = None) -> Answer:
        """Create or move something, once for each key; without a key the request is safe to send again by itself."""
        return await self._send("POST", path, body=body, key=key)

    async def wait_until_ready(self, timeout_s: float) -> None:
        """Wait for a server that is just starting. Raises Unreachable."""
        assert self._session is not None
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                async with self._session.get(f"{self._address}/readyz") as answer:
                    if answer.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.1)
        raise Unreachable(f"not ready after {timeout_s:.0f} s")

    async def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Any = None,
        key: str | None = None,
    ) -> Answer:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        data = None if body is None else msgspec.json.encode(body)
        deadline, tries = time.monotonic() + _GIVE_UP_AFTER_S, 0
        async with self._room:
            while True:
                tries += 1
                answer, asked_s = await self._try(method, path, query, data, headers)
                if answer is not None and not _comes_back(answer):
                    return answer
                pause_s = min(_LONGEST_PAUSE_S, max(asked_s, 0.1 * 2**tries))
                if time.monotonic() + pause_s > deadline:
                    raise Unreachable(f"{method} {path.split('?', maxsplit=1)[0]} after {tries} tries")
                await asyncio.sleep(pause_s)

    async def _try(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None,
        data: bytes | None,
        headers: Mapping[str, str],
    ) -> tuple[Answer | None, float]:
        """One attempt: the answer, None when none came, and the pause in seconds that the server asks for."""
        assert self._session is not None
        try:
            async with self._session.request(
                method, self._address + path, params=query, data=data, headers=headers
            ) as answer:
                raw = await answer.read()
                return Answer(answer.status, _decoded(raw)), _seconds(answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, TimeoutError):
            return None, 0.0


def _comes_back(answer: Answer) -> bool:
    return answer.status in _TRY_AGAIN or answer.code == "request_in_flight"


def _decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw) if raw else None
    except msgspec.DecodeError:
        return None


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0
