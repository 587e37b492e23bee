"""Array parameters for set-based statements, written as text: several times faster than dumping Python lists.

Only for values whose text never needs quoting: numbers, UUIDs, timestamps of no text, words of closed sets. Free text
goes as an ordinary list, which the driver quotes.
"""

from collections.abc import Iterable


def plain_array(values: Iterable[object]) -> str:
    """An array literal such as `{1,2,NULL}`; pass it where the statement casts, e.g. `%(items)s::int[]`."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def bytes_array(values: Iterable[bytes]) -> str:
    """An array literal of byte strings, for a statement that casts to `bytea[]`."""
    return "{" + ",".join(['"\\\\x' + value.hex() + '"' for value in values]) + "}"
