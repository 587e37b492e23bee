"""A system for pages of the documentation to run against, as `make up` gives one to a reader."""

import base64
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from commissary.platform.config import load_config
from commissary.platform.migrate import create_organization
from commissary.wiring import build, open_application
from tests.doors import api, new_key, serve

_MASTER_KEY = b"k" * 32


@pytest.fixture
async def reader(
    request: pytest.FixtureRequest, organization_dsn: str, _keys_database: str, tmp_path: Path
) -> AsyncIterator[dict[str, str]]:
    """The environment of a reader's shell: a new organization `main`, its first key, and the commands on the path."""
    create_organization(organization_dsn, "main", "Main")
    environment = {
        "DATABASE_URL": organization_dsn,
        "KEYS_DATABASE_URL": _keys_database,
        "COMMISSARY_HOME": str(tmp_path / "commissary"),
        "COMMISSARY_MASTER_KEY": base64.b64encode(_MASTER_KEY).decode(),
        "COMMISSARY_WEBHOOKS_ALLOW_LOOPBACK": "1" if "webhooks" in request.node.name else "",
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "NO_COLOR": "1",
        "COLUMNS": "120",
    }
    application = build(load_config(environment), organization_dsn, _keys_database, _MASTER_KEY)
    async with open_application(application), serve(api(application)) as address:
        key = await new_key(application, "main")
        yield {**environment, "COMMISSARY": address, "KEY": key}
