"""No registry host and no path of a machine stands in a file of the repository."""

import pytest

from tests.arch.checks.tree import ROOT, listed
from tests.arch.checks.words import MACHINE_PATH, REGISTRY, forbidden_words, kept_files


def test_no_file_names_a_registry_or_a_machine() -> None:
    names = {path.name for path in kept_files(ROOT)}
    assert {"package-lock.json", "runtime.txt", "dev.txt", "README.md"} <= names
    assert listed(forbidden_words(ROOT)) == ""


@pytest.mark.parametrize("text", ["https://{}/simple", "https://files.{}/a.whl", "'{}'"])
def test_a_registry_is_recognized(text: str) -> None:
    assert REGISTRY.search(text.format(".".join(("py" + "pi", "org"))))
    assert not REGISTRY.search(text.format("commissary.example"))


@pytest.mark.parametrize("folder", ["home", "tmp", "opt", "root"])
def test_a_machine_path_is_recognized(folder: str) -> None:
    assert MACHINE_PATH.search(f"--data /{folder}/ann/orders.csv")
    assert not MACHINE_PATH.search(f"GET /v1/{folder}/ann")
    assert not MACHINE_PATH.search(f"~/{folder}/ann")
