"""Facts about stock. The subject is the item's sku at a place, so that one position's facts stay in order."""

from typing import ClassVar

from commissary.kernel.fact import Fact


class StockFed(Fact, frozen=True):
    """A feed message was taken in. Subject: the feed's source."""

    KIND: ClassVar[str] = "stock.fed"
    SUBJECT_KIND: ClassVar[str] = "feed"

    mode: str
    sequence: int
    applied: int
    unchanged: int = 0
    stale: int = 0
    refused: int = 0


class ShortageArisen(Fact, frozen=True):
    """A feed or count left less on hand than is promised. Subject: `sku@location`."""

    KIND: ClassVar[str] = "stock.shortage_arisen"
    SUBJECT_KIND: ClassVar[str] = "position"

    item_id: int
    location_id: int
    shortage: int


class StockAdjusted(Fact, frozen=True):
    """A person corrected a balance. Subject: `sku@location`."""

    KIND: ClassVar[str] = "stock.adjusted"
    SUBJECT_KIND: ClassVar[str] = "position"

    change: int
    account: str
    reason: str


class CartReserved(Fact, frozen=True):
    """A cart holds units for a while. Subject: the cart."""

    KIND: ClassVar[str] = "cart.reserved"
    SUBJECT_KIND: ClassVar[str] = "cart"

    units: int
    expires_at: str


class CartReleased(Fact, frozen=True):
    """Units of a cart went back, because it was given up or because its time ran out. Subject: the cart."""

    KIND: ClassVar[str] = "cart.released"
    SUBJECT_KIND: ClassVar[str] = "cart"

    units: int
    cause: str
