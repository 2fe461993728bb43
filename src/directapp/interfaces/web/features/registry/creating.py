"""Looking a car up while a new one is filled in: the form's own values stay, and take over what is chosen."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response

from directapp.derive.shown import writable_anywhere
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.registry.shown import CARS, answer_context, looked_up, lookups_of
from directapp.interfaces.web.features.registry.taken import ANSWER, LATER, VALUES
from directapp.interfaces.web.records.record import new_page
from directapp.interfaces.web.records.record_view import Answered

_CODES = ("vin", "license_plate")


async def look(ctx: PersonContext) -> Response:
    """Look up what was typed, beside the form or in it, and show what it would fill."""
    posted = await read_signed(ctx)
    context, _ = await _looked(ctx, posted)
    if ctx.partial:
        return ctx.page("registry/slot.html", registry=context)
    return await new_page(ctx, ctx.meta(CARS), Answered(typed=posted.typed), loaded={"registry": context})


async def fill(ctx: PersonContext) -> Response:
    """Fill the chosen fields into the form, for browsers without a script."""
    posted = await read_signed(ctx)
    context, rows = await _looked(ctx, posted)
    chosen = {r.name: r.text for r in rows if r.name in posted.typed.get("_take", ())}
    kept = context["kept"]
    typed = {**posted.typed, **{name: [text] for name, text in chosen.items()}}
    context |= {
        "taken_answer": str(kept.id) if kept else "",
        "taken_values": orjson.dumps(chosen).decode(),
        "filled": bool(chosen),
    }
    return await new_page(ctx, ctx.meta(CARS), Answered(typed=typed), loaded={"registry": context})


async def _looked(ctx: RequestContext, posted: Posted) -> tuple[dict[str, Any], list[Any]]:
    lookups_of(ctx)
    code = posted.get("_code") or next((c for n in _CODES if (c := posted.get(n).strip())), "")
    looked, problem = await looked_up(ctx, code, fresh=bool(posted.get("_fresh")))
    meta = ctx.spec[CARS]
    inputs = writable_anywhere(ctx.person, meta, create=True)
    row: Mapping[str, Any] = {n: posted.get(n) or None for n in inputs}
    context = answer_context(ctx, looked, problem, row, inputs=inputs)
    return (
        {
            **context,
            "code": posted.get("_code"),
            "asked": code,
            "taken_answer": posted.get(ANSWER),
            "taken_values": posted.get(VALUES),
            "later_names": " ".join(r.name for r in context["later"]) or posted.get(LATER),
            "filled": False,
        },
        context["changes"],
    )


ROUTES = (
    post(f"/app/{CARS}/new/registry", look),
    post(f"/app/{CARS}/new/registry/fill", fill),
)
