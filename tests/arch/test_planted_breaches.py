"""A test of the tests: every rule of the house is broken on purpose, and caught for that reason.

Each breach goes alone into a copy of the real tree. The copy without a breach has no problem in the planted
parts, so what is reported afterwards is the breach.
"""

from pathlib import Path

import pytest

from tests.arch.checks import files, purity, sql
from tests.arch.checks.contracts import broken_contracts
from tests.arch.checks.tree import ROOT, Problem, listed
from tests.arch.planting.breaches import IMPORTS, OTHERS, Breach
from tests.arch.planting.skeleton import TRADES, copy_tree, write


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    copy_tree(ROOT, tmp_path)
    return tmp_path


def plant(copy: Path, breach: Breach) -> None:
    file = (
        copy / breach.file[1:] if breach.file.startswith("/") else copy / "src" / "commissary" / breach.file
    )
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    write(file, before + breach.added)


def caught(copy: Path, breach: Breach) -> list[Problem]:
    problems = list(breach.check(copy))
    return [
        found for found in problems if breach.where == found.where and breach.reason in _plain(found.what)
    ]


def _plain(text: str) -> str:
    """Wrapped lines joined, so that a long import reads as one."""
    return " ".join(text.split())


@pytest.mark.parametrize("breach", IMPORTS + OTHERS, ids=lambda breach: breach.name)
def test_a_planted_breach_is_caught(copy: Path, breach: Breach) -> None:
    plant(copy, breach)
    assert caught(copy, breach), listed(breach.check(copy)) or "nothing was reported"


def test_a_planted_cycle_is_caught(copy: Path) -> None:
    views = copy / "src" / "commissary" / "views"
    for trade, other in (TRADES, reversed(TRADES)):
        board = views / f"{trade}_board.py"
        write(board, board.read_text(encoding="utf-8") + f"import commissary.views.{other}_board\n")
    reports = [problem.what for problem in broken_contracts(copy) if problem.where == "9 No cycles anywhere"]
    assert len(reports) == 1
    assert all(f"{trade}_board" in reports[0] for trade in TRADES)


def test_the_copy_itself_is_clean(copy: Path) -> None:
    checks = (
        files.layout,
        files.packages,
        files.forbidden_names,
        files.lengths,
        files.docstrings,
        files.context_files,
        purity.impure_calls,
        sql.foreign_tables,
        sql.query_blocks,
        sql.star_selects,
        sql.inline_sql,
        sql.schema_rules,
        broken_contracts,
    )
    problems = [problem for check in checks for problem in check(copy)]
    assert not [problem for problem in problems if any(trade in str(problem) for trade in TRADES)]


def test_more_than_fourteen_breaches_are_planted() -> None:
    names = [breach.name for breach in IMPORTS + OTHERS]
    assert len(set(names)) == len(names) > 14
