"""Tracing: which request something belongs to, and spans for whoever collects them. Off, a span costs nothing."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any

# Of a request, and of everything that follows from it: statements, jobs, calls of outside services.
request_id: ContextVar[str] = ContextVar("request_id", default="")
TRAIL = "_request"

Span = Callable[[str, str, Mapping[str, Any]], AbstractContextManager[Any]]
_NOTHING: AbstractContextManager[Any] = nullcontext()
_span: Span | None = None


def use(span: Span | None) -> None:
    """Hand spans to a collector from here on; None: to nobody."""
    global _span  # noqa: PLW0603 - one collector for the process, set at its start
    _span = span


def is_on() -> bool:
    """Whether anybody collects spans."""
    return _span is not None


def span(kind: str, name: str, **attributes: Any) -> AbstractContextManager[Any]:
    """Return a context that is a span while it is open.

    ``kind`` is request, statement, job or call. Attributes name code and declarations, never what people wrote.
    """
    return _NOTHING if _span is None else _span(kind, name, attributes)


def follow(payload: Mapping[str, Any]) -> None:
    """Go on, in this task, with the request that an event or a job came of."""
    request_id.set(str(payload.get(TRAIL, "")))
