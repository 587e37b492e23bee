"""An installation on this machine: its two database servers, brought up, migrated and named to whoever works with them.

With DATABASE_URL (and KEYS_DATABASE_URL) the servers are somebody else's and are only used, never started or stopped.
"""

from typing import Literal, NamedTuple

import psycopg

from commissary.platform.config import Config, ConfigError
from commissary.platform.keystore import prepare_keystore
from commissary.platform.migrate import migrate
from commissary.platform.postgres import DATA_TUNING, KEYS_TUNING, EmbeddedPostgres, server_directory

DATABASE = "commissary"


class Addresses(NamedTuple):
    """Connection strings of the two databases. They may hold passwords: never log or print them."""

    dsn: str
    keys_dsn: str


class Installation:
    """The database servers of a named data directory."""

    def __init__(self, config: Config) -> None:
        self._data = _server(config, "data") if config.database_url is None else None
        self._keys = _server(config, "keys") if config.keys_database_url is None else None
        self._config = config

    @property
    def servers(self) -> list[EmbeddedPostgres]:
        """The servers that are ours to start and stop."""
        return [server for server in (self._data, self._keys) if server is not None]

    def start(self) -> Addresses:
        """Start what is ours and say where both databases are. Raises PostgresError."""
        for server in self.servers:
            server.start()
            server.ensure_database(DATABASE)
        return self.addresses()

    def addresses(self) -> Addresses:
        """Where both databases are, whether they run or not."""
        dsn = self._data.dsn(DATABASE) if self._data else self._config.database_url
        keys_dsn = self._keys.dsn(DATABASE) if self._keys else self._config.keys_database_url
        assert dsn is not None and keys_dsn is not None
        return Addresses(dsn, keys_dsn)

    def is_running(self) -> bool:
        """Whether every server that is ours answers."""
        return all(server.is_running() for server in self.servers)

    def prepare(self) -> list[str]:
        """Bring both databases up to date; says which migrations ran. Raises ConfigError, MigrationError."""
        addresses = self.addresses()
        refuse_shared_server(addresses)
        prepare_keystore(addresses.keys_dsn)
        return migrate(addresses.dsn)

    def stop(self) -> None:
        """Stop what is ours, the keys last."""
        for server in self.servers:
            server.stop()


def refuse_shared_server(addresses: Addresses) -> None:
    """Keys and data must not share a server, or an erased key would live on in the data's backups and log."""
    systems = []
    for dsn in addresses:
        with psycopg.connect(dsn, connect_timeout=10) as connection:
            row = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
            systems.append(row and row[0])
    if systems[0] == systems[1]:
        raise ConfigError(
            "KEYS_DATABASE_URL and DATABASE_URL lead to one server; keys of persons need a server of their own."
        )


def _server(config: Config, role: Literal["data", "keys"]) -> EmbeddedPostgres:
    directory = server_directory(config.name, role, config.home)
    return EmbeddedPostgres(
        directory, name=f"{config.name} {role}", tuning=DATA_TUNING if role == "data" else KEYS_TUNING
    )
