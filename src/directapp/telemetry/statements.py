"""Statements: how long each takes; the slow ones are logged by table and role, without their values."""

import re
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import structlog

from directapp.telemetry import tracing
from directapp.telemetry.meters import SLOW_STATEMENTS

_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\"?([a-z_][a-z0-9_]*)\"?")
_UNTOLD = "other"
_log = structlog.get_logger(__name__)


class Limit:
    """From how many seconds on a statement is slow."""

    seconds = 1.0
    tables: frozenset[str] = frozenset()


class Timed:
    """A context around one statement, which it times."""

    __slots__ = ("_began", "_roles", "_span", "_sql")

    def __init__(self, sql: str, roles: Iterable[str]) -> None:
        """Keep what it is, for the log alone."""
        self._sql, self._roles = sql, roles
        self._span: Any = None

    def __enter__(self) -> None:
        if tracing.is_on():
            self._span = tracing.span("statement", table_of(self._sql))
            self._span.__enter__()
        self._began = time.perf_counter()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        took = time.perf_counter() - self._began
        if self._span is not None:
            self._span.__exit__(kind, error, at)
        if took >= Limit.seconds:
            table = table_of(self._sql)
            SLOW_STATEMENTS.labels(table).inc()
            _log.warning("slow statement", table=table, roles=sorted(self._roles), ms=round(took * 1000))


def table_of(sql: str) -> str:
    """Return the first table of ours that a statement names."""
    return next((name for name in _TABLE.findall(sql) if name in Limit.tables), _UNTOLD)
