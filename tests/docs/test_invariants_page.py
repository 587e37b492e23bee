"""The page of invariants names each of them, and marks the quick ones as the program does."""

import re
from pathlib import Path

from commissary.views.invariants import INVARIANTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "invariants.md"


def test_page_lists_every_invariant_in_order() -> None:
    rows = re.findall(r"^\| `(i\d+_\w+)` \|.*\| (yes)? ?\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(invariant.name, "yes" if invariant.quick else "") for invariant in INVARIANTS]
