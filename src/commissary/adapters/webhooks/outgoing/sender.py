"""Sends messages: signed as Standard Webhooks has it, within a time limit, following no redirect.

Of the answer only its status counts. At most 4 kB of its body are read, to keep the connection usable, and thrown
away: what an address answers is nobody's business in the log.
"""

import asyncio
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp
from standardwebhooks import Webhook

from commissary.adapters.webhooks.outgoing.address import (
    AddressRefused,
    CheckedResolver,
    address_refusal,
    form_refusal,
    refuse,
)
from commissary.domain.integrations.types import Message, Outcome
from commissary.kernel.decision import Refusal

_AT_ONCE = 8
_READ_BYTES = 4096


class HttpWebhookSender:
    """`allow_loopback`: for tests and the demo, whose receivers run on the same machine and without TLS."""

    def __init__(self, *, allow_loopback: bool = False, time_limit_s: float = 10) -> None:
        self._allow_loopback = allow_loopback
        self._time_limit_s = time_limit_s

    async def address_refusal(self, url: str) -> Refusal | None:
        """Why nothing may be sent to this address; None when it may."""
        return await address_refusal(url, allow_loopback=self._allow_loopback)

    async def send(self, messages: Sequence[Message]) -> list[Outcome]:
        """Send each message once, some at a time; an outcome for each, in their order."""
        if not messages:
            return []
        gate = asyncio.Semaphore(_AT_ONCE)
        connector = aiohttp.TCPConnector(
            resolver=CheckedResolver(allow_loopback=self._allow_loopback),
            # A numeric host skips the resolver; no socket skips this.
            socket_factory=partial(_checked_socket, allow_loopback=self._allow_loopback),
            limit=_AT_ONCE,
            use_dns_cache=False,
        )
        async with aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=self._time_limit_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
        ) as session:
            return await asyncio.gather(*(self._send_one(session, gate, message) for message in messages))

    async def _send_one(
        self, session: aiohttp.ClientSession, gate: asyncio.Semaphore, message: Message
    ) -> Outcome:
        async with gate:
            started = time.monotonic()
            status, error, retry_after_s = await self._post(session, message)
            duration_ms = round((time.monotonic() - started) * 1000)
        return Outcome(message.delivery_id, message.attempt, status, error, duration_ms, retry_after_s)

    async def _post(
        self, session: aiohttp.ClientSession, message: Message
    ) -> tuple[int | None, str | None, int | None]:
        refusal = form_refusal(message.url, allow_loopback=self._allow_loopback)
        if refusal is not None:
            return None, refusal.code, None
        try:
            async with session.post(
                message.url, data=message.body.encode(), headers=_headers(message), allow_redirects=False
            ) as response:
                await response.content.read(_READ_BYTES)
                error = None if 200 <= response.status < 300 else f"answered {response.status}"
                return response.status, error, _seconds(response.headers.get("retry-after"))
        except AddressRefused:
            return None, "address refused", None
        except TimeoutError:
            return None, f"no answer within {self._time_limit_s:g} s", None
        except aiohttp.ClientConnectorError as problem:
            refused = isinstance(problem.os_error, AddressRefused)
            return None, "address refused" if refused else "cannot connect", None
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            # The type alone: messages of errors may repeat the URL, and that may hold a key.
            return None, f"cannot send: {type(problem).__name__}", None


def _checked_socket(address: Any, *, allow_loopback: bool) -> socket.socket:
    family, kind, protocol, _, place = address
    refuse([(int(family), str(place[0]))], allow_loopback=allow_loopback)
    return socket.socket(family=family, type=kind, proto=protocol)


def _headers(message: Message) -> dict[str, str]:
    now = datetime.now(UTC)
    identifier = str(message.event_id)
    signatures = [Webhook(s.reveal()).sign(identifier, now, message.body) for s in message.secrets]
    return {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "user-agent": "Commissary",
        "webhook-id": identifier,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _seconds(text: str | None) -> int | None:
    """Retry-After in seconds; its form as a date is rare, and ignored."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 9 else None
