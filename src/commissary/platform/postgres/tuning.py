"""How the server is set: durable always, sized for a small shared machine, different for data and for keys.

Nothing that a customer was told may be lost: `fsync`, `synchronous_commit` and `full_page_writes` stay on.
The key server is tiny, and forgets fast: a deleted key must not linger in a write-ahead log that is kept for
replicas or for speed. Row contents stay out of the log files (`log_error_verbosity =
terse`): they may be personal data.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Role = Literal["data", "keys"]

_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True)
class Tuning:
    """Sizes of one server; `shared_buffers_mb` is a wish that is capped to an eighth of the memory."""

    shared_buffers_mb: int
    max_connections: int
    max_wal_size_mb: int
    role: Role

    @property
    def wal_segment_mb(self) -> int:
        """Size of one log file, fixed when the server is initialized."""
        return 16 if self.role == "data" else 1

    def settings(self, *, memory_mb: int, major: int, wal_compression: str) -> dict[str, str]:
        """Every setting of the server by name, as PostgreSQL reads them from its configuration file."""
        buffers_mb = max(16, min(self.shared_buffers_mb, memory_mb // 8))
        sized = {
            "shared_buffers": f"{buffers_mb}MB",
            "max_connections": str(self.max_connections),
            "max_wal_size": f"{self.max_wal_size_mb}MB",
            "wal_compression": wal_compression,
        }
        if self.role == "data":
            return _DURABLE | _LOGGING | _LOCALE | sized | _data_settings(memory_mb)
        return _DURABLE | _LOGGING | _LOCALE | sized | _keys_settings(major)


DATA_TUNING = Tuning(shared_buffers_mb=512, max_connections=200, max_wal_size_mb=4096, role="data")
KEYS_TUNING = Tuning(shared_buffers_mb=16, max_connections=40, max_wal_size_mb=16, role="keys")

_DURABLE: dict[str, str] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}

_LOGGING: dict[str, str] = {
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

_LOCALE: dict[str, str] = {
    "timezone": "UTC",
    "datestyle": "iso, mdy",
    "lc_messages": "C",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "default_text_search_config": "pg_catalog.simple",
}


def _data_settings(memory_mb: int) -> dict[str, str]:
    settings = {
        "wal_level": "replica",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "min_wal_size": "512MB",
        "effective_cache_size": f"{max(64, memory_mb // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(64, min(256, memory_mb // 16))}MB",
        "random_page_cost": "1.1",
        "jit": "off",
        # Every organization has its own tables, and a statement on a partitioned table locks all its parts.
        "max_locks_per_transaction": "256",
        # Balances and outbox rows are updated all day: clean them little and often.
        "autovacuum_naptime": "15s",
        "autovacuum_vacuum_scale_factor": "0.02",
        "autovacuum_analyze_scale_factor": "0.02",
        "autovacuum_vacuum_insert_scale_factor": "0.1",
        "autovacuum_vacuum_cost_limit": "1000",
        "track_io_timing": "on",
        "log_min_duration_statement": "1s",
        "log_lock_waits": "on",
    }
    if sys.platform == "linux":  # elsewhere older servers refuse any value but 0
        settings["effective_io_concurrency"] = "64"
    return settings


def _keys_settings(major: int) -> dict[str, str]:
    settings = {
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "min_wal_size": "2MB",
        "checkpoint_timeout": "1min",
        # A recycled segment keeps the old keys under the new records.
        "wal_recycle": "off",
        "work_mem": "1MB",
        "maintenance_work_mem": "16MB",
        "max_worker_processes": "2",
        "max_parallel_workers": "0",
        "autovacuum_max_workers": "1",
        "autovacuum_naptime": "15s",
        "autovacuum_vacuum_threshold": "1",
        "autovacuum_vacuum_scale_factor": "0",
        "jit": "off",
        # A failing statement here may quote a key.
        "log_min_error_statement": "panic",
    }
    if major >= 18:
        settings["io_method"] = "sync"
    return settings


def memory_mb() -> int:
    """Memory this process may use: of the machine, or of its container when that is less."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for file in _CGROUP_LIMITS:
        try:
            limits.append(int(Path(file).read_text()))
        except (OSError, ValueError):  # absent, or the word "max"
            continue
    return min(limits) // (1024 * 1024)
