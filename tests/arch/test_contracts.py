"""The import contracts hold on the real tree, all of them judged."""

import configparser

from tests.arch.checks.contracts import broken_contracts, judged_contracts
from tests.arch.checks.tree import ROOT, listed


def test_no_import_contract_is_broken() -> None:
    assert listed(broken_contracts(ROOT)) == ""


def test_every_contract_of_the_file_is_judged() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / "importlinter.ini")
    written = sum(section.startswith("importlinter:contract:") for section in contracts.sections())
    assert written >= 10
    assert judged_contracts(ROOT) == written
