"""A rule answers with a decision or a refusal; exceptions are left to bugs and broken infrastructure.

A refusal names its code (a noun with a reason, such as `sku_unknown`), the field that caused it as a JSON pointer,
and the facts a person needs to mend it. One table maps codes to HTTP problems, another to sentences.
"""

from collections.abc import Mapping

import msgspec

Fact = str | int | bool | None


class Refusal(msgspec.Struct, frozen=True):
    """Why a command changes nothing. `field` is a JSON pointer into the command, empty for the whole of it."""

    code: str
    facts: Mapping[str, Fact] = {}
    field: str = ""
