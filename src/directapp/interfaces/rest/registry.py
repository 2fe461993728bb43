"""The vehicle registry over REST: look a car up; its answer is taken over by the car's verb fill_from_registry."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from directapp.domains.registry.found import line_in
from directapp.domains.registry.lookups import Kept, Looked, Lookups
from directapp.domains.registry.preview import Change, may_look_up, preview
from directapp.interfaces.rest.endpoint import Call
from directapp.interfaces.rest.errors import json_response
from directapp.kernel.errors import BadPayloadError, DirectAppError, ForbiddenError, NotFoundError, bad_query
from directapp.kernel.text import _

CARS = "cars"
_PARAMETERS = ("code", "car", "fresh")
_UNKNOWN = _("The parameter {name} is not supported here.")
_MISSING = _("Give code: a licence plate or a VIN.")


async def look_up(call: Call) -> Response:
    """Answer what the registry knows, and what that would change on a car where one is named."""
    parameters = call.parameters()
    for name in parameters:
        if name not in _PARAMETERS:
            raise bad_query(_UNKNOWN, name)
    code = parameters.get("code")
    if not isinstance(code, str) or not code.strip():
        raise BadPayloadError(_MISSING)
    platform = call.application.platform
    meta = await platform.reading.meta(call.actor, CARS)
    if not may_look_up(meta.grants_of(call.actor.roles)):
        raise ForbiddenError
    row = await _row(call, parameters.get("car"))
    lookups: Lookups = getattr(call.request.app.state, "registry", None) or Lookups(platform.pipeline)
    looked = await lookups.look_up(call.actor.tenant, code, fresh=parameters.get("fresh") in {"true", "1"})
    if looked.kept is None:
        raise looked.problem or NotFoundError
    changes = preview(meta.fields, row, looked.kept.found)
    return json_response(orjson.dumps({"data": _answer(call, looked, looked.kept, changes)}))


async def _row(call: Call, car: object) -> Mapping[str, Any]:
    if car is None:
        return {}
    try:
        record = UUID(str(car))
    except ValueError:
        raise NotFoundError from None
    found: Mapping[str, Any] = orjson.loads(await call.application.platform.reading.one(call.actor, CARS, record))
    return found


def _answer(call: Call, looked: Looked, kept: Kept, changes: list[Change]) -> dict[str, Any]:
    return {
        "id": str(kept.id),
        "asked": {"kind": looked.code.kind, "value": looked.code.value},
        "source": kept.source,
        "fetched_at": _moment(kept.fetched_at),
        "expires_at": _moment(kept.expires_at),
        "problem": _problem(looked.problem, call.language),
        "fields": [_field(change, call.language) for change in changes],
        "details": [dict(zip(("label", "value"), line_in(line, call.language), strict=True)) for line in kept.details],
    }


def _problem(problem: DirectAppError | None, language: str) -> dict[str, str] | None:
    return None if problem is None else {"code": problem.code, "message": problem.problems[0].message.pick(language)}


def _field(change: Change, language: str) -> dict[str, Any]:
    return {
        "field": change.field.name,
        "label": change.field.label.pick(language),
        "unit": change.field.unit,
        "now": change.now,
        "now_source": change.now_source,
        "value": change.value,
        "source": change.source,
        "fetched_at": change.at,
        "state": change.state,
        "suggested": change.suggested,
    }


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
