"""Reports of errors to Sentry, or what speaks as it does: where and why, never who or what they had written."""

import sys
from collections.abc import MutableMapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

import sentry_sdk
import structlog

from directapp.app.logs import hidden, with_request

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

_WHAT = ("exception", "level", "tags", "release", "environment", "platform", "timestamp", "event_id")
_FRAME = ("filename", "function", "lineno", "module", "in_app")


def scrubbed(event: "Event", _: "Hint | None" = None) -> "Event":
    """Return of an event what names code: the words of an exception may be what somebody wrote; the log has them."""
    kept: dict[str, Any] = {name: event[name] for name in _WHAT if name in event}  # type: ignore[literal-required]
    for one in kept.get("exception", {}).get("values", ()):
        frames = (one.get("stacktrace") or {}).get("frames", ())
        one["value"] = ""
        one["stacktrace"] = {"frames": [{n: frame[n] for n in _FRAME if n in frame} for frame in frames]}
    return cast("Event", hidden(kept))


def begin_reports(dsn: str) -> None:
    """Send what is logged as an error with its exception to an address; nothing is gathered by itself."""
    sentry_sdk.init(
        dsn=dsn,
        release=f"directapp@{version('directapp')}",
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        server_name="",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        before_send=scrubbed,
    )
    processors = list(structlog.get_config()["processors"])
    processors.insert(processors.index(with_request) + 1, _report)
    structlog.configure(processors=processors)


def _report(_: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    told = event.get("exc_info")
    error = sys.exc_info()[1] if told in {None, True} else told
    if error and method in {"error", "exception", "critical"}:
        tags = {"event": str(event.get("event", "")), "request_id": str(event.get("request_id", ""))}
        with sentry_sdk.new_scope() as scope:
            for name, value in tags.items():
                scope.set_tag(name, value)
            scope.capture_exception(error)
    return event
