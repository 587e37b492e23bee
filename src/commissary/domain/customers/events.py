"""What the customers context tells others: that something of a customer changed or is gone, never what it said."""

from typing import ClassVar

from commissary.kernel.fact import Fact


class CustomerChanged(Fact, frozen=True):
    """`changed` names the fields, without what they held or hold."""

    KIND: ClassVar[str] = "customer.changed"
    SUBJECT_KIND: ClassVar[str] = "customer"

    changed: tuple[str, ...]
    version: int


class CustomerErased(Fact, frozen=True):
    """Everything personal of this customer is gone; who keeps a copy elsewhere must drop it."""

    KIND: ClassVar[str] = "customer.erased"
    SUBJECT_KIND: ClassVar[str] = "customer"


class CustomerExported(Fact, frozen=True):
    """All that is kept of this customer was handed out."""

    KIND: ClassVar[str] = "customer.exported"
    SUBJECT_KIND: ClassVar[str] = "customer"
