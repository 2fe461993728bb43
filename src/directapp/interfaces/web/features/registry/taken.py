"""What a new car took from the registry while its form was filled in: noted, and completed, once the car is there."""

from typing import Any
from uuid import UUID

import orjson

from directapp.declare.spec import CollectionMeta
from directapp.derive.shown import writable_anywhere
from directapp.domains.registry.preview import FILL, may_look_up
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.features.registry.words import speak
from directapp.kernel.errors import DirectAppError

ANSWER, VALUES, LATER = "_registry", "_registry_values", "_registry_later"
CARS = "cars"


def slot_of(ctx: RequestContext, meta: CollectionMeta, posted: Posted | None = None) -> dict[str, Any] | None:
    """Return what the look-up on a new record's form writes while nothing is asked; None where it has no place.

    What a form that comes back took over earlier is carried along.
    """
    if not may_look_up(meta.grants_of(ctx.person.roles)):
        return None
    said = posted.get if posted else lambda _: ""
    empty: dict[str, Any] = dict.fromkeys(("changes", "same", "later", "details", "notes"), ())
    slot = {
        **empty,
        "t": speak(ctx.language),
        "problem": "",
        "kept": None,
        "code": said("_code"),
        "asked": "",
        "taken_answer": said(ANSWER),
        "taken_values": said(VALUES),
        "later_names": said(LATER),
        "filled": False,
    }
    return {"registry": slot}


async def complete(ctx: RequestContext, meta: CollectionMeta, record: UUID, posted: Posted) -> None:
    """Give a new car what its form has no place for, and note which of its values were taken over unchanged."""
    answer = posted.get(ANSWER)
    if not answer:
        return
    writable = writable_anywhere(ctx.person, meta, create=True)
    as_taken = [n for n, v in _values(posted).items() if n in writable and posted.get(n).strip() == v]
    later = [n for n in posted.get(LATER).split() if n not in writable]
    try:
        await ctx.do(meta, FILL, {"answer": answer, "fields": [*as_taken, *later]}, target=record)
    except DirectAppError:
        return  # the car is there as it was typed; the night fills what is empty


def _values(posted: Posted) -> dict[str, str]:
    try:
        read = orjson.loads(posted.get(VALUES) or "{}")
    except ValueError:
        return {}
    return {str(n): str(v) for n, v in read.items()} if isinstance(read, dict) else {}
