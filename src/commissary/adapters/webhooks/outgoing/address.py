"""Where a webhook may go: to public addresses only, whatever the name in the URL says (OWASP, SSRF prevention).

A name can be written in many ways (decimal, hexadecimal, IPv6 around IPv4) and can resolve to something else a moment
later. So the URL is checked for form only; what decides is the numeric address that a connection is about to be made
to: once when the endpoint is saved, and again for every socket.
"""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from commissary.kernel.decision import Refusal

LONGEST_URL = 2000
_LOOK_UP_TIME_LIMIT_S = 5
_Address = IPv4Address | IPv6Address
# IPv6 networks that stand for IPv4 addresses: translation (RFC 6052, 8215), 6to4, Teredo, the old compatible form.
_AROUND_IPV4 = tuple(
    IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


class AddressRefused(OSError):
    """A connection was about to go where no webhook may go."""


def is_allowed(address: str, *, allow_loopback: bool) -> bool:
    """Whether a connection may be made to this numeric address."""
    try:
        parsed: _Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        elif parsed.is_loopback:
            return allow_loopback
        elif any(parsed in network for network in _AROUND_IPV4):
            return False
    if parsed.is_loopback:
        return allow_loopback
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def form_refusal(url: str, *, allow_loopback: bool) -> Refusal | None:
    """Why the text is no address for webhooks, before any name is looked up."""
    parts = _split(url)
    if parts is None or len(url) > LONGEST_URL or not url.isascii() or any(c.isspace() for c in url):
        return Refusal("webhook_url_malformed", field="/url")
    if parts.scheme != "https" and not (allow_loopback and parts.scheme == "http"):
        return Refusal("webhook_url_scheme", {"scheme": parts.scheme}, "/url")
    if parts.username is not None or parts.password is not None or parts.fragment or not parts.hostname:
        return Refusal("webhook_url_malformed", field="/url")
    return None


async def address_refusal(url: str, *, allow_loopback: bool) -> Refusal | None:
    """Why nothing may be sent to this URL now; None when it may. Every address of its host must be allowed."""
    refusal = form_refusal(url, allow_loopback=allow_loopback)
    if refusal is not None:
        return refusal
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        addresses = await _look_up(host, parts.port or (80 if parts.scheme == "http" else 443))
    except (OSError, TimeoutError, UnicodeError):
        return Refusal("webhook_host_unknown", {"host": host}, "/url")
    if not addresses or not all(is_allowed(a, allow_loopback=allow_loopback) for _, a in addresses):
        return Refusal("webhook_address_refused", {"host": host}, "/url")
    # Without TLS to this machine only.
    if parts.scheme == "http" and not all(ip_address(a.partition("%")[0]).is_loopback for _, a in addresses):
        return Refusal("webhook_url_scheme", {"scheme": "http"}, "/url")
    return None


class CheckedResolver(AbstractResolver):
    """Looks names up and gives out allowed addresses only."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await _look_up(host, port, family)
        refuse(found, allow_loopback=self._allow_loopback)
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST
            )
            for kind, address in found
        ]

    async def close(self) -> None:
        """Nothing is held open between look-ups."""


def refuse(found: Iterable[tuple[int, str]], *, allow_loopback: bool) -> None:
    """Raises AddressRefused unless all of these may be connected to."""
    for _, address in found:
        if not is_allowed(address, allow_loopback=allow_loopback):
            raise AddressRefused("address_refused")


async def _look_up(
    host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
) -> list[tuple[int, str]]:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_LOOK_UP_TIME_LIMIT_S):
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((int(entry[0]), str(entry[4][0])) for entry in found))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None
