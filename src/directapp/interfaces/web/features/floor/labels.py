"""Labels: a QR code for each car that opens its page, on sheets to print and cut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Response
from markupsafe import Markup

from directapp.derive.codes import qr_codes
from directapp.derive.shown import Shown, page_of, readable_anywhere
from directapp.domains.cars.fields import Cars
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.features.floor.mine import CARS, jobs_of
from directapp.interfaces.web.features.floor.words import speak_floor
from directapp.store.query import Condition, Filter, Junction, Query

_MOST = 96
_OWN_MACHINE = {"127.0.0.1", "localhost"}
_FIELDS = ("id", "license_plate", "vin", "make", "model", "order_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What stands on one label."""

    qr: Markup
    plate: Shown
    name: str
    vin: str
    order: str


async def show_labels(ctx: PersonContext) -> Response:
    """Show labels of the cars that the address names, or of those I work with."""
    meta = ctx.meta(CARS)
    readable = readable_anywhere(ctx.person, meta)
    fields = tuple((n,) for n in _FIELDS if n in readable)
    chosen = [u for text in ctx.request.query_params.getlist("car") if (u := refs.as_uuid(text)) is not None]
    filter_ = Condition(("id",), "in", chosen[:_MOST]) if chosen else _of_mine(ctx)
    query = Query(fields=fields, filter=filter_, limit=_MOST)
    rows = await ctx.rows(CARS, query)
    labels = await labels_of(ctx, rows)
    return ctx.page("floor/labels.html", here=CARS, f=speak_floor(ctx.language), labels=labels)


def _of_mine(ctx: RequestContext) -> Filter:
    flow = ctx.spec[CARS].declared.workflow
    open_states = [s.code for s in flow.states if not s.locked] if flow else []
    still = Condition(("status",), "in", open_states)
    columns = [column for _, column in jobs_of(ctx.person)]
    if not columns:
        return still
    mine = Junction("or", tuple(Condition((c,), "eq", ctx.person.user) for c in columns))
    return Junction("and", (still, mine))


def _address(ctx: RequestContext) -> str:
    """Return the address people reach us by: the public one, else the one of this request."""
    public = ctx.platform.public_url.rstrip("/")
    alone = not public or urlsplit(public).hostname in _OWN_MACHINE
    return str(ctx.request.base_url).rstrip("/") if alone else public


async def labels_of(ctx: RequestContext, rows: Sequence[Mapping[str, Any]]) -> list[Label]:
    """Return cars' labels; their codes are made in a process of their own."""
    root = _address(ctx)
    addresses = [root + page_of(CARS, row[Cars.id]) for row in rows]
    codes = await ctx.platform.short_work.run(qr_codes, addresses) if addresses else []
    return [_label(ctx, row, code) for row, code in zip(rows, codes, strict=True)]


def _label(ctx: RequestContext, row: Mapping[str, Any], code: str) -> Label:
    meta = ctx.spec[CARS]
    return Label(
        qr=Markup(code),  # noqa: S704 - a path of digits
        plate=ctx.formatter.value(meta, "license_plate", row),
        name=" ".join(str(row[n]) for n in ("make", "model") if row.get(n)),
        vin=str(row.get(Cars.vin) or ""),
        order=str(row.get(Cars.order_number) or ""),
    )


ROUTES = (get("/app/cars/labels", show_labels),)
