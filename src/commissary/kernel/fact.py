"""A fact: something that happened, told in the past tense by the context where it happened.

Each kind of fact is a subclass with the name that the outside sees (`order.captured`) and the kind of thing it is
about. Its fields become the event's data, so they hold no personal data: only ids, quantities, amounts and codes.
"""

from typing import ClassVar

import msgspec


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """`subject` is the id of the thing it is about; facts of one subject reach every reader in order."""

    KIND: ClassVar[str] = ""
    SUBJECT_KIND: ClassVar[str] = ""

    subject: str
