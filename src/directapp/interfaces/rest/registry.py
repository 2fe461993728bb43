"""The vehicle registry over REST: look a car up; its answer is taken over by the car's verb fill_from_registry."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from directapp.domains.registry.lookups import Lookups
from directapp.domains.registry.preview import may_look_up, preview
from directapp.domains.registry.told import told
from directapp.interfaces.rest.endpoint import Call
from directapp.interfaces.rest.errors import json_response
from directapp.kernel.errors import BadPayloadError, ForbiddenError, NotFoundError, bad_query
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
    return json_response(orjson.dumps({"data": told(looked, looked.kept, changes, call.language)}))


async def _row(call: Call, car: object) -> Mapping[str, Any]:
    if car is None:
        return {}
    try:
        record = UUID(str(car))
    except ValueError:
        raise NotFoundError from None
    found: Mapping[str, Any] = orjson.loads(await call.application.platform.reading.one(call.actor, CARS, record))
    return found
