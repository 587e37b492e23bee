"""`commissary doctor`: what is wrong with this installation, and how to mend it. It looks, and changes nothing."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from commissary.platform.checkup import (
    Finding,
    Level,
    checkout_root,
    machine_findings,
    problem,
    warning,
    well,
)
from commissary.platform.config import Config, ConfigError, load_config, load_master_key
from commissary.platform.db import Database
from commissary.platform.errors import Unavailable
from commissary.platform.installation import Addresses, Installation
from commissary.platform.keystore import KeyStore
from commissary.platform.maintenance import list_organizations
from commissary.platform.migrate import MigrationError, pending_migrations
from commissary.views.invariants import check_invariants
from commissary.views.server_health import ServerFacts, has_key_store, organization_facts, server_facts

OLDEST_MAJOR = 16
MOST_SKEW = timedelta(seconds=5)
_STYLE = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, for programs.")] = False,
) -> None:
    """Look for what is wrong with this installation; exit code 1 when something is."""
    config = load_config()
    findings = asyncio.run(examine(config))
    if as_json:
        sys.stdout.write(msgspec.json.encode([finding._asdict() for finding in findings]).decode() + "\n")
    else:
        _show(findings, Console())
    if any(finding.level is Level.PROBLEM for finding in findings):
        raise typer.Exit(1)


async def examine(config: Config) -> list[Finding]:
    """Every finding, the machine's first."""
    findings = await asyncio.to_thread(lambda: list(machine_findings(config, os.environ, checkout_root())))
    installation = Installation(config)
    if not installation.is_running():
        mend = "Start them with `commissary up`, then look again."
        return [*findings, warning("servers", "not running: what is in them was not looked at", mend)]
    addresses = installation.addresses()
    return [*findings, *await _databases(config, addresses)]


async def _databases(config: Config, addresses: Addresses) -> list[Finding]:
    findings: list[Finding] = []
    systems = []
    for name, dsn in (("data server", addresses.dsn), ("key server", addresses.keys_dsn)):
        try:
            async with _opened(dsn) as database, database.shared() as db:
                facts = await server_facts(db)
        except Unavailable as error:
            variable = "DATABASE_URL" if name == "data server" else "KEYS_DATABASE_URL"
            mend = f"Start that server, or correct {variable}."
            return [*findings, problem(name, error.what, mend)]
        systems.append(facts.system)
        findings += server_findings(name, facts, datetime.now(UTC))
    if systems[0] == systems[1]:
        mend = (
            "Give KEYS_DATABASE_URL a server of its own: else an erased key lives on in the data's backups."
        )
        findings.append(problem("keys", "keys and data share one server", mend))
    findings.append(await _key_store_finding(config, addresses))
    migrations = await asyncio.to_thread(migration_finding, addresses.dsn)
    findings.append(migrations)
    if migrations.level is Level.OK:
        async with _opened(addresses.dsn) as database:
            for organization in await list_organizations(database):
                findings += await organization_findings(database, organization)
    return findings


@asynccontextmanager
async def _opened(dsn: str) -> AsyncIterator[Database]:
    database = Database(dsn, max_size=2)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def server_findings(name: str, facts: ServerFacts, now: datetime) -> list[Finding]:
    """Version, durability, room for sessions, and clock of a server."""
    found = f"PostgreSQL {facts.major}, {facts.connections} of {facts.max_connections} sessions"
    findings = [well(name, found)]
    if facts.major < OLDEST_MAJOR:
        findings = [problem(name, found, f"Move the data to PostgreSQL {OLDEST_MAJOR} or newer.")]
    elif facts.connections > 0.9 * facts.max_connections:
        findings = [warning(name, found, "Raise max_connections, or run fewer processes.")]
    unsafe = [
        setting
        for setting in ("fsync", "full_page_writes", "synchronous_commit")
        if getattr(facts, setting) == "off"
    ]
    if unsafe:
        mend = f"Set {', '.join(unsafe)} to on and reload: acknowledged orders may be lost as it is."
        findings.append(problem(name, f"{', '.join(unsafe)} off", mend))
    skew = abs(facts.clock - now)
    if skew > MOST_SKEW:
        mend = "Let both machines set their clocks by NTP."
        findings.append(warning(name, f"its clock is {skew.total_seconds():.0f} s off this machine's", mend))
    return findings


async def _key_store_finding(config: Config, addresses: Addresses) -> Finding:
    """The master key opens what is in the key store: tried on one key of each organization."""
    mend = "Put back the master key that this installation was made with: without it no person can be read."
    try:
        master_key = await asyncio.to_thread(_existing_key, config)
        async with _opened(addresses.keys_dsn) as keys, keys.shared() as db:
            if not await has_key_store(db):
                return problem("key store", "it has no tables yet", "Run `commissary up` once.")
        store = KeyStore(addresses.keys_dsn, master_key)
        await store.open()
        try:
            async with _opened(addresses.dsn) as database, database.shared() as db:
                now = db.now + timedelta(days=1)
            async with _opened(addresses.dsn) as database:
                names = await list_organizations(database)
            for name in names:
                await store.get(name, await store.created_before(name, now, limit=1))
        finally:
            await store.close()
    except (Unavailable, ConfigError) as error:
        return problem("key store", str(error), mend)
    return well("key store", "the master key opens it")


def _existing_key(config: Config) -> bytes:
    if "COMMISSARY_MASTER_KEY" not in os.environ and not (config.directory / "master.key").exists():
        raise ConfigError("There is no master key.")
    return load_master_key(config)


def migration_finding(dsn: str) -> Finding:
    """Nothing pending, nothing changed after it ran."""
    try:
        pending = pending_migrations(dsn)
    except MigrationError as error:
        return problem(
            "migrations", str(error), "Put back the file as it was; what is new goes into a new file."
        )
    if pending:
        found = f"{len(pending)} have not run: {', '.join(pending[:5])}"
        return problem("migrations", found, "Run `commissary migrate`.")
    return well("migrations", "all have run")


async def organization_findings(database: Database, organization: str) -> list[Finding]:
    """Is the worker at work, does anything wait for a person, do the quick invariants hold."""
    async with database.transaction(organization, read_only=True) as db:
        facts = await organization_facts(db)
    async with database.transaction(organization, read_only=True) as db:
        broken = [finding for finding in await check_invariants(db, quick_only=True) if finding.rows]
    findings = []
    start = "Start a worker: `commissary up` runs one."
    if facts.late_deliveries or facts.late_jobs:
        waiting = f"{facts.late_deliveries} events and {facts.late_jobs} jobs wait for more than a minute"
        findings.append(problem(organization, waiting, start))
    if not (facts.flows_registered and facts.sweeps):
        findings.append(warning(organization, "no worker has ever looked after it", start))
    if facts.parked_subjects:
        found = f"{facts.parked_subjects} subjects are parked: a flow could not digest an event of them"
        mend = "Read the reasons at /v1/parked-subjects, mend the cause, then replay them."
        findings.append(problem(organization, found, mend))
    if not facts.partition_of_next_month:
        mend = "Run `commissary migrate`; a running worker does it every hour."
        findings.append(warning(organization, "events have no partition for the next month", mend))
    which = "Run `commissary audit` and see which."
    for one in broken:
        found = f"{one.rows} rows break: {one.invariant.sentence}"
        findings.append(problem(organization, found, which))
    return findings or [well(organization, "nothing waits, nothing is broken")]


def _show(findings: Sequence[Finding], console: Console) -> None:
    table = Table("looked at", "", "found", "how to mend it")
    for finding in findings:
        table.add_row(
            finding.what, f"[{_STYLE[finding.level]}]{finding.level}[/]", finding.found, finding.mend
        )
    console.print(table)
    problems = sum(finding.level is Level.PROBLEM for finding in findings)
    warnings = sum(finding.level is Level.WARNING for finding in findings)
    console.print(f"{len(findings)} findings: {problems} problems, {warnings} warnings.")
