"""Where to go after signing in: back to where one was, as long as that is a page of ours.

next                          goes to
/console/orders?state=draft   /console/orders?state=draft
(none)                        /console
https://evil.example          /console
//evil.example                /console
/\\evil.example                /console
/v1/orders                    /console
"""

from urllib.parse import quote

HOME = "/console"
_SECTIONS = (HOME, "/docs")
_LONGEST = 1000


def local_place(wanted: str) -> str:
    """`wanted` when it is the address of a page here, else the home page."""
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and len(wanted) <= _LONGEST
    path = wanted.partition("?")[0].partition("#")[0]
    ours = any(path == section or path.startswith(f"{section}/") for section in _SECTIONS)
    dotted = any(step in (".", "..") for step in path.split("/"))
    return wanted if plain and ours and not dotted and "//" not in path else HOME


def sign_in_address(place: str) -> str:
    """The sign-in page that leads back to a place."""
    back = local_place(place)
    return "/console/sign-in" if back == HOME else f"/console/sign-in?next={quote(back, safe='/')}"
