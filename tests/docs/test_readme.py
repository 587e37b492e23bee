"""Every command of the README's tour works as it stands there, and comes to the status that its comment names."""

import shutil
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, run_page, sh_blocks

README = ROOT / "README.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_the_tour_does_what_it_says(reader: dict[str, str], tmp_path: Path) -> None:
    blocks = sh_blocks(README, "A five-minute tour")
    assert sum(block.count("call ") for block in blocks) > 10
    ran = await run_page(blocks, reader, tmp_path)
    assert ran.seen == ran.promised, ran.output
    # What the sentences around the calls say.
    lines = ran.output.lower()
    assert lines.count("idempotent-replayed: true") == 1
    assert '"code":"stock_short"' in ran.output
    assert '"supply":8,"reserved":2,"shortage":0' in ran.output
    assert "order.captured" in ran.output
    assert "MUG-BLACK" in ran.output or "weight_g" in ran.output
    assert "all hold" in ran.output


def test_no_call_of_the_tour_goes_without_a_promise() -> None:
    text = "".join(sh_blocks(README, "A five-minute tour")).replace("\\\n", " ")
    calls = [line for line in text.splitlines() if line.startswith("call ")]
    assert len(calls) == text.count("# 2") + text.count("# 4")
