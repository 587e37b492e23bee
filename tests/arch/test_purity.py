"""The core takes time, ids and chance as arguments."""

from tests.arch.checks.purity import impure_calls
from tests.arch.checks.tree import ROOT, core_files, listed


def test_the_core_uses_no_clock_no_chance_and_no_environment() -> None:
    assert any(path.parts[-2] == "kernel" for path in core_files(ROOT))
    assert listed(impure_calls(ROOT)) == ""
