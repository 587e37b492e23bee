"""Every setting that the program reads from the environment stands in the page on configuration and in the README."""

import inspect
import re

import pytest

from commissary.platform import config
from tests.docs.pages import ROOT

_SETTING = re.compile(r"\b(?:COMMISSARY_[A-Z_]+|(?:KEYS_)?DATABASE_URL)\b")


@pytest.mark.parametrize("name", ["docs/reference/configuration.md", "README.md"])
def test_every_setting_is_explained(name: str) -> None:
    read = set(_SETTING.findall(inspect.getsource(config)))
    assert len(read) > 8
    rows = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    explained = set(_SETTING.findall("\n".join(row.split(" | ")[0] for row in rows)))
    assert explained == read
