"""The import contracts of importlinter.ini, judged by import-linter on the tree at a root."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.arch.checks.tree import Problem

_BROKEN = re.compile(r"^(\d+ .*?) BROKEN", re.MULTILINE)
_SUMMARY = re.compile(r"^Contracts: (\d+) kept, (\d+) broken\.", re.MULTILINE)


def lint(root: Path) -> str:
    """Everything that import-linter says about the tree at `root`."""
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "NO_COLOR": "1", "COLUMNS": "200"}
    program = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run(
        [str(program), "--config", "importlinter.ini", "--no-cache"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout + answer.stderr


def broken_contracts(root: Path) -> Iterator[Problem]:
    """One problem for each broken contract, with the imports that break it; one if none could be judged."""
    text = lint(root)
    if not _SUMMARY.search(text):
        yield Problem("import contract", "importlinter.ini", f"could not be judged:\n{text}")
        return
    for name in _BROKEN.findall(text):
        _, _, detail = text.rpartition(f"\n{name}\n")
        yield Problem("import contract", name, re.split(r"\n\d+ .*\n-+\n", detail.lstrip("-\n"))[0].strip())


def judged_contracts(root: Path) -> int:
    """How many contracts were judged, kept or broken."""
    summary = _SUMMARY.search(lint(root))
    return int(summary[1]) + int(summary[2]) if summary else 0
