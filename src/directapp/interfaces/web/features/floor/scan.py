"""Scan: a barcode, a QR label or a typed plate opens the car, or offers to receive it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response

from directapp.declare.kinds import BadValueError
from directapp.derive.shown import page_of
from directapp.domains.cars.fields import Cars
from directapp.domains.registered.identifiers import parse_code
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.routes import POLICY
from directapp.interfaces.web.features.floor.mine import CARS
from directapp.interfaces.web.features.floor.words import speak_floor
from directapp.kernel.requests import split_address
from directapp.store.query import Condition, Junction, Query

_LONGEST = 300
_MOST = 6
# The reader of codes is compiled code of our own origin; no other page may run such.
_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


async def scan(ctx: PersonContext) -> Response:
    """Show the scanner; with ``code``, go to the car that has it."""
    text = ctx.request.query_params.get("code", "").strip()[:_LONGEST]
    if not text:
        return _page(ctx)
    car = car_in(text, ctx.platform.public_url, ctx.request.headers.get("host", ""))
    if car is not None:
        return ctx.go(page_of(CARS, car))
    try:
        code = parse_code(text)
    except BadValueError as error:
        return _page(ctx, typed=text, problem=ctx.say(error.text), status=422)
    found = await _find(ctx, code.field, code.value)
    if len(found) == 1:
        return ctx.go(found[0][0])
    receives = any("receive" in g.verbs for g in ctx.meta(CARS).grants_of(ctx.person.roles))
    return _page(
        ctx,
        typed=text,
        unknown=None if found else code.value,
        found=found,
        receive=f"/app/{CARS}/do/receive?{urlencode({'code': code.value})}" if receives and not found else None,
    )


def car_in(text: str, public_url: str, host: str) -> UUID | None:
    """Return the car whose page a label's address names, on this installation only."""
    parts = split_address(text)
    if parts.scheme not in {"http", "https"} or parts.netloc not in {split_address(public_url).netloc, host}:
        return None
    before, _, last = parts.path.rpartition("/")
    return refs.as_uuid(last) if before == f"/app/{CARS}" else None


async def _find(ctx: RequestContext, field: str, value: str) -> list[tuple[str, str]]:
    """Return the pages and titles of the cars with a code, those not archived first."""
    meta = ctx.meta(CARS)
    same = Condition((field,), "eq", value)
    open_ones = Junction("and", (same, Condition(("status",), "neq", "archived")))
    for filter_ in (open_ones, same):
        query = Query(fields=(("id",), *((n,) for n in meta.called)), filter=filter_, limit=_MOST)
        rows = await ctx.rows(CARS, query)
        if rows:
            return [(page_of(CARS, r[Cars.id]), ctx.formatter.title(meta, r)) for r in rows]
    return []


def _page(ctx: RequestContext, *, typed: str = "", status: int = 200, **more: Any) -> Response:
    told = {"problem": None, "unknown": None, "found": (), "receive": None, **more}
    response = ctx.page("floor/scan.html", status=status, here="scan", f=speak_floor(ctx.language), typed=typed, **told)
    response.headers["Content-Security-Policy"] = _POLICY
    return response


ROUTES = (get("/app/scan", scan),)
