"""An installation for the length of one command: its servers running, an application opened on them."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from commissary.platform.config import Config, load_config, load_master_key
from commissary.platform.installation import Addresses, Installation
from commissary.wiring import Application, build, open_application

T = TypeVar("T")


@contextmanager
def running(config: Config | None = None) -> Iterator[tuple[Config, Addresses]]:
    """The installation's databases; servers that this command had to start are stopped again."""
    config = config or load_config()
    installation = Installation(config)
    was_running = installation.is_running()
    addresses = installation.start()
    try:
        if not was_running:
            installation.prepare()
        yield config, addresses
    finally:
        if not was_running:
            installation.stop()


async def with_application(
    config: Config, addresses: Addresses, work: Callable[[Application], Awaitable[T]]
) -> T:
    """Run `work` with an opened application."""
    application = build(config, addresses.dsn, addresses.keys_dsn, load_master_key(config), pool_size=4)
    async with open_application(application):
        return await work(application)
