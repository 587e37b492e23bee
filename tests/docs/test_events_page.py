"""The page on events lists every fact that the program can tell, with its data.

After a change of facts, `COMMISSARY_WRITE_DOCS=1 pytest tests/docs` writes the list anew.
"""

import os
from pathlib import Path
from typing import Any

from commissary.views.events import EventKind, event_kinds

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/events.md"
BEGIN, END = "<!-- table: events -->\n", "<!-- end of table -->\n"


def _type(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _type(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(option, definitions) for option in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kind = schema.get("format") or schema.get("type", "any")
    if kind == "array":
        items = schema.get("items") or {}
        inner = _type(items, definitions) if isinstance(items, dict) and items else "any"
        return f"list of {inner}"
    if kind == "object" and "properties" in schema:
        inside = ", ".join(f"`{n}` {_type(s, definitions)}" for n, s in schema["properties"].items())
        return f"object ({inside})"
    return str(kind)


def _section(kind: EventKind) -> str:
    definitions = kind.schema.get("$defs", {})
    fields = [
        f"| `{name}` | {_type(schema, definitions)} | {'' if name in kind.schema.get('required', ()) else 'optional'} |"
        for name, schema in kind.schema["properties"].items()
    ]
    description = " ".join(kind.description.split())
    head = [
        f"### `{kind.kind}`",
        "",
        description,
        "",
        f"Subject: {kind.subject_kind}. Context: {kind.context}.",
        "",
    ]
    return "\n".join([*head, "| Field | Type | |", "|---|---|---|", *fields, ""])


def _listed() -> str:
    return "\n" + "\n".join(_section(kind) for kind in event_kinds()) + "\n"


def test_the_page_lists_every_kind_of_event() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    listed, _, after = rest.partition(END)
    if os.environ.get("COMMISSARY_WRITE_DOCS"):
        PAGE.write_text(before + BEGIN + _listed() + END + after, encoding="utf-8")
        return
    assert listed == _listed(), "write it anew with COMMISSARY_WRITE_DOCS=1"


def test_every_kind_is_told_by_one_fact_that_says_what_it_means() -> None:
    names = [kind.kind for kind in event_kinds()]
    assert len(names) == len(set(names))
    assert [kind.kind for kind in event_kinds() if not kind.description or not kind.subject_kind] == []
