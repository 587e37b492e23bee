"""`commissary import`: items, locations, stock and orders from files; good rows go in, the others into a report.

Exit code 0: every row went in. 2: some did not, or not as they stand; the report says which. 1: nothing could be done.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as Listing

from commissary.adapters.files.mapping_document import DocumentError
from commissary.adapters.files.refusal_report import RefusalReport
from commissary.adapters.files.tables.table import FileError
from commissary.domain.integrations.rules.mapping_fields import Entity
from commissary.domain.integrations.rules.mapping_words import MappingError
from commissary.domain.inventory.types import FeedMode
from commissary.entry.cli.importing.derive import derive
from commissary.entry.cli.importing.orders import import_orders
from commissary.entry.cli.importing.progress import Progress
from commissary.entry.cli.importing.records import Feed, import_items, import_locations, import_stock
from commissary.entry.cli.importing.run import Run
from commissary.entry.cli.importing.source import Source, open_source
from commissary.entry.cli.session import running, with_application
from commissary.platform.rehearsal import rehearsal
from commissary.wiring import Application

commands = typer.Typer(help="Import items, locations, stock and orders from files.", no_args_is_help=True)
_FAILURES = (FileError, MappingError, DocumentError)

_File = Annotated[Path, typer.Argument(help="CSV, NDJSON or Parquet.", show_default=False)]
_Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", help="YAML: which column feeds which field. Without: columns named as fields."),
]
_Organization = Annotated[str, typer.Option(help="Whose data.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Do everything, and undo it at the end.")]
_Report = Annotated[
    Path | None,
    typer.Option("--report", help="Where refused rows are written; by default FILE.refused.csv here."),
]
Work = Callable[[Run, Source], Awaitable[None]]


@commands.command("items")
def items(
    file: _File,
    mapping: _Mapping = None,
    organization: _Organization = "main",
    dry_run: _DryRun = False,
    report: _Report = None,
) -> None:
    """Create items, or replace what is known of them."""
    _run(file, mapping, Entity.ITEMS, organization, dry_run, report, import_items)


@commands.command("locations")
def locations(
    file: _File,
    mapping: _Mapping = None,
    organization: _Organization = "main",
    dry_run: _DryRun = False,
    report: _Report = None,
) -> None:
    """Create locations, or replace what is known of them."""
    _run(file, mapping, Entity.LOCATIONS, organization, dry_run, report, import_locations)


@commands.command("stock")
def stock(
    file: _File,
    mapping: _Mapping = None,
    organization: _Organization = "main",
    dry_run: _DryRun = False,
    report: _Report = None,
    mode: Annotated[
        FeedMode, typer.Option(help="full: rows say what is on hand. delta: what came or went.")
    ] = FeedMode.FULL,
    source: Annotated[str, typer.Option(help="Who says so; sequences are counted for each source.")] = "file",
    sequence: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10**14,
            help="Grows with each file. Needed for delta; for full, by default the time.",
        ),
    ] = None,
) -> None:
    """Take in a stock file, full or delta."""
    if mode is FeedMode.DELTA and sequence is None:
        raise typer.BadParameter(
            "a delta needs one, so that the same file twice counts once", param_hint="--sequence"
        )

    async def work(run: Run, rows: Source) -> None:
        async with run.app.database.transaction(run.organization, read_only=True) as db:
            now = int(db.now.timestamp() * 1000)
        await import_stock(run, rows, Feed(source, sequence or now, mode))

    _run(file, mapping, Entity.STOCK, organization, dry_run, report, work)


@commands.command("orders")
def orders(
    file: _File,
    mapping: _Mapping = None,
    organization: _Organization = "main",
    dry_run: _DryRun = False,
    report: _Report = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Location where lines that name no place are reserved.")
    ] = None,
    derive_items: Annotated[
        bool, typer.Option("--derive-items", help="Make items that the lines name and that are missing.")
    ] = False,
    derive_stock: Annotated[
        str | None,
        typer.Option(
            "--derive-stock",
            metavar="LOCATION",
            help="Raise stock to what is ordered; here for lines without a place.",
        ),
    ] = None,
) -> None:
    """Capture orders, and cancel what the file's credits take back."""

    async def work(run: Run, source: Source) -> None:
        if derive_items or derive_stock is not None:
            await derive(run, source, items=derive_items, stock_at=derive_stock)
        await import_orders(run, source, at or derive_stock)

    _run(file, mapping, Entity.ORDERS, organization, dry_run, report, work)


def _run(
    file: Path,
    mapping: Path | None,
    entity: Entity,
    organization: str,
    dry_run: bool,
    report: Path | None,
    work: Work,
) -> None:
    console = Console()
    report_path = report or Path(f"{file.name}.refused.csv")
    try:
        if report_path.resolve() in {file.resolve(), mapping and mapping.resolve()}:
            raise FileError("The report would overwrite what is imported.")
        source = open_source(file, mapping, entity)
        with (
            running() as (config, addresses),
            RefusalReport(report_path) as refusals,
            Progress(console) as progress,
        ):

            async def perform(app: Application) -> Run:
                run = Run(app, organization, file.name, refusals, progress)
                await (_rehearse(run, source, work) if dry_run else work(run, source))
                return run

            run = asyncio.run(with_application(config, addresses, perform))
    except _FAILURES as error:
        console.print(f"commissary: {error}", soft_wrap=True, highlight=False, markup=False)
        raise typer.Exit(1) from None
    _summary(console, run, dry_run)
    if not run.clean:
        raise typer.Exit(2)


async def _rehearse(run: Run, source: Source, work: Work) -> None:
    real = run.app
    async with rehearsal(real.database, real.keystore, run.organization) as (database, keystore):
        run.app = dataclasses.replace(real, database=database, keystore=keystore)
        await work(run, source)


def _summary(console: Console, run: Run, dry_run: bool) -> None:
    listing = Listing("outcome", "count", title="Dry run: nothing was written" if dry_run else None)
    listing.columns[1].justify = "right"
    for words, count in run.tally.items():
        if count:
            listing.add_row(words, f"{count:,}")
    console.print(listing)
    if not run.clean:
        console.print(f"Refused rows: {run.report.path}", soft_wrap=True, highlight=False, markup=False)
