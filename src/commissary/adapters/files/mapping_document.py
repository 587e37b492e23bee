"""Mapping files are YAML, read as YAML 1.2 means it: `NO` is Norway and not false, 12:30 a text, a key stands once."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml


class DocumentError(Exception):
    """The mapping file is no YAML that can be read; the message is the sentence for people."""


class _Loader(yaml.SafeLoader):
    """Without the booleans, dates and base-60 numbers of YAML 1.1."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise DocumentError(
                        f"line {key.start_mark.line + 1}: the key {key.value!r} stands twice."
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _resolve(tag: str, pattern: str, first: Iterable[str]) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first))


_resolve("bool", r"true|false", "tf")
_resolve("null", r"null|~|", ["n", "~", ""])
_resolve("int", r"[+-]?(?:0|[1-9][0-9]*)", "+-0123456789")
_resolve("float", r"[+-]?[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?", "+-0123456789")


def read_mapping_document(path: Path) -> object:
    """What the YAML says. Raises DocumentError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DocumentError(f"The mapping {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise DocumentError(f"The mapping {path.name} is not UTF-8.") from None
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise DocumentError(f"{path.name}, {where}{getattr(error, 'problem', None) or 'no YAML'}.") from None
    except DocumentError as error:
        raise DocumentError(f"{path.name}, {error}") from None
