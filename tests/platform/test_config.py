"""Settings of an installation: good ones are taken, bad ones are refused by their name, and no secret is shown."""

import base64
import stat
from pathlib import Path

import pytest

from commissary.platform.config import ConfigError, load_config, load_master_key

KEY = base64.b64encode(b"k" * 32).decode()
# environment                                         attribute, value
GOOD: list[tuple[dict[str, str], str, object]] = [
    ({}, "port", 8300),
    ({}, "host", "127.0.0.1"),
    ({}, "database_url", None),
    ({"DATABASE_URL": ""}, "database_url", None),
    ({"COMMISSARY_PORT": "80"}, "port", 80),
    ({"COMMISSARY_NAME": "demo"}, "name", "demo"),
    ({"COMMISSARY_WORKERS": "3"}, "workers", 3),
    ({"COMMISSARY_WEBHOOKS_ALLOW_LOOPBACK": "1"}, "webhooks_allow_loopback", True),
    ({"COMMISSARY_WEBHOOKS_ALLOW_LOOPBACK": "yes"}, "webhooks_allow_loopback", False),
]
BAD = [
    {"COMMISSARY_PORT": "0"},
    {"COMMISSARY_PORT": "65536"},
    {"COMMISSARY_PORT": "-1"},
    {"COMMISSARY_PORT": "٣"},
    {"COMMISSARY_PORT": ""},
    {"COMMISSARY_PORT": "80 "},
    {"COMMISSARY_PORT": "9" * 5000},
    {"COMMISSARY_WORKERS": "many"},
    {"COMMISSARY_WORKERS": "65"},
]


@pytest.mark.parametrize(("environment", "attribute", "value"), GOOD)
def test_good_settings(environment: dict[str, str], attribute: str, value: object) -> None:
    assert getattr(load_config(environment), attribute) == value


@pytest.mark.parametrize("environment", BAD, ids=lambda environment: str(environment)[:40])
def test_bad_settings_are_named(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(environment))):
        load_config(environment)


def test_name_given_by_a_command_goes_before_the_environment(tmp_path: Path) -> None:
    config = load_config({"COMMISSARY_NAME": "demo", "COMMISSARY_HOME": str(tmp_path)}, name="other")
    assert config.directory == tmp_path / "other"


def test_master_key_is_made_once_and_private(tmp_path: Path) -> None:
    config = load_config({"COMMISSARY_HOME": str(tmp_path)})
    key = load_master_key(config, {})
    assert len(key) == 32
    assert load_master_key(config, {}) == key
    mode = stat.S_IMODE((config.directory / "master.key").stat().st_mode)
    assert mode == 0o600


def test_master_key_of_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    config = load_config({"COMMISSARY_HOME": str(tmp_path)})
    assert load_master_key(config, {"COMMISSARY_MASTER_KEY": KEY}) == b"k" * 32
    assert not (config.directory / "master.key").exists()


@pytest.mark.parametrize("text", ["", "secret", KEY[:-4], "é" * 44, base64.b64encode(b"k" * 31).decode()])
def test_bad_master_key_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    config = load_config({"COMMISSARY_HOME": str(tmp_path)})
    with pytest.raises(ConfigError, match="COMMISSARY_MASTER_KEY") as refused:
        load_master_key(config, {"COMMISSARY_MASTER_KEY": text})
    assert not text or text not in str(refused.value)
