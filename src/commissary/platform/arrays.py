"""Array parameters for set-based statements, written as text: several times faster than dumping Python lists.

Pass them where the statement casts, e.g. `%(items)s::int[]`. `plain_array` is only for values whose text never needs
quoting: numbers, UUIDs, words of closed sets; free text goes through `text_array`.
"""

from collections.abc import Iterable
from uuid import UUID


def plain_array(values: Iterable[object]) -> str:
    """An array literal such as `{1,2,NULL}`."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def word_array(values: Iterable[str]) -> str:
    """An array literal of words of closed sets, which need no quoting and are never null."""
    return "{" + ",".join(values) + "}"


def uuid_array(values: Iterable[UUID | None]) -> str:
    """An array literal of identifiers, for a statement that casts to `uuid[]`."""
    return "{" + ",".join(["NULL" if value is None else value.hex for value in values]) + "}"


def text_array(values: Iterable[str | None]) -> str:
    """An array literal of any text, quoted, for a statement that casts to `text[]`, `jsonb[]` or `timestamptz[]`."""
    return (
        "{"
        + ",".join(
            [
                "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
                for value in values
            ]
        )
        + "}"
    )


def bytes_array(values: Iterable[bytes]) -> str:
    """An array literal of byte strings, for a statement that casts to `bytea[]`."""
    return "{" + ",".join(['"\\\\x' + value.hex() + '"' for value in values]) + "}"
