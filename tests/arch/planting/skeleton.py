"""The copy: the real sources, plus a tannery and a cooperage that keep every rule.

Breaches are planted between these two, so that no test depends on what the real contexts are called, while
the rules are still judged on the whole real tree.
"""

import shutil
from pathlib import Path

TRADES = ("tannery", "cooperage")

_DOC = '"""Made up, to see a rule of the house hold."""\n'

_CONTEXT = {
    "__init__.py": "",
    "README.md": "# Made up\n",
    "types.py": _DOC + "from typing import NamedTuple\n\n\nclass Hide(NamedTuple):\n    number: int\n",
    "rules/__init__.py": "",
    "rules/age.py": _DOC + "from commissary.domain.{trade}.types import Hide\n\nHIDE = Hide(1)\n",
    "store.py": _DOC + "from commissary.domain.{trade}.types import Hide\n\nHIDE = Hide(1)\n",
    "schema.sql": "CREATE TABLE {trade}_hide (id uuid PRIMARY KEY, number integer NOT NULL);\n",
    "queries.sql": "-- name: hides\n-- All of them.\nSELECT id, number FROM {trade}_hide ORDER BY number;\n",
}

_TRADE = {
    "flows/{trade}/__init__.py": "",
    "flows/{trade}/tan.py": _DOC + "from commissary.domain.{trade}.store import HIDE\n\nTANNED = HIDE\n",
    "flows/{trade}/cut.py": _DOC + "from commissary.domain.{trade}.store import HIDE\n\nCUT = HIDE\n",
    "adapters/{trade}/__init__.py": "",
    "adapters/{trade}/knife.py": _DOC + "SHARP = True\n",
    "adapters/{trade}/vat.py": _DOC + "FULL = True\n",
    "views/{trade}_board.py": _DOC + 'QUERY = "SELECT number FROM {trade}_hide"\n',
    "entry/{trade}/__init__.py": "",
    "entry/{trade}/gate.py": _DOC + "from commissary.flows.{trade}.tan import TANNED\n\nOPEN = TANNED\n",
}


def copy_tree(root: Path, copy: Path) -> None:
    """The real tree at `root`, with the two trades, at `copy`."""
    for folder in ("src", "migrations"):
        shutil.copytree(root / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    shutil.copy(root / "importlinter.ini", copy)
    package = copy / "src" / "commissary"
    for trade in TRADES:
        for name, text in _CONTEXT.items():
            write(package / "domain" / trade / name, text.replace("{trade}", trade))
        for name, text in _TRADE.items():
            write(package / name.replace("{trade}", trade), text.replace("{trade}", trade))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
