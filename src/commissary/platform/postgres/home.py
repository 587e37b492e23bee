"""Where an installation keeps its data when nobody says otherwise.

Every installation has a name, and under it two directories: `data` for the business, `keys` for the keys that
open personal data. They are two servers: a deleted key must be gone from every log and backup of the business
data.
"""

import os
import re
from pathlib import Path

from commissary.platform.postgres.errors import PostgresError
from commissary.platform.postgres.tuning import Role

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


def default_home() -> Path:
    """The directory above all installations: `COMMISSARY_HOME`, or the usual place of this user."""
    chosen = os.environ.get("COMMISSARY_HOME")
    if chosen:
        return Path(chosen).expanduser()
    if os.geteuid() == 0:
        return Path("/var/lib/commissary")
    shared = os.environ.get("XDG_DATA_HOME")
    # The XDG rules say that a relative path is to be ignored.
    if shared and Path(shared).is_absolute():
        return Path(shared) / "commissary"
    return Path.home() / ".local" / "share" / "commissary"


def server_directory(name: str, role: Role, home: Path | None = None) -> Path:
    """The directory of one server of the installation `name`: `home/name/data` or `home/name/keys`."""
    if not _NAME.fullmatch(name):
        raise PostgresError(
            f"{name!r} cannot name an installation: use letters, digits, dots, hyphens and underscores."
        )
    return (home or default_home()) / name / role
