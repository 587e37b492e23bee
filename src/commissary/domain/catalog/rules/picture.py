"""Where a picture may lie: on the web (http, https) or beside the pages (a relative path).

An address is shown in pages, so every other scheme is refused: `javascript:` runs, `data:` smuggles, `file:` reads.
"""

import re

from commissary.domain.catalog.types import MAX_PICTURE_URL_LENGTH
from commissary.kernel.decision import Refusal

# No blanks, quotes, angle brackets or backslashes: browsers read a backslash as a slash, pages end at the others.
_SAFE = re.compile(r"[^\s\x00-\x20\x7f\"'<>\\^`{|}]+")
_WEB = re.compile(r"https?://[^/?#@]+([/?#].*)?", re.IGNORECASE)
_RELATIVE = re.compile(r"(?!//)[^:?#]+([?#].*)?")


def picture_refusal(url: str) -> Refusal | None:
    """Why an address cannot be a picture's; None when it can."""
    if len(url) > MAX_PICTURE_URL_LENGTH:
        return _refusal(f"is longer than {MAX_PICTURE_URL_LENGTH} characters")
    if not _SAFE.fullmatch(url) or not url.isprintable():
        return _refusal("is empty or holds characters that no address has")
    if not _WEB.fullmatch(url) and not _RELATIVE.fullmatch(url):
        return _refusal("is neither a web address (http, https) nor a relative path")
    return None


def _refusal(reason: str) -> Refusal:
    return Refusal("picture_url_invalid", {"reason": reason}, "/picture_url")
