"""The web server's application: all HTTP doors in one, made by the factory that granian (or uvicorn) calls.

The supervisor names the databases in COMMISSARY_DSN and COMMISSARY_KEYS_DSN.
"""

import os

from litestar import Litestar

from commissary.entry.api.application import api_document, api_handlers, api_problems
from commissary.entry.console.application import console_handlers
from commissary.entry.health import health_handlers
from commissary.platform.config import ConfigError, load_config, load_master_key
from commissary.platform.http.application import build_application
from commissary.platform.memory import tune_collector
from commissary.platform.telemetry import configure_logs
from commissary.wiring import Application, authenticator, build


def create() -> Litestar:
    """The application of one web process. Raises ConfigError, UndeclaredPermission."""
    config = load_config()
    configure_logs(config.log_format)
    dsn, keys_dsn = os.environ.get("COMMISSARY_DSN"), os.environ.get("COMMISSARY_KEYS_DSN")
    if not dsn or not keys_dsn:
        raise ConfigError(
            "COMMISSARY_DSN and COMMISSARY_KEYS_DSN must name the databases; `commissary up` does it."
        )
    return assemble(build(config, dsn, keys_dsn, load_master_key(config)), dsn)


def assemble(app: Application, dsn: str) -> Litestar:
    """All doors on one application, connected when it starts and disconnected when it stops."""

    async def connect() -> None:
        tune_collector()
        await app.database.open()
        await app.keystore.open()

    async def disconnect() -> None:
        await app.database.close()
        await app.keystore.close()

    problems = api_problems()
    console = console_handlers(app, api_document(app), problems)
    return build_application(
        [*api_handlers(app), *health_handlers(app, dsn), *console],
        authenticate=authenticator(app),
        problems=problems,
        on_startup=[connect],
        on_shutdown=[disconnect],
    )
