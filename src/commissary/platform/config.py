"""Settings of an installation: from the environment, with defaults that work on one machine without any.

| variable | meaning |
|---|---|
| COMMISSARY_HOME | where named data directories live |
| COMMISSARY_NAME | which of them (default `main`; the demo uses `demo`) |
| DATABASE_URL | an existing PostgreSQL ≥ 16 instead of the embedded one |
| KEYS_DATABASE_URL | another server for the keys of persons; never the same as DATABASE_URL's |
| COMMISSARY_MASTER_KEY | 32 bytes in base64; else a file `master.key` in the named directory |
| COMMISSARY_HOST, COMMISSARY_PORT | where the doors listen (127.0.0.1:8300) |
| COMMISSARY_WORKERS | API processes (default: one for each core, at most 4) |
| COMMISSARY_LOG | `console` or `json` |
| COMMISSARY_WEBHOOKS_ALLOW_LOOPBACK | `1`: webhooks may go to this machine, and without TLS; for tests and the demo |
| COMMISSARY_WORKER_METRICS_PORT | where each worker serves its metrics, on 127.0.0.1 (default: nowhere) |
"""

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from commissary.platform.postgres import default_home


class ConfigError(Exception):
    """A setting that cannot be used; the message names it and says how to mend it."""


@dataclass(frozen=True, slots=True)
class Config:
    home: Path
    name: str
    database_url: str | None
    keys_database_url: str | None
    host: str
    port: int
    workers: int
    log_format: str
    webhooks_allow_loopback: bool = False
    worker_metrics_port: int = 0

    @property
    def directory(self) -> Path:
        """The named data directory: embedded servers, master key, logs."""
        return self.home / self.name

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"


def _whole_number(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environment.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not low <= int(text) <= high:
        raise ConfigError(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def load_config(environment: Mapping[str, str] | None = None, *, name: str | None = None) -> Config:
    """Settings from the environment. Raises ConfigError with the variable's name."""
    environment = os.environ if environment is None else environment
    home = environment.get("COMMISSARY_HOME")
    return Config(
        home=Path(home) if home else default_home(),
        name=name or environment.get("COMMISSARY_NAME", "main"),
        database_url=environment.get("DATABASE_URL") or None,
        keys_database_url=environment.get("KEYS_DATABASE_URL") or None,
        host=environment.get("COMMISSARY_HOST", "127.0.0.1"),
        port=_whole_number(environment, "COMMISSARY_PORT", 8300, 1, 65535),
        workers=_whole_number(environment, "COMMISSARY_WORKERS", min(4, os.cpu_count() or 1), 1, 64),
        log_format=environment.get("COMMISSARY_LOG", "console"),
        webhooks_allow_loopback=environment.get("COMMISSARY_WEBHOOKS_ALLOW_LOOPBACK") == "1",
        worker_metrics_port=_whole_number(environment, "COMMISSARY_WORKER_METRICS_PORT", 0, 0, 65535),
    )


def load_master_key(config: Config, environment: Mapping[str, str] | None = None) -> bytes:
    """The 32-byte key that wraps every person's key; made once when neither variable nor file has it."""
    environment = os.environ if environment is None else environment
    text = environment.get("COMMISSARY_MASTER_KEY")
    path = config.directory / "master.key"
    if text is None:
        if not path.exists():
            config.directory.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(base64.b64encode(secrets.token_bytes(32)).decode())
        text = path.read_text().strip()
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ConfigError("COMMISSARY_MASTER_KEY (or the file master.key) must be 32 bytes in base64.")
    return key
