"""Styles and scripts of the pages, from this origin only: our own, and exactly the named files of browser packages.

Every address carries a hash of the content, so a browser may keep a file for ever and still gets a new one at once.
The packages come by `make setup` and are never part of the repository; without them the pages still work, and say so.
"""

import gzip
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from commissary.platform.http.caller import PUBLIC

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
# The only files of packages that are served, by the name under which they are.
VENDOR = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}
OWN = ("tokens.css", "console.css", "tables.css", "theme.js", "console.js", "mark.svg")


class Asset(NamedTuple):
    content: bytes
    packed: bytes
    media_type: str
    tag: str


def packages_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Where browser packages are: COMMISSARY_ASSETS, or `node_modules` at the root of a checkout."""
    named = (os.environ if environment is None else environment).get("COMMISSARY_ASSETS")
    return Path(named) if named else Path(__file__).resolve().parents[4] / "node_modules"


class Assets:
    """All files of the pages, read once and kept in memory; `missing` names those that are not there."""

    def __init__(self, packages: Path) -> None:
        own = Path(__file__).resolve().parent / "static"
        files = {f"console/{name}": own / name for name in OWN}
        files |= {f"vendor/{name}": packages / path for name, path in VENDOR.items()}
        self.missing = sorted(name for name, path in files.items() if not path.is_file())
        self._assets = {name: _read(path) for name, path in files.items() if name not in self.missing}

    def has(self, name: str) -> bool:
        return name in self._assets

    def url(self, name: str) -> str:
        """The address of a file such as `console/console.css`, good for as long as its content is the same."""
        return f"/static/{name}?v={self._assets[name].tag}"

    def handlers(self) -> list[HTTPRouteHandler]:
        """A route for each file; there is no other way to any file."""
        return [self._handler(name, asset) for name, asset in self._assets.items()]

    def _handler(self, name: str, asset: Asset) -> HTTPRouteHandler:
        async def serve(request: Request[Any, Any, Any]) -> ASGIResponse:
            known = request.query_params.get("v") == asset.tag
            headers = {
                "cache-control": "public, max-age=31536000, immutable" if known else "no-cache",
                "etag": f'"{asset.tag}"',
                "vary": "accept-encoding",
            }
            if request.headers.get("if-none-match") == headers["etag"]:
                return ASGIResponse(body=b"", status_code=304, headers=headers)
            content = asset.content
            if "gzip" in request.headers.get("accept-encoding", ""):
                content = asset.packed
                headers["content-encoding"] = "gzip"
            return ASGIResponse(body=content, headers=headers, media_type=asset.media_type)

        return HTTPRouteHandler(f"/static/{name}", http_method=["GET"], opt={"permission": PUBLIC})(serve)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    tag = hashlib.sha256(content).hexdigest()[:16]
    return Asset(content, gzip.compress(content, 9, mtime=0), _TYPES[path.suffix], tag)
