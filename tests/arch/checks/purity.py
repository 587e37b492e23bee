"""Decisions are functions of what they are given: no clock, no chance, no environment, no input or output.

The import contracts keep whole modules out of the core. What they cannot see is a forbidden call on a module
that the core needs for its types, such as `datetime.now`, or a built-in such as `open`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.arch.checks.tree import Problem, core_files, relative, syntax

IMPURE_MODULES = frozenset(
    {"random", "secrets", "time", "os", "asyncio", "logging", "socket", "subprocess", "uuid_utils"}
)
IMPURE_NAMES = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "uuid.getnode",
        "uuid.uuid1",
        "uuid.uuid3",
        "uuid.uuid4",
        "uuid.uuid5",
        "zoneinfo.available_timezones",
    }
)
IMPURE_BUILTINS = frozenset({"open", "print", "input", "eval", "exec", "breakpoint", "__import__"})


def impure_calls(root: Path) -> Iterator[Problem]:
    """Every use of time, chance, environment or files in the core, whatever it was imported as."""
    for path in core_files(root):
        module = syntax(path)
        names = _imported(module)
        for node in ast.walk(module):
            used = _qualified(node, names)
            if used and (used in IMPURE_NAMES or used.split(".")[0] in IMPURE_MODULES):
                line = getattr(node, "lineno", 0)
                yield Problem("purity", relative(root, path), f"line {line} uses {used}; pass it in")
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in IMPURE_BUILTINS
            ):
                yield Problem("purity", relative(root, path), f"line {node.lineno} calls {node.func.id}")


def _imported(module: ast.Module) -> dict[str, str]:
    """Local name → what it stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _qualified(node: ast.AST, names: dict[str, str]) -> str | None:
    """The full name of an attribute or name, when it starts at something imported."""
    tail: list[str] = []
    while isinstance(node, ast.Attribute):
        tail.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return None
    return ".".join([names[node.id], *reversed(tail)])
