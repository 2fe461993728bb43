"""Logs: an event a line, as JSON where no terminal reads it, tracebacks in it, and nobody's address."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from directapp.telemetry.tracing import request_id

# As wide as it is quick: what merely looks like an address is no loss to whoever reads a log.
_ADDRESS = re.compile(r"[^\s<>()\[\]'\",;:/=@]+@[A-Za-z0-9._-]+|(?<![\w.+-])\+\d[\d ]{6,}\d")
_HIDDEN = "<address>"
# PostgreSQL repeats the values of a row that it refuses.
_VALUES = re.compile(r"(DETAIL:\s+(?:Failing row contains|Key)) [^\n]*")
_Event = MutableMapping[str, Any]


def without_addresses(_: object, __: str, event: _Event) -> _Event:
    """Take mail addresses and telephone numbers out of everything that is said, tracebacks among it."""
    for name, value in event.items():
        event[name] = hidden(value)
    return event


def hidden(value: Any) -> Any:
    """Return a value without mail addresses and telephone numbers, whatever lies in it."""
    if isinstance(value, str):
        return _ADDRESS.sub(_HIDDEN, _VALUES.sub(r"\1 <values>", value))
    if isinstance(value, dict):
        return {key: hidden(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [hidden(one) for one in value]
    return value if isinstance(value, int | float | bool | None) else _ADDRESS.sub(_HIDDEN, str(value))


def with_path_and_number(_: object, __: str, event: _Event) -> _Event:
    """Say of an error of the system which file it met and which number it bears."""
    found = event.get("exc_info")
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, OSError) and error.errno:
        event.setdefault("errno", error.errno)
        if error.filename:
            event.setdefault("path", str(error.filename))
    return event


def with_request(_: object, __: str, event: _Event) -> _Event:
    """Say which request it belongs to, also of what follows from one later."""
    if request := request_id.get():
        event.setdefault("request_id", request)
    return event


def configure(level: str) -> None:
    """Let our own events and those of libraries go to standard error alike."""
    terminal = sys.stderr.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        with_path_and_number,
        with_request,
    ]
    last: list[Any] = [structlog.dev.ConsoleRenderer()] if terminal else [structlog.processors.JSONRenderer()]
    if not terminal:
        last.insert(0, structlog.processors.format_exc_info)
    last.insert(-1, without_addresses)
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        processors=[*shared, *last],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    named = structlog.stdlib.ExtraAdder(allow=())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, named],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
    sys.excepthook = _unexpected


def _unexpected(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """Tell of what ends the process in one event too."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger(__name__).critical("unexpected error", exc_info=(kind, error, trace))
