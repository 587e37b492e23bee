"""Who owns which table, and how SQL is written.

A store reads and writes only the tables of its own `schema.sql`. That is what lets one context be understood,
moved or rebuilt alone, and it is checked on the SQL itself, because no import shows it. Every statement is
parsed; what the parser does not know is searched for the names after FROM, JOIN, INTO, UPDATE and their like,
which can only find too much.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tests.arch.checks.tree import Problem, contexts, package, python_files, relative, strings, syntax

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it announces each statement that it keeps unparsed

_NAME = re.compile(r"^-- name:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_FUNCTION = re.compile(r"[a-z][a-z0-9_]*")
_PARAMETER = re.compile(r"%\(\w+\)s")
_HIDDEN = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_CREATED = re.compile(
    r"\bcreate\s+(?:unlogged\s+|temp(?:orary)?\s+|or\s+replace\s+|materialized\s+)*(?:table|view)\s+"
    r"(?:if\s+not\s+exists\s+)?([\w.\"]+)",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(r"\bcreate\s+temp(?:orary)?\s+table\s+(?:if\s+not\s+exists\s+)?(\w+)", re.IGNORECASE)
_TOUCHED = re.compile(
    r"\b(?:from|join|into|update|using|only|copy|truncate|table)\s+"
    r"(?:(?:if|not|exists|only|lateral|table)\s+)*(\"?[a-z_][\w.\"]*)(\s*\()?",
    re.IGNORECASE,
)
_NO_SOURCE = re.compile(
    r"\bdistinct\s+from\b|\bdo\s+update\s+set\b|\bfor\s+(?:no\s+key\s+)?update\b", re.IGNORECASE
)
_COMMON = re.compile(r"(\w+)(?:\s*\([^)]*\))?\s+as\s+(?:not\s+)?(?:materialized\s+)?\(", re.IGNORECASE)
_NO_TABLE = frozenset(
    {"set", "select", "values", "unnest", "stdin", "rows", "skip", "nowait", "of", "null", "gist"}
)
_STAR = re.compile(r"(?:\b(?:select|distinct|all|returning)|,)\s*\*|\b\w+\.\*|\)\.\*", re.IGNORECASE)
_STATEMENT = re.compile(
    r"\bselect\b.*\bfrom\b|\binsert\s+into\b|\bupdate\s+\w+(?:\s+(?:as\s+)?\w+)?\s+set\b|\bdelete\s+from\b"
    r"|\bmerge\s+into\b|\bcopy\s+\w+.*\b(?:from|to)\s+std|\btruncate\s+\w+|\block\s+table\b",
    re.IGNORECASE | re.DOTALL,
)
_TRIGGER = re.compile(r"\bcreate\s+(?:or\s+replace\s+)?(?:constraint\s+|event\s+)?trigger\b", re.IGNORECASE)
_ABROAD = re.compile(r"\breferences\s+(\"?\w+\"?\s*\.\s*\"?\w+)", re.IGNORECASE)


class Query(NamedTuple):
    """One named block of a queries file."""

    path: Path
    name: str
    text: str


def visible(sql: str) -> str:
    """SQL without its comments and the insides of its literals."""
    return _HIDDEN.sub(lambda hidden: "''" if hidden[0].startswith("'") else " ", sql)


def queries_of(context: Path) -> list[Query]:
    """The named blocks of every SQL file of a context but its schema."""
    found = []
    for path in sorted(context.rglob("*.sql")):
        if path.name != "schema.sql":
            parts = _NAME.split(path.read_text(encoding="utf-8"))
            found += [Query(path, name, text) for name, text in zip(parts[1::2], parts[2::2], strict=True)]
    return found


def query_blocks(root: Path) -> Iterator[Problem]:
    """Each block is `-- name: function_name`, remarks and one statement; the file holds nothing else."""
    for context in contexts(root):
        seen: set[tuple[Path, str]] = set()
        for path in sorted(context.rglob("*.sql")):
            head = _NAME.split(path.read_text(encoding="utf-8"))[0]
            if path.name != "schema.sql" and visible(head).strip():
                yield Problem("query block", relative(root, path), "has SQL before its first `-- name:`")
        for query in queries_of(context):
            where = f"{relative(root, query.path)}:{query.name}"
            if not _FUNCTION.fullmatch(query.name):
                yield Problem("query block", where, "the name is no function name")
            if (query.path, query.name) in seen:
                yield Problem("query block", where, "stands twice")
            seen.add((query.path, query.name))
            statements = [part for part in visible(query.text).split(";") if part.strip()]
            if len(statements) != 1:
                yield Problem("query block", where, f"holds {len(statements)} statements instead of one")


def created_tables(context: Path) -> set[str]:
    """What a context's schema creates, as written there."""
    schema = context / "schema.sql"
    if not schema.is_file():
        return set()
    return {
        name.replace('"', "").lower()
        for name in _CREATED.findall(visible(schema.read_text(encoding="utf-8")))
    }


def parsed(sql: str) -> exp.Expr | None:
    """The syntax tree of one statement; None when the parser does not know its syntax."""
    plain = _PARAMETER.sub("NULL", sql).replace("%%", "%")
    try:
        tree = sqlglot.parse_one(plain, read="postgres")
    except SqlglotError:
        return None
    return None if isinstance(tree, exp.Command) else tree


def touched_tables(sql: str) -> set[str]:
    """Tables that a statement reads or writes, without WITH expressions, functions and lock aliases."""
    tree = parsed(sql)
    if tree is None:
        return _searched_tables(sql)
    named = {expression.alias for expression in tree.find_all(exp.CTE)}
    tables = set()
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier) and not isinstance(table.parent, exp.Lock):
            qualified = ".".join(part for part in (table.catalog, table.db, table.name) if part).lower()
            if qualified not in named:
                tables.add(qualified)
    return tables


def _searched_tables(sql: str) -> set[str]:
    text = _NO_SOURCE.sub(" ", _PARAMETER.sub("NULL", visible(sql)))
    named = {name.lower() for name in _COMMON.findall(text)}
    tables = set()
    for found in _TOUCHED.finditer(text):
        name = found[1].replace('"', "").lower()
        is_function = found[2] and found[0].split()[0].lower() in ("from", "join", "using")
        if name not in _NO_TABLE and name not in named and not is_function:
            tables.add(name)
    return tables


def foreign_tables(root: Path) -> Iterator[Problem]:
    """No statement of a context touches a table that its own schema does not create."""
    owners: dict[str, str] = {}
    for context in contexts(root):
        for table in created_tables(context):
            if table in owners:
                what = f"creates {table}, which {owners[table]} creates too"
                yield Problem("table owner", relative(root, context / "schema.sql"), what)
            owners[table] = context.name
    for context in contexts(root):
        queries = queries_of(context)
        own = created_tables(context)
        for query in queries:
            own |= {name.lower() for name in _TEMPORARY.findall(visible(query.text))}
        for query in queries:
            yield from _foreign_in(root, query, own, owners)


def _foreign_in(root: Path, query: Query, own: set[str], owners: dict[str, str]) -> Iterator[Problem]:
    where = f"{relative(root, query.path)}:{query.name}"
    tree = parsed(query.text)
    if tree is None and not _searched_tables(query.text):
        yield Problem("unreadable SQL", where, "cannot be parsed, and no table name was found in it either")
    for table in sorted(touched_tables(query.text) - own):
        whose = f"of {owners[table]}" if table in owners else "that no schema.sql of this context creates"
        yield Problem("foreign table", where, f"touches {table} {whose}")
    for expression in tree.find_all(exp.CTE) if tree else ():
        if expression.alias in own or expression.alias in owners:
            yield Problem(
                "foreign table", where, f"a WITH expression is called {expression.alias}, as a table is"
            )


def star_selects(root: Path) -> Iterator[Problem]:
    """Columns are named: a new column must not change what running statements return."""
    for folder in (package(root), root / "migrations"):
        for path in sorted(folder.rglob("*.sql")):
            for found in _STAR.finditer(visible(path.read_text(encoding="utf-8"))):
                yield Problem("select star", relative(root, path), f"`{found[0]}`: name the columns")
    for path in python_files(package(root)):
        for line, text in strings(syntax(path)):
            found_star = _STAR.search(visible(text)) if _STATEMENT.search(text) else None
            if found_star:
                what = f"line {line}: `{found_star[0]}`: name the columns"
                yield Problem("select star", relative(root, path), what)


def inline_sql(root: Path) -> Iterator[Problem]:
    """SQL stands in the queries of a store, in views and platform; elsewhere nobody would look for it."""
    for folder in ("kernel", "domain", "flows", "adapters", "entry", "simulator"):
        for path in python_files(package(root) / folder):
            for line, text in strings(syntax(path)):
                if _STATEMENT.search(visible(text)) and parsed(text.strip().rstrip(";")) is not None:
                    yield Problem(
                        "inline SQL",
                        relative(root, path),
                        f"line {line}: belongs into a queries.sql or a view",
                    )


def schema_rules(root: Path) -> Iterator[Problem]:
    """What organizations hold stays movable to another node: no trigger, no reference to another schema."""
    schemas = [path for path in sorted(package(root).rglob("*.sql")) if path.name == "schema.sql"]
    schemas += sorted((root / "migrations").glob("*.sql"))  # those in `shared` are for no organization
    for path in schemas:
        text = visible(path.read_text(encoding="utf-8"))
        where = relative(root, path)
        if _TRIGGER.search(text):
            yield Problem("schema", where, "creates a trigger")
        for reference in _ABROAD.findall(text):
            yield Problem("schema", where, f"references {reference} in another schema")
    for context in contexts(root):
        for table in sorted(created_tables(context)):
            if "." in table:
                yield Problem(
                    "schema", relative(root, context / "schema.sql"), f"names the schema of {table}"
                )
