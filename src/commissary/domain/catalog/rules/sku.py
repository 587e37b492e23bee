"""Which codes may name an item, and when two of them are the same one.

A sku is typed, scanned, printed and sent by other systems, so it is compared as people see it: trimmed and in
Unicode form C. What nobody can see in it would make two items of one.
"""

from commissary.domain.catalog.types import MAX_SKU_LENGTH
from commissary.kernel.decision import Refusal
from commissary.kernel.text import canonical, code_flaw


def canonical_sku(text: str) -> str:
    """The one spelling of a sku. Look items up by it."""
    return canonical(text) if len(text) <= 4 * MAX_SKU_LENGTH else text


def sku_refusal(sku: str) -> Refusal | None:
    """Why a canonical sku cannot name an item; None when it can."""
    flaw = code_flaw(sku, MAX_SKU_LENGTH)
    return Refusal("sku_invalid", {"reason": flaw}, "/sku") if flaw else None
