"""The lock files hold what pyproject.toml and package.json ask for, each with its hash."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.arch.checks.tree import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", requirement) for requirement in requirements)
    return {re.sub(r"[._-]+", "-", name[0]).lower() for name in found if name}


def locked(file: str) -> dict[str, str]:
    """Name → version of every pin."""
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("file", ["runtime.txt", "dev.txt"])
def test_every_dependency_is_locked(file: str) -> None:
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    wanted = project["dependencies"] + project["optional-dependencies"]["files"] + groups["build"]
    if file == "dev.txt":
        wanted = wanted + groups["dev"]
    assert names(wanted) - locked(file).keys() == set(), "run `make lock`"


def test_development_has_the_versions_of_production() -> None:
    assert locked("runtime.txt").items() <= locked("dev.txt").items()


@pytest.mark.parametrize("file", sorted(path.name for path in Path(ROOT, "requirements").glob("*.txt")))
def test_every_pin_has_a_hash(file: str) -> None:
    pins = re.split(
        r"^(?=[a-z0-9-]+==)", (ROOT / "requirements" / file).read_text(encoding="utf-8"), flags=re.M
    )[1:]
    assert pins
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_browser_assets_are_locked_with_hashes_and_without_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert packages.pop("")["dependencies"] == wanted
    assert {f"node_modules/{name}" for name in wanted} <= packages.keys()
    assert [
        name for name, package in packages.items() if "integrity" not in package or "resolved" in package
    ] == []
