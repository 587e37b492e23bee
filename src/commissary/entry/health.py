"""For those who watch: is this process alive, can it serve, and its figures."""

import asyncio
import os
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from commissary.domain.security.types import Permission
from commissary.platform.errors import Unavailable
from commissary.platform.http.caller import PUBLIC
from commissary.platform.migrate import MigrationError, pending_migrations
from commissary.platform.telemetry import REGISTRY
from commissary.wiring import Application


def health_handlers(app: Application, dsn: str) -> list[HTTPRouteHandler]:
    """`/livez` needs nothing; `/readyz` asks both databases and the migrations; `/metrics` needs a permission."""

    async def live() -> ASGIResponse:
        return _json({"status": "alive"})

    async def ready() -> ASGIResponse:
        checks = {
            "database": await _check(_ask_database(app)),
            "keystore": await _check(app.keystore.get("", [])),
            "migrations": await _check(_no_migrations_pending(dsn)),
        }
        good = all(result == "ok" for result in checks.values())
        return _json({"status": "ready" if good else "not ready", "checks": checks}, 200 if good else 503)

    async def metrics() -> ASGIResponse:
        registry = REGISTRY
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return ASGIResponse(body=generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [
        HTTPRouteHandler("/livez", http_method=["GET"], opt={"permission": PUBLIC})(live),
        HTTPRouteHandler("/readyz", http_method=["GET"], opt={"permission": PUBLIC})(ready),
        HTTPRouteHandler("/metrics", http_method=["GET"], opt={"permission": Permission.SETTINGS_READ})(
            metrics
        ),
    ]


async def _check(question: Any) -> str:
    try:
        await asyncio.wait_for(question, timeout=3)
    except TimeoutError:
        return "no answer within 3 s"
    except Unavailable as error:
        return error.what
    except MigrationError as error:
        return str(error)
    return "ok"


async def _ask_database(app: Application) -> None:
    async with app.database.shared():
        pass


async def _no_migrations_pending(dsn: str) -> None:
    pending = await asyncio.to_thread(pending_migrations, dsn)
    if pending:
        raise Unavailable(f"{len(pending)} migrations have not run; run `commissary migrate`.")


def _json(body: object, status: int = 200) -> ASGIResponse:
    return ASGIResponse(body=msgspec.json.encode(body), status_code=status, media_type="application/json")
