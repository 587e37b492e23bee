"""Codes and names, read alike by people and machines.

One code (sku, location code) written in two ways must stay one code: so codes are kept in Unicode normalization form
C (Unicode Standard Annex 15), without blanks around them, and a character that nobody sees, or that turns the reading
direction, is refused. Names are freer: any script and any emoji, on one line.
"""

import unicodedata

# Letters, marks and symbols that fill space without showing anything; `isprintable` lets these pass.
_UNSEEN = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0}
    | set(range(0xFE00, 0xFE10))
    | set(range(0xE0100, 0xE01F0))
)


def canonical(text: str) -> str:
    """Normalization form C without blanks around it; applying it twice changes nothing more."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()


def code_flaw(code: str, longest: int) -> str | None:
    """What keeps a canonical code from being one, as the end of a sentence; None for a good one."""
    if not code:
        return "is empty"
    if len(code) > longest:
        return f"is longer than {longest} characters"
    if code.isascii() and code.isprintable():
        return None
    unseen = next((c for c in code if not c.isprintable() or ord(c) in _UNSEEN), None)
    return f"holds the invisible character U+{ord(unseen):04X}" if unseen else None


def name_flaw(name: str, longest: int) -> str | None:
    """What keeps a canonical name from being one; None for a good one."""
    if not name:
        return "is empty"
    if len(name) > longest:
        return f"is longer than {longest} characters"
    unfit = next((c for c in name if unicodedata.category(c) in ("Cc", "Cs")), None)
    return f"holds the control character U+{ord(unfit):04X}" if unfit else None


def storable(text: str) -> bool:
    """Whether a database can hold it: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text))
