"""Order numbers as an organization likes them: `{year}-{sequence:06}` → 2026-000123.

A pattern is text with named parts: {year}, {month}, {day} of capture, and {sequence}, which must stand in it once;
`{sequence:06}` pads with zeros to six digits. Nothing else is interpreted, so a pattern can never reach into the
program (Python's own `format` would let it).
"""

import re
from datetime import datetime

from commissary.kernel.decision import Refusal

DEFAULT_PATTERN = "{year}-{sequence:06}"
_PART = re.compile(r"\{(year|month|day|sequence)(?::0(\d{1,2}))?\}")
_REST = re.compile(r"[A-Za-z0-9_.\- ]*")


def pattern_refusal(pattern: str) -> Refusal | None:
    """Why this pattern cannot make order numbers; None when it can."""
    parts = [match[1] for match in _PART.finditer(pattern)]
    if parts.count("sequence") != 1:
        return Refusal("order_number_pattern_without_sequence", {}, "/pattern")
    if not _REST.fullmatch(_PART.sub("", pattern)) or len(pattern) > 60 or pattern != pattern.strip():
        return Refusal("order_number_pattern_unreadable", {}, "/pattern")
    return None


def order_number(pattern: str, sequence: int, now: datetime) -> str:
    """The number for the n-th order."""
    values = {"year": now.year, "month": now.month, "day": now.day, "sequence": sequence}
    widths = {"year": 4, "month": 2, "day": 2, "sequence": 1}
    return _PART.sub(lambda m: str(values[m[1]]).zfill(int(m[2] or widths[m[1]])), pattern)
