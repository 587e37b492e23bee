"""The cookie of a signed-in browser: out of reach of scripts, sent on no request that another site makes but a link."""

from typing import Any

from litestar.connection import ASGIConnection

SESSION_COOKIE = "commissary_session"
_ATTRIBUTES = "Path=/; HttpOnly; SameSite=Lax"


def is_https(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether the browser came over https, by itself or through a proxy that ends TLS and says so."""
    forwarded: str = connection.headers.get("x-forwarded-proto", "")
    return connection.scope["scheme"] == "https" or forwarded.partition(",")[0].strip() == "https"


def session_cookie(token: str, life_s: int, *, secure: bool) -> str:
    """The Set-Cookie header that signs a browser in."""
    return f"{SESSION_COOKIE}={token}; Max-Age={life_s}; {_ATTRIBUTES}" + ("; Secure" if secure else "")


def ended_session_cookie() -> str:
    """The Set-Cookie header that makes a browser forget."""
    return f"{SESSION_COOKIE}=; Max-Age=0; {_ATTRIBUTES}"
