"""`commissary listen`: events as they happen, in an order in which none is skipped, until Ctrl-C.

It reads the database itself: whoever runs the installation needs no key to watch it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from commissary.entry.cli.session import running
from commissary.platform import outbox
from commissary.platform.db import Database
from commissary.platform.outbox import Event, Followed

_PAUSE_S = 0.3
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def listen(
    kinds: Annotated[
        list[str] | None,
        typer.Argument(help="Kinds of events, such as order.captured or order.*; none: all."),
    ] = None,
    organization: Annotated[str, typer.Option(help="Whose events.")] = "main",
    since: Annotated[
        str | None,
        typer.Option(help="Begin in the past: 15m, 2h, 7d, or an instant such as 2026-05-01T08:00Z."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print events as they happen."""
    console = Console(highlight=False, soft_wrap=True)
    show = _json_printer(console) if as_json else _line_printer(console)
    with running() as (_, addresses):
        try:
            asyncio.run(_listen(addresses.dsn, organization, kinds or [], since, show))
        except KeyboardInterrupt:
            return


async def follow_events(
    database: Database, organization: str, kinds: Sequence[str] = (), since: str | None = None
) -> AsyncIterator[Followed]:
    """Events of these kinds (none named: all) for ever, from now on or from an earlier instant."""
    async with database.transaction(organization, read_only=True) as db:
        if since is None:
            transaction, sequence = await outbox.latest_position(db)
        else:
            transaction, sequence = await outbox.position_since(db, instant(since, db.now))
    while True:
        async with database.transaction(organization, read_only=True) as db:
            found = await outbox.follow(db, transaction, sequence)
        for followed in found:
            transaction, sequence = followed.transaction, followed.sequence
            if not kinds or any(_matches(followed.event.kind, kind) for kind in kinds):
                yield followed
        if not found:
            await asyncio.sleep(_PAUSE_S)


def instant(text: str, now: datetime) -> datetime:
    """`15m` before now, or an instant of ISO 8601 (UTC when it names no zone). Raises typer.BadParameter."""
    number, unit = text[:-1], text[-1:]
    if number.isascii() and number.isdigit() and unit in _UNITS and len(number) < 8:
        return now - timedelta(seconds=int(number) * _UNITS[unit])
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is neither a span such as 15m nor an instant", param_hint="--since"
        ) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


async def _listen(
    dsn: str, organization: str, kinds: Sequence[str], since: str | None, show: Callable[[Event], None]
) -> None:
    database = Database(dsn, max_size=1)
    await database.open()
    try:
        async for followed in follow_events(database, organization, kinds, since):
            show(followed.event)
    finally:
        await database.close()


def _matches(kind: str, wanted: str) -> bool:
    return kind.startswith(wanted[:-1]) if wanted.endswith(".*") else kind == wanted


def _line_printer(console: Console) -> Callable[[Event], None]:
    def show(event: Event) -> None:
        data = json.loads(event.data)
        data.pop("subject", None)
        details = "  ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in data.items())
        console.print(
            Text.assemble(
                (event.at.strftime("%H:%M:%S.%f")[:-3], "dim"), "  ", (f"{event.kind:<32}", "bold cyan"), " ",
                (event.subject_id, "bold"), "  ", details, "  ", (f"by {event.actor}", "dim"),
            )
        )  # fmt: skip

    return show


def _json_printer(console: Console) -> Callable[[Event], None]:
    def show(event: Event) -> None:
        line = {
            **event._asdict(),
            "id": str(event.id),
            "at": event.at.isoformat(),
            "data": json.loads(event.data),
        }
        console.file.write(json.dumps(line, ensure_ascii=False) + "\n")
        console.file.flush()

    return show
