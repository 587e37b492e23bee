"""The page on the command line lists every command with its arguments and options, as the program knows them."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer.main

from commissary.entry.cli.main import application
from tests.docs.pages import ROOT
from tests.docs.written import compare_or_write

PAGE = ROOT / "docs/reference/cli.md"
_WORDS = {int: "whole number", float: "number", Path: "file"}


def _commands(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command
        return
    for name, child in inner.items():
        yield from _commands(child, (*words, name))


def _type(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    if getattr(parameter, "is_flag", False):
        return ""
    if issubclass(annotation, Enum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    return _WORDS.get(annotation, "text")


def _row(parameter: Any) -> str:
    flags = [*parameter.opts, *parameter.secondary_opts]
    option = flags[0].startswith("-")
    several = parameter.nargs == -1 or parameter.multiple
    name = ", ".join(f"`{flag}`" for flag in flags) if option else f"`{parameter.name.upper()}`"
    default = getattr(parameter.default, "value", parameter.default)
    note = "required" if parameter.required else f"default `{default}`" if default else ""
    says = " ".join((parameter.help or "").split())
    return f"| {name}{' …' if several else ''} | {_type(parameter)} | {says} | {note} |"


def _section(words: tuple[str, ...], command: Any) -> str:
    lines = [f"### `{' '.join(words)}`", "", " ".join((command.help or "").split()), ""]
    parameters = [p for p in command.params if p.name != "help" and not getattr(p, "hidden", False)]
    if parameters:
        lines += ["| | Value | Meaning | |", "|---|---|---|---|", *[_row(p) for p in parameters], ""]
    return "\n".join(lines)


def test_the_page_lists_every_command() -> None:
    root = typer.main.get_command(application)
    sections = [_section(words, command) for words, command in _commands(root, ("commissary",))]
    compare_or_write(PAGE, "commands", "\n" + "\n".join(sections) + "\n")


def test_every_command_says_what_it_does() -> None:
    root = typer.main.get_command(application)
    assert [words for words, command in _commands(root, ()) if not command.help] == []
