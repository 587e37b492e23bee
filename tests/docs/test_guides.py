"""Every `sh` block of the tutorial and of the how-to guides works as it stands, on a new system for each page."""

import shutil
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, run_page, sh_blocks

_PAGES = sorted([*(ROOT / "docs/tutorial").glob("*.md"), *(ROOT / "docs/how-to").glob("*.md")])
_RUN = {page.stem: page for page in _PAGES if sh_blocks(page)}
# What a page's sentences say of the output, beyond statuses and exit codes.
_SAID: dict[str, tuple[str, ...]] = {
    "erase-a-person": ('"name":"Grace Hopper"', '{"data":[],"next_cursor":null}', '"person":null'),
    "first-order": (
        '"supply":6',
        '"status":"partly_reserved"',
        '"backordered":7',
        '"code":"order_on_hold"',
        '"on_hand":4,"available":0,"reserved":8',
        '"shortage":4',
        "Marie Curie",
        "all hold",
    ),
    "move-a-test-clock": ('"kind":"test"',),
    "organizations": ("Northern Stores", '"value":"W{year}-{sequence:07}"', '"entity":"order"'),
    "receive-webhooks": ('"state":"delivered"', "commissary.webhook.test"),
    "stock-feeds": ('"refused":1', '"duplicate":true', '"on_hand":37', "broken in aisle 4"),
    "users-roles-and-keys": ("cmk_main_", '"locations":["ST-GHENT"]'),
}


def test_every_expectation_belongs_to_a_page_that_is_run() -> None:
    assert set(_SAID) <= set(_RUN)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("name", _RUN)
async def test_a_guide_does_what_it_says(name: str, reader: dict[str, str], tmp_path: Path) -> None:
    ran = await run_page(sh_blocks(_RUN[name]), reader, tmp_path)
    assert ran.seen == ran.promised, ran.output
    assert [said for said in _SAID.get(name, ()) if said not in ran.output] == [], ran.output
