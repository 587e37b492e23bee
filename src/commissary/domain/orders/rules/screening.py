"""Screening: which new orders a person should look at before they go on.

limit                 order                     hold
total 500.00 EUR      500.01 EUR                review
total 500.00 EUR      600.00 USD                none (the limit is for EUR only)
units 100             101 units                 review
none set              anything                  none
"""

from collections.abc import Mapping
from typing import Any


def review_reason(limits: Mapping[str, Any], currency: str, total_minor: int, units: int) -> str | None:
    """Why this order needs review, in words for the person who will; None when it does not.

    `limits` is the setting `screening`: {"total_minor": {"EUR": 50000}, "units": 100}.
    """
    limit = limits.get("total_minor", {}).get(currency)
    if limit is not None and total_minor > limit:
        return "The total is above the review limit."
    most = limits.get("units")
    if most is not None and units > most:
        return "More units than the review limit."
    return None
