"""The database server that comes with the house: found, initialized, started, supervised and stopped here.

`DATABASE_URL` replaces it by any other PostgreSQL 16 or newer; nothing outside this folder knows the
difference.
"""

from commissary.platform.postgres.errors import PostgresError
from commissary.platform.postgres.home import default_home, server_directory
from commissary.platform.postgres.server import EmbeddedPostgres
from commissary.platform.postgres.tuning import DATA_TUNING, KEYS_TUNING, Tuning

__all__ = [
    "DATA_TUNING",
    "KEYS_TUNING",
    "EmbeddedPostgres",
    "PostgresError",
    "Tuning",
    "default_home",
    "server_directory",
]
