"""The worker as the supervisor starts it: a process with its settings from the environment, told to stop or killed."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from commissary.domain.integrations.types import CreateEndpoint
from commissary.flows.integrations.create_endpoint import create_endpoint
from commissary.platform.sealing import installation_seal
from tests.adapters.webhooks.receiver import receiver
from tests.conftest import Organization
from tests.entry.worker.test_webhooks import tell
from tests.platform.test_outbox import Counted


@asynccontextmanager
async def process(organization: Organization, keys_dsn: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        **os.environ,
        "COMMISSARY_DSN": organization.dsn,
        "COMMISSARY_KEYS_DSN": keys_dsn,
        "COMMISSARY_MASTER_KEY": base64.b64encode(organization.app.master_key).decode(),
        "COMMISSARY_WEBHOOKS_ALLOW_LOOPBACK": "1",
        "COMMISSARY_LOG": "json",
    }
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "commissary.entry.worker", env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


@pytest.mark.parametrize(
    "how", [signal.SIGTERM, signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)]
)
async def test_stopped_or_killed_the_next_worker_goes_on(
    organization: Organization, empty_keys_database: str, how: signal.Signals
) -> None:
    from commissary.platform.keystore import prepare_keystore

    prepare_keystore(empty_keys_database)
    async with receiver() as hook:
        seal = installation_seal(organization.app.master_key)
        async with organization.app.database.transaction(organization.name) as db:
            await create_endpoint(db, "test", CreateEndpoint(hook.url), catalog=(), seal=seal)
        await tell(organization, Counted("a", 1))
        async with process(organization, empty_keys_database) as first:
            await hook.until(1, seconds=30)
            first.send_signal(how)
            code = await asyncio.wait_for(first.wait(), 30)
            assert first.stderr is not None
            told = (await first.stderr.read()).decode()
        assert code == (-signal.SIGKILL if how is signal.SIGKILL else 0), told
        assert ("worker.stopped" in told) == (how is not signal.SIGKILL)
        if how is signal.SIGKILL:
            await tell(organization, Counted("b", 2))
            async with process(organization, empty_keys_database):
                # At the latest when the dead one's heart has been silent for half a minute.
                await hook.until(2, seconds=75)


async def test_without_a_database_it_says_which_setting_is_missing() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "COMMISSARY_DSN"}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "commissary.entry.worker", env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, told = await running.communicate()
    assert running.returncode == 1
    assert "COMMISSARY_DSN" in told.decode()
