"""GTINs: the numbers under bar codes (GS1 General Specifications §7.9: check digit, §3.3: GTIN-8, -12, -13, -14).

The same number comes in four lengths, shorter ones being longer ones without leading zeros; so all are kept in 14
digits, and a scan of either length finds the item. A wrong check digit is a typing mistake, found here.
"""

from collections.abc import Sequence

from stdnum import ean

from commissary.domain.catalog.types import MAX_GTINS
from commissary.kernel.decision import Refusal

_LENGTHS = frozenset({8, 12, 13, 14})


def canonical_gtin(text: str) -> str | None:
    """The number in 14 digits; None when it is no GTIN. Blanks and hyphens between digits are ignored."""
    digits = text.replace("-", "").replace(" ", "") if len(text) <= 40 else ""
    if len(digits) not in _LENGTHS or not digits.isascii() or not digits.isdigit() or not digits.strip("0"):
        return None
    return digits.zfill(14) if ean.is_valid(digits) else None


def canonical_gtins(texts: Sequence[str]) -> tuple[str, ...] | Refusal:
    """All numbers of an item, sorted, each once; or the refusal that names the first that is none."""
    if len(texts) > MAX_GTINS:
        return Refusal("gtins_too_many", {"most": MAX_GTINS}, "/gtins")
    found = set()
    for index, text in enumerate(texts):
        gtin = canonical_gtin(text)
        if gtin is None:
            return Refusal("gtin_invalid", {"gtin": text[:40]}, f"/gtins/{index}")
        found.add(gtin)
    return tuple(sorted(found))
