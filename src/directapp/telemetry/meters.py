"""Meters: what a process counts while it works. Names of code and of declarations are labels, never what people wrote.

Every label is bounded: by the routes, the collections, the jobs, the codes of refusals. ``tests/app/test_metrics.py``
counts them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

from directapp.kernel.errors import DirectAppError

_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LONG = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)
_LAG = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

REQUESTS = Counter("directapp_requests", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("directapp_request_seconds", "How long an answer took to begin.", ["route"], buckets=_QUICK)
JOBS = Counter("directapp_jobs", "Attempts at jobs, by what came of them.", ["name", "outcome"])
JOB_SECONDS = Histogram("directapp_job_seconds", "How long an attempt at a job took.", ["name"], buckets=_LONG)
HANDLED = Counter("directapp_events_handled", "Event handlers that ran, by what came of them.", ["event", "outcome"])
REFUSALS = Counter("directapp_refusals", "Writes that were refused.", ["collection", "code"])
SIGN_IN_FAILURES = Counter("directapp_sign_in_failures", "Sign-ins that failed.")
SERVICE_CALLS = Counter("directapp_service_calls", "Calls of outside services.", ["service", "outcome"])
SLOW_STATEMENTS = Counter("directapp_slow_statements", "Statements slower than the limit.", ["table"])
LOOP_LAG = Histogram("directapp_event_loop_lag_seconds", "How late the event loop came to what was due.", buckets=_LAG)
POOL = Gauge("directapp_pool_connections", "Connections to the database.", ["state"], multiprocess_mode="livesum")


@contextmanager
def refusals_counted(collection: str) -> Iterator[None]:
    """Count what refuses a write to a collection."""
    try:
        yield
    except DirectAppError as error:
        count_refusal(collection, error)
        raise


def count_refusal(collection: str, error: DirectAppError) -> None:
    """Count one refusal of a write to a collection."""
    REFUSALS.labels(collection, error.code).inc()
