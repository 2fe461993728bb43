"""Tools about one vehicle: what the registry knows of it, and a new car from its chassis number."""

from typing import Any

from directapp.declare.names import NO_ROW, row_of
from directapp.derive.shown import writable_anywhere
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.registry.lookups import read_code
from directapp.domains.registry.preview import FILL, preview
from directapp.domains.registry.told import told
from directapp.interfaces.mcp import arguments as read
from directapp.interfaces.mcp.arguments import Arguments
from directapp.interfaces.mcp.domain_tools import (
    MOMENT,
    RECORD,
    WORDS,
    DomainTool,
    Found,
    ToolContext,
    answer_of,
    may,
    or_none,
    rows_of,
)
from directapp.kernel.errors import NotFoundError
from directapp.kernel.text import _
from directapp.store.query import Condition, Order, Query

_KNOWN = (Cars.id, Cars.license_plate, Cars.vin, Cars.make, Cars.model, Cars.status)
_NUMBERS = {"vin": Cars.vin, "plate": Cars.license_plate}
_CODE = {"type": "string", "maxLength": 40}
_ANY: dict[str, Any] = {}
_LOOKED = {
    "asked": answer_of(kind=WORDS, value=WORDS),
    "source": WORDS,
    "fetched_at": MOMENT,
    "problem": or_none(answer_of(code=WORDS, message=WORDS)),
    "fields": rows_of(field=WORDS, label=WORDS, now=_ANY, value=_ANY, state=WORDS),
    "details": rows_of(label=WORDS, value=_ANY),
    "known": rows_of(id=RECORD),
}


async def _look_up(ctx: ToolContext, arguments: Arguments) -> Found:
    written, meta = read.text(arguments, "code"), ctx.spec[CARS]
    row = NO_ROW if arguments.get("car") is None else row_of(await ctx.one(CARS, read.record_id(arguments, "car")))
    looked = await ctx.trade.lookups.look_up(ctx.actor.tenant, written, fresh=arguments.get("fresh") is True)
    if looked.kept is None:
        raise looked.problem or NotFoundError
    found = told(looked, looked.kept, preview(meta.fields, row, looked.kept.found), ctx.actor.language)
    return found | {"known": await _known(ctx, written)}


async def _known(ctx: ToolContext, written: str) -> list[Found]:
    """Return the cars with that number that the person sees, the newest first."""
    code = read_code(written)
    name = _NUMBERS[code.kind]
    readable = ctx.readable(CARS)
    if name not in readable:
        return []
    fields = tuple((one,) for one in _KNOWN if one in readable)
    asked = Query(
        fields=fields,
        filter=Condition((name,), "eq", code.value),
        sort=(Order("created_at", descending=True),),
        limit=5,
    )
    return await ctx.rows(CARS, asked)


async def _create(ctx: ToolContext, arguments: Arguments) -> Found:
    meta = ctx.spec[CARS]
    looked = await ctx.trade.lookups.look_up(ctx.actor.tenant, read.text(arguments, "vin"))
    if looked.kept is None:
        raise looked.problem or NotFoundError
    changes = preview(meta.fields, NO_ROW, looked.kept.found)
    writable = writable_anywhere(ctx.actor, meta, create=True)
    given = read.values(arguments)
    by_code: Found = {_NUMBERS[looked.code.kind]: looked.code.value}
    filled: Found = {c.field.name: c.value for c in changes if c.suggested and c.field.name in writable}
    values = {name: v for name, v in {**by_code, **filled, **given}.items() if name in writable or name in given}
    missing = [
        {"field": item.name, "label": item.label.pick(ctx.actor.language)}
        for item in meta.stored
        if item.name in writable
        and item.name not in values
        and ((item.required and item.default is None) or item.name in _ASKED)
    ]
    previewed = await ctx.preview(CARS, "create", None, values)
    return previewed | {
        "values": values,
        "missing": missing,
        "answer": str(looked.kept.id),
        "later": [c.field.name for c in changes if c.suggested and c.field.name not in writable],
    }


# What a car is no use without, though it may be saved so.
_ASKED = (Cars.car_type, Cars.order_number)
TOOLS = (
    DomainTool(
        name="lookup_vehicle",
        title=_("Look a vehicle up"),
        about=_(
            "Ask the vehicle registry by licence plate or VIN: make, model, registration, inspection and technical"
            " details, and which cars here have that number. With car: what differs from the car as it is stored."
        ),
        takes={"code": _CODE, "car": RECORD, "fresh": {"type": "boolean"}},
        required=("code",),
        answers=answer_of(**_LOOKED),
        offered=may(CARS, FILL),
        run=_look_up,
    ),
    DomainTool(
        name="create_car_from_vin",
        title=_("New car from its VIN"),
        about=_(
            "Look a VIN or licence plate up and preview a new car filled with what was found; values: what the person"
            " says beside it, which counts more. Writes nothing. missing names what to ask the person for; commit with"
            " the token creates the car, and cars_fill_from_registry with answer and later completes it."
        ),
        takes={"vin": _CODE, "values": {"type": "object"}},
        required=("vin",),
        answers=answer_of(
            changes={"type": "object"},
            consequences={"type": "array", "items": WORDS},
            written={"type": "boolean", "const": False},
            token=WORDS,
            values={"type": "object"},
            missing=rows_of(field=WORDS, label=WORDS),
            answer=RECORD,
            later={"type": "array", "items": WORDS},
        ),
        offered=lambda spec, actor: may(CARS, FILL)(spec, actor) and may(CARS, "create")(spec, actor),
        run=_create,
    ),
)
