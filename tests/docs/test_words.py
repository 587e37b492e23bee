"""The API speaks the words of the glossary: property names and problem codes are made of known words.

A word is known when the glossary has it, or when `known_words.txt` lists it with the reason why it needs no entry. A
word that nothing uses any more leaves that list.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from commissary.entry.api.application import api_document
from commissary.entry.api.refusals import all_problems
from commissary.platform.config import load_config
from commissary.wiring import build
from tests.docs.pages import ROOT

GLOSSARY = ROOT / "docs/glossary.md"
KNOWN = Path(__file__).with_name("known_words.txt")


@cache
def _glossary() -> frozenset[str]:
    words = set(re.findall(r"[a-z][a-z0-9]*", GLOSSARY.read_text(encoding="utf-8").lower()))
    return frozenset(words)


def _allowed() -> dict[str, str]:
    """Word → reason. A line is `reason: word word …`."""
    allowed: dict[str, str] = {}
    for line in KNOWN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            reason, _, words = line.partition(":")
            for word in words.split():
                assert word not in allowed, f"{word} stands twice"
                allowed[word] = reason
    return allowed


def _is_in_glossary(word: str) -> bool:
    known = _glossary()
    singular = {word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word)}
    return word in known or bool(singular & known) or f"{word}s" in known


def _properties(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(_properties, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own.union(*map(_properties, schema.values()))


def _used() -> dict[str, str]:
    """Word → a name that uses it."""
    config = load_config({"COMMISSARY_HOME": "nowhere"}, name="words")
    document = api_document(build(config, "", "", b"k" * 32))
    parameters = {
        parameter["name"]
        for path in document["paths"].values()
        for operation in path.values()
        for parameter in operation["parameters"]
        if parameter["in"] in ("query", "path")
    }
    names = _properties(document["components"]["schemas"]) | parameters | set(all_problems())
    return {word: name for name in sorted(names) for word in re.findall(r"[a-z]+\d*", name.lower())}


def test_the_api_uses_known_words() -> None:
    allowed = _allowed()
    unknown = {w: n for w, n in _used().items() if w not in allowed and not _is_in_glossary(w)}
    assert unknown == {}, "put them into the glossary, or into known_words.txt with a reason"


def test_the_list_of_other_words_holds_no_more_than_is_used() -> None:
    used = _used()
    assert [word for word in _allowed() if word not in used or _is_in_glossary(word)] == []
