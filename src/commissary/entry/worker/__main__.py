"""`python -m commissary.entry.worker`: a worker with its settings from the environment.

The supervisor names the databases in COMMISSARY_DSN and COMMISSARY_KEYS_DSN; everything else is as in `config`.
"""

import asyncio
import os
import sys

from commissary.entry.worker.run import run_worker
from commissary.platform.config import ConfigError, load_config, load_master_key
from commissary.platform.telemetry import configure_logs
from commissary.wiring import build, open_application

_POOL_SIZE = 12


async def _main() -> None:
    config = load_config()
    configure_logs(config.log_format)
    dsn, keys_dsn = _required("COMMISSARY_DSN"), _required("COMMISSARY_KEYS_DSN")
    application = build(config, dsn, keys_dsn, load_master_key(config), pool_size=_POOL_SIZE)
    async with open_application(application):
        await run_worker(application, dsn)


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ConfigError(f"{name} is not set; it names the database that the worker works with.")
    return value


if __name__ == "__main__":
    try:
        asyncio.run(_main())
    except ConfigError as error:
        sys.exit(str(error))
