"""Structured logs and metrics. A log line never holds personal data or secrets: ids, codes, counts and times only."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
REQUESTS = Counter("commissary_requests", "Requests answered.", ("route", "status"), registry=REGISTRY)
REQUEST_SECONDS = Histogram(
    "commissary_request_seconds", "Time to answer.", ("route",), buckets=_BUCKETS, registry=REGISTRY
)
BATCH_SIZE = Histogram(
    "commissary_batch_size",
    "Commands that shared a transaction.",
    ("flow",),
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "commissary_deliveries", "Events digested by flows.", ("subscriber", "result"), registry=REGISTRY
)
WAITING_DELIVERIES = Gauge(
    "commissary_waiting_deliveries", "Events waiting for a flow.", ("organization",), registry=REGISTRY
)
PARKED_SUBJECTS = Gauge(
    "commissary_parked_subjects", "Subjects that wait for a person.", ("organization",), registry=REGISTRY
)
BROKEN_INVARIANTS = Gauge(
    "commissary_broken_invariant_rows",
    "Rows that break an invariant.",
    ("organization", "invariant"),
    registry=REGISTRY,
)


def _plain_exception(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where it failed and with what kind of error; never messages or local variables, which may hold personal data."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        chain = [error, *filter(None, (error.__cause__, error.__context__))]
        event["errors"] = [type(link).__name__ for link in chain]
        event["sqlstates"] = [state for link in chain if (state := getattr(link, "sqlstate", None))]
        frames = traceback.extract_tb(error.__traceback__)
        event["frames"] = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames[-12:]]
    return event


def configure_logs(log_format: str, level: int = logging.INFO) -> None:
    """Logs to standard error: one JSON object a line (`json`), or lines for people (`console`)."""
    renderer = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _plain_exception,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
