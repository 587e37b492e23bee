"""Facts of the catalog."""

from collections.abc import Mapping
from typing import Any, ClassVar

from commissary.kernel.fact import Fact


class ItemCreated(Fact, frozen=True):
    """`subject` is the sku; `item` holds every field that was given."""

    KIND: ClassVar[str] = "item.created"
    SUBJECT_KIND: ClassVar[str] = "item"

    version: int
    item: Mapping[str, Any]


class ItemChanged(Fact, frozen=True):
    """`before` and `after` hold the fields that are different now."""

    KIND: ClassVar[str] = "item.changed"
    SUBJECT_KIND: ClassVar[str] = "item"

    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
