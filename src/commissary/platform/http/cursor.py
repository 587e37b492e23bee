"""Cursors for paging: the sort key of the last row, opaque to callers, checked when it comes back."""

import base64
from typing import TypeVar

import msgspec

from commissary.platform.http.problems import Problem

T = TypeVar("T")


def encode_cursor(key: object) -> str:
    """A cursor that stands for this sort key (anything msgspec can encode)."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode_cursor(cursor: str, kind: type[T]) -> T:
    """The sort key of a cursor. Raises Problem `cursor_invalid` for anything this system did not give out."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        key = msgspec.json.decode(raw, type=kind)
    except (ValueError, msgspec.MsgspecError):
        raise Problem("cursor_invalid", field="cursor") from None
    if b"\\u0000" in raw:  # the database takes no NUL
        raise Problem("cursor_invalid", field="cursor")
    return key
