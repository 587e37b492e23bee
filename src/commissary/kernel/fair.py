"""Dividing a whole number among shares so that nothing is lost: the largest remainder method.

Used for money (a discount over lines, an amount over shipments) and for units (stock over groups). Each part is the
exact share rounded down or up; the units left over go to the largest remainders, ties to the earlier part, so the
same input always gives the same parts. Source: Hamilton's method of apportionment (1792).
"""

from collections.abc import Sequence


def largest_remainder(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `weights` (each ≥ 0); the parts sum to `amount` exactly.

    A negative amount is split as its absolute value with the sign put back. When all weights are zero the parts are
    as equal as whole numbers allow. Raises ValueError for no weights (with an amount to give) or a negative weight.
    """
    if not weights:
        if amount:
            raise ValueError("an amount cannot be split over no parts")
        return []
    if min(weights) < 0:
        raise ValueError("a weight is never negative")
    if amount < 0:
        return [-part for part in largest_remainder(-amount, weights)]
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    parts = [amount * weight // total for weight in weights]
    left = amount - sum(parts)
    if left:
        order = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
        for i in order[:left]:
            parts[i] += 1
    return parts
