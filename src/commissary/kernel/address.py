"""A postal address and the person who receives there, as the doors take them and the customers context seals them."""

from typing import Annotated

import msgspec

_Line = Annotated[str, msgspec.Meta(max_length=200)]


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One recipient at one place. `country` is ISO 3166-1 alpha-2; `lines` holds street, number, box, building."""

    country: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$(?!\n)")]
    name: _Line = ""
    company: _Line = ""
    lines: Annotated[tuple[_Line, ...], msgspec.Meta(max_length=6)] = ()
    postal_code: Annotated[str, msgspec.Meta(max_length=20)] = ""
    city: _Line = ""
    region: Annotated[str, msgspec.Meta(max_length=100)] = ""
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""
    mail: Annotated[str, msgspec.Meta(max_length=254)] = ""
