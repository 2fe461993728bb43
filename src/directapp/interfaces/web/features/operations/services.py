"""Outside services, as the operations page and the status page tell of them."""

from collections.abc import Mapping
from typing import Any

from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.operations.words import SERVICES, WORDS
from directapp.kernel.text import verbatim
from directapp.telemetry.outside import FAULTS, ServiceState

States = Mapping[str, tuple[ServiceState, Mapping[str, Any]]]
_UNKNOWN = ServiceState()


def service_rows(ctx: RequestContext, states: States) -> list[dict[str, Any]]:
    """Return a row for each service that is set up or was called: how it is, and the last error in words."""
    names = dict.fromkeys((*ctx.platform.services, *(name for name in states if name in SERVICES)))
    return [_row(ctx, name, states.get(name, (_UNKNOWN, {}))[0]) for name in names]


def _row(ctx: RequestContext, name: str, state: ServiceState) -> dict[str, Any]:
    known = state != _UNKNOWN
    return {
        "label": ctx.say(SERVICES.get(name, verbatim(name))),
        "how": ctx.say(WORDS["unused" if not known else "well" if state.well else "unwell"]),
        "bad": not state.well,
        "good_at": state.good_at,
        "failed_at": state.failed_at,
        "error": ctx.say(FAULTS[state.error]) if state.error in FAULTS else "",
    }
