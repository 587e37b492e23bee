"""Every link between pages leads somewhere, its heading too, and every file of the source that they name exists."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

_PAGES = sorted(
    page
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")]
    if page.is_file()
)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="([^"]+)">')
_SOURCE = re.compile(
    r"`((?:src/commissary/|tests/|bench/|migrations/)?[a-z_]+/[a-z_/]*[a-z_0-9]+\.(?:py|sql))`"
)


def _names(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


def _anchors(page: Path) -> set[str]:
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    slugs = {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in _HEADING.findall(text)
    }
    return slugs | set(_ANCHOR.findall(text))


@pytest.mark.parametrize("name", _names(_PAGES))
def test_every_link_leads_somewhere(name: str) -> None:
    page = ROOT / name
    broken = []
    for link in _LINK.findall(_FENCED.sub("", page.read_text(encoding="utf-8"))):
        address, _, anchor = link.partition("#")
        if "://" in address or address.startswith("mailto:"):
            continue
        target = (page.parent / address).resolve() if address else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", _names(_PAGES))
def test_every_file_that_is_named_exists(name: str) -> None:
    named = _SOURCE.findall(_FENCED.sub("", (ROOT / name).read_text(encoding="utf-8")))
    places = (ROOT, ROOT / "src/commissary", (ROOT / name).parent)
    assert [path for path in named if not any((place / path).exists() for place in places)] == []


def test_every_page_is_reached_from_the_index() -> None:
    docs = ROOT / "docs"
    seen: set[Path] = set()
    waiting = [docs / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or not page.exists() or page.suffix != ".md":
            continue
        seen.add(page)
        for link in _LINK.findall(page.read_text(encoding="utf-8")):
            if "://" not in link:
                waiting.append((page.parent / link.partition("#")[0]).resolve())
    assert _names(sorted(set(docs.rglob("*.md")) - seen)) == []
