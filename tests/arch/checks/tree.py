"""Where things are in a source tree, and how a problem is reported."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]

# Read top to bottom; wiring.py is the only module beside them.
FOLDERS = frozenset({"kernel", "platform", "domain", "flows", "views", "adapters", "entry", "simulator"})

CORE_FILES = ("types.py", "states.py", "events.py", "ports.py")


class Problem(NamedTuple):
    """A breach: the rule, the file relative to the root, and what is wrong there."""

    rule: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} [{self.rule}]"


def listed(problems: Iterable[Problem]) -> str:
    """All problems, one on a line: what a failing test shows."""
    return "\n".join(str(problem) for problem in problems)


def package(root: Path) -> Path:
    return root / "src" / "commissary"


def relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def contexts(root: Path) -> list[Path]:
    """Every folder of `domain` that holds anything."""
    domain = package(root) / "domain"
    if not domain.is_dir():
        return []
    return sorted(
        path
        for path in domain.iterdir()
        if path.is_dir() and path.name != "__pycache__" and any(path.iterdir())
    )


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def core_files(root: Path) -> list[Path]:
    """The modules that must be pure: kernel, and the words and rules of every context."""
    files = python_files(package(root) / "kernel")
    for context in contexts(root):
        files += [context / name for name in CORE_FILES if (context / name).is_file()]
        files += python_files(context / "rules")
    return files


def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def strings(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Every string of a module but its docstrings, with its line; the holes of an f-string read as `{}`."""
    skipped: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in ast.walk(node) if isinstance(part, ast.Constant))
            parts = (str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(parts)
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value
