"""What files are called, where they lie, how long they are: found by name, read in one sitting."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.arch.checks.tree import FOLDERS, Problem, contexts, package, python_files, relative, syntax

FORBIDDEN_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "misc", "manager", "service", "base"}
)
LONGEST_FILE = 400
LONGEST_FUNCTION = 70
MEASURED = frozenset({".py", ".sql", ".html", ".css", ".js"})

CONTEXT_FILES = frozenset(
    {
        "__init__.py",
        "README.md",
        "types.py",
        "states.py",
        "events.py",
        "ports.py",
        "store.py",
        "queries.sql",
        "schema.sql",
    }
)
CONTEXT_FOLDERS = {"rules": frozenset({".py"}), "store": frozenset({".py", ".sql"})}

MIGRATION_NAME = re.compile(r"(\d{4})_[a-z][a-z0-9_]*\.sql")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def layout(root: Path) -> Iterator[Problem]:
    """The package holds the eight folders and wiring.py, and nothing else."""
    found = {path.name for path in package(root).iterdir() if path.name != "__pycache__"}
    expected = FOLDERS | {"__init__.py", "wiring.py"}
    for name in sorted(found - expected):
        yield Problem("layout", f"src/commissary/{name}", "is not one of the eight folders or wiring.py")
    for name in sorted(expected - found):
        yield Problem("layout", f"src/commissary/{name}", "is missing")


def packages(root: Path) -> Iterator[Problem]:
    """Every folder with modules is a package: import-linter does not see the others, so nothing would hold there."""
    for folder in sorted({path.parent for path in python_files(package(root))}):
        if not (folder / "__init__.py").is_file():
            yield Problem(
                "package", relative(root, folder), "has modules but no __init__.py: no contract sees them"
            )


def forbidden_names(root: Path) -> Iterator[Problem]:
    """No file or folder has a name that would take anything."""
    for folder in (package(root), root / "tests", root / "bench"):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.suffix in ("", ".py") and path.stem in FORBIDDEN_NAMES:
                yield Problem(
                    "file name",
                    relative(root, path),
                    f"nothing is called {path.stem}: name the noun or the verb",
                )


def lengths(root: Path) -> Iterator[Problem]:
    """A file fits one sitting, a function one screen or two."""
    sources = [path for path in _files(package(root)) if path.suffix in MEASURED]
    sources += python_files(root / "tests")
    for path in sources:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            yield Problem("file length", relative(root, path), f"{lines} lines, at most {LONGEST_FILE}")
        if path.suffix == ".py":
            yield from _long_functions(root, path)


def _long_functions(root: Path, path: Path) -> Iterator[Problem]:
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                what = f"{node.name} has {lines} lines, at most {LONGEST_FUNCTION}"
                yield Problem("function length", relative(root, path), what)


def docstrings(root: Path) -> Iterator[Problem]:
    """Every module says which rule lives in it; only an empty `__init__.py` has nothing to say."""
    for path in python_files(package(root)):
        module = syntax(path)
        if not module.body and path.name == "__init__.py":
            continue
        if not (ast.get_docstring(module) or "").strip():
            yield Problem("docstring", relative(root, path), "the module does not say what lives in it")


def context_files(root: Path) -> Iterator[Problem]:
    """Every context has the same few files, so that whoever knows one knows all."""
    for context in contexts(root):
        for path in _files(context):
            inside = path.relative_to(context)
            if len(inside.parts) == 1:
                known = inside.name in CONTEXT_FILES
            else:
                known = path.suffix in CONTEXT_FOLDERS.get(inside.parts[0], frozenset())
            if not known:
                yield Problem("context files", relative(root, path), "is no file that a context has")
        yield from _context_complete(root, context)


def _context_complete(root: Path, context: Path) -> Iterator[Problem]:
    where = relative(root, context)
    for name in ("README.md", "__init__.py"):
        if not (context / name).is_file():
            yield Problem("context files", where, f"has no {name}")
    if (context / "store.py").exists() and (context / "store").exists():
        yield Problem("context files", where, "has both store.py and store/")
    init = context / "__init__.py"
    if init.is_file() and any(not _is_docstring(node) for node in syntax(init).body):
        yield Problem("context files", relative(root, init), "holds code; a context is entered by its files")


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def migration_names(root: Path) -> Iterator[Problem]:
    """Migrations are NNNN_name.sql; a number is used once in its folder, because the number is the order."""
    numbers: Counter[tuple[Path, str]] = Counter()
    for path in _files(root / "migrations"):
        named = MIGRATION_NAME.fullmatch(path.name)
        if named:
            numbers[path.parent, named[1]] += 1
        elif path.suffix == ".sql":
            yield Problem("migration name", relative(root, path), "is not called NNNN_name.sql")
    for (folder, number), times in numbers.items():
        if times > 1:
            yield Problem(
                "migration name", relative(root, folder), f"{times} migrations have the number {number}"
            )
