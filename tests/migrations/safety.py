"""What a migration may not do, because version N still runs beside N+1 while it is rolled out.

The old program reads and writes every table by its columns' names: a column that goes, changes its name or its type, or
must suddenly be given, breaks it. What is no longer used goes in a later release.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_UNREAD = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_TABLE = r"(?:if\s+exists\s+)?(?:only\s+)?(?P<table>[\w.\"]+)"
_CREATED = re.compile(r"\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?([\w.\"]+)", re.IGNORECASE)
_ALTER = re.compile(rf"^\s*alter\s+table\s+{_TABLE}\s+(?P<actions>.*)$", re.IGNORECASE | re.DOTALL)
_ON = re.compile(r"\bon\s+(?:only\s+)?([\w.\"]+)", re.IGNORECASE)
_FORBIDDEN = (
    (
        r"\bdrop\s+(?:table|schema|view|column|sequence|type|function)\b",
        "drops something that the old version uses",
    ),
    (
        r"^\s*(?:alter\s+table\s+\S+\s+)?drop\s+(?!constraint|index|not\s+null|default|expression)\w",
        "drops a column",
    ),
    (r"\brename\b", "renames something that the old version knows by its name"),
    (r"\balter\s+(?:column\s+)?\S+\s+(?:set\s+data\s+)?type\b", "changes the type of a column"),
    (r"\bset\s+not\s+null\b", "makes a column obligatory that the old version may leave empty"),
    (r"\btruncate\b", "throws data away"),
    (r"\bcreate\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\b", "creates a trigger"),
    (r"\block\s+table\b", "locks a table for the time of the migration"),
)
_ADD = re.compile(
    r"\badd\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?(?!constraint|primary|unique|check|foreign|exclude)\w+\s+",
    re.IGNORECASE,
)
_OBLIGATORY = re.compile(r"\bnot\s+null\b", re.IGNORECASE)
_DEFAULT = re.compile(r"\bdefault\b", re.IGNORECASE)
_ADD_CHECK = re.compile(
    r"\badd\s+(?:constraint\s+\S+\s+)?(?:check|foreign|unique|primary|exclude)\b", re.IGNORECASE
)


class Breach(NamedTuple):
    file: str
    statement: str
    why: str


def breaches(path: Path) -> Iterator[Breach]:
    """Everything in a migration that would hurt the version before it."""
    text = _UNREAD.sub(" '' ", path.read_text(encoding="utf-8"))
    created = {name.strip('"').lower() for name in _CREATED.findall(text)}
    for statement in filter(str.strip, text.split(";")):
        for why in _wrong(statement, created):
            yield Breach(path.name, " ".join(statement.split())[:80], why)


def _wrong(statement: str, created: set[str]) -> Iterator[str]:
    altered = _ALTER.match(statement)
    if altered and altered["table"].strip('"').lower() in created:
        return  # nobody can know a table yet that this very migration creates
    for pattern, why in _FORBIDDEN:
        if re.search(pattern, altered["actions"] if altered and pattern.startswith("^") else statement, re.I):
            yield why
    for action in re.split(r",(?![^(]*\))", altered["actions"]) if altered else ():
        if _ADD.search(action) and _OBLIGATORY.search(action) and not _DEFAULT.search(action):
            yield "adds an obligatory column without a default: the old version does not give it"
        if _ADD_CHECK.search(action) and not re.search(r"\bnot\s+valid\b|\busing\s+index\b", action, re.I):
            yield "adds a constraint that scans the table under a lock: add it NOT VALID, validate it later"
    index = re.match(r"\s*create\s+(unique\s+)?index\b", statement, re.I)
    if index and (on := _ON.search(statement)) and on[1].strip('"').lower() not in created and index[1]:
        yield "adds a unique index to a table that the old version still writes as it likes"
