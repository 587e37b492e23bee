"""Quantities are whole numbers of an item's smallest step.

One line or one stock balance never exceeds MAX_QUANTITY, so that the sum over every place of an organization stays
inside a signed 64-bit integer.
"""

MAX_QUANTITY = 2_000_000_000
