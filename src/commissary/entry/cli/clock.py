"""Move the clock of a test organization."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console

from commissary.entry.cli.session import running, with_application
from commissary.platform.clock import advance
from commissary.wiring import Application

commands = typer.Typer(help="Move the clock of a test organization.", no_args_is_help=True)
_console = Console()


@commands.command("advance")
def advance_clock(
    organization: Annotated[str, typer.Argument()],
    hours: Annotated[float, typer.Option(min=0)] = 0,
    days: Annotated[float, typer.Option(min=0)] = 0,
) -> None:
    """Move an organization's clock forward; only a test organization has one that moves."""

    async def work(app: Application) -> bool:
        return await advance(app.database, organization, timedelta(hours=hours, days=days))

    with running() as (config, addresses):
        moved = asyncio.run(with_application(config, addresses, work))
    if not moved:
        _console.print(f"{organization} is no test organization, or the step is not forward.")
        raise typer.Exit(1)
    _console.print(f"The clock of {organization} moved {days:g} days and {hours:g} hours forward.")
