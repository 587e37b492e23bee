"""Facts about orders. The subject is the order's id."""

from collections.abc import Mapping
from typing import ClassVar

from commissary.kernel.fact import Fact


class OrderCaptured(Fact, frozen=True):
    """An order was accepted; what it asks for is reserved or on backorder."""

    KIND: ClassVar[str] = "order.captured"
    SUBJECT_KIND: ClassVar[str] = "order"

    number: str
    channel: str
    kind: str
    customer_id: str
    currency: str
    total_minor: int
    lines: int
    units: int
    reserved: int
    backordered: int = 0


class OrderLinesCanceled(Fact, frozen=True):
    """Units will not be sent: quantities by line number."""

    KIND: ClassVar[str] = "order.lines_canceled"
    SUBJECT_KIND: ClassVar[str] = "order"

    number: str
    reason: str
    quantities: Mapping[str, int]
    whole: bool = False


class HoldPlaced(Fact, frozen=True):
    """Something must be settled before the order goes on."""

    KIND: ClassVar[str] = "order.hold_placed"
    SUBJECT_KIND: ClassVar[str] = "order"

    number: str
    hold: str
    kind: str
    reason: str
    blocks: tuple[str, ...]


class HoldResolved(Fact, frozen=True):
    """A hold is over: someone resolved it, or its time ran out."""

    KIND: ClassVar[str] = "order.hold_resolved"
    SUBJECT_KIND: ClassVar[str] = "order"

    number: str
    hold: str
    kind: str
    resolution: str
