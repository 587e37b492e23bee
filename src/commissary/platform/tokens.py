"""Secrets that open doors: 256 random bits, kept only as their SHA-256, and naming the organization they belong to.

A slow hash would add nothing to 256 random bits and cost every request. The whole text is hashed, the organization's
name with it, so a secret of one organization behind the name of another matches nothing.
"""

import hashlib
import re
import secrets
from typing import NamedTuple

_ORGANIZATION = r"[a-z][a-z0-9_]{0,39}"
_RANDOM = r"[A-Za-z0-9_-]{43}"
# An organization's name may hold underscores; what follows it has a fixed length.
_API_KEY = re.compile(rf"cmk_({_ORGANIZATION})_{_RANDOM}", re.ASCII)
_SESSION = re.compile(rf"({_ORGANIZATION})\.{_RANDOM}", re.ASCII)
_SHOWN = 6


class Token(NamedTuple):
    """A presented secret, taken apart: whose schema to look in, and what to look for."""

    organization: str
    digest: bytes


def new_api_key(organization: str) -> str:
    """A fresh key of this organization."""
    return f"cmk_{organization}_{secrets.token_urlsafe(32)}"


def new_session_token(organization: str) -> str:
    """A fresh value for the session's cookie."""
    return f"{organization}.{secrets.token_urlsafe(32)}"


def new_csrf_token() -> str:
    """A fresh token that the pages of one session carry in their forms."""
    return secrets.token_urlsafe(32)


def token_hash(text: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(text.encode()).digest()


def visible_prefix(api_key: str) -> str:
    """The beginning that people may see, so that they can tell keys apart."""
    return api_key[: len(api_key) - 43 + _SHOWN]


def read_api_key(text: str) -> Token | None:
    """A key taken apart; None for whatever was never a key, the empty text first of all."""
    return _read(_API_KEY, text)


def read_session_token(text: str) -> Token | None:
    """A cookie's value taken apart; None for whatever was never one."""
    return _read(_SESSION, text)


def _read(shape: re.Pattern[str], text: str) -> Token | None:
    match = shape.fullmatch(text)
    return Token(match[1], token_hash(text)) if match else None
