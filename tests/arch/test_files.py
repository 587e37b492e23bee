"""Names, places and lengths of files on the real tree.

what                  at most
lines of a file       400
lines of a function    70
"""

import pytest

from tests.arch.checks import files
from tests.arch.checks.tree import ROOT, contexts, listed, package, python_files


def test_the_package_is_eight_folders_and_the_wiring() -> None:
    assert listed(files.layout(ROOT)) == ""


def test_every_folder_of_modules_is_seen_by_the_contracts() -> None:
    assert listed(files.packages(ROOT)) == ""


def test_no_file_has_a_name_that_would_take_anything() -> None:
    assert listed(files.forbidden_names(ROOT)) == ""


def test_files_and_functions_fit_one_sitting() -> None:
    assert len(python_files(package(ROOT))) > 8
    assert listed(files.lengths(ROOT)) == ""


def test_every_module_says_what_lives_in_it() -> None:
    assert listed(files.docstrings(ROOT)) == ""


def test_contexts_have_the_same_few_files() -> None:
    assert contexts(ROOT)
    assert listed(files.context_files(ROOT)) == ""


def test_migrations_are_numbered() -> None:
    assert listed(files.migration_names(ROOT)) == ""


@pytest.mark.parametrize("name", ["0001_start.sql", "0412_add_slot_to_promise.sql"])
def test_a_good_migration_name(name: str) -> None:
    assert files.MIGRATION_NAME.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["1_start.sql", "0001-start.sql", "0001_Start.sql", "0001_start.py", "0001_.sql"]
)
def test_a_bad_migration_name(name: str) -> None:
    assert not files.MIGRATION_NAME.fullmatch(name)
