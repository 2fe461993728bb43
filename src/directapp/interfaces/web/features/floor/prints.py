"""Prints: a car's card, its hand-over protocol with signature, and its inspection report with photos."""

from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.derive import forms, present
from directapp.derive.shown import Shown
from directapp.domains.cars.fields import Cars
from directapp.domains.records.fields import CarFiles, Files
from directapp.domains.workshop.answers import HANDOVER_CHECKS
from directapp.domains.workshop.fields import Inspections
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import choices_to_create
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.uploads import keep_file
from directapp.interfaces.web.features.floor.inspections.checklist import INSPECTIONS, LABELS, checklist_of
from directapp.interfaces.web.features.floor.inspections.outline import MARKS, damage_of
from directapp.interfaces.web.features.floor.labels import labels_of
from directapp.interfaces.web.features.floor.mine import CARS
from directapp.interfaces.web.features.floor.words import WORDS, say, speak_floor
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.clock import OSLO
from directapp.kernel.errors import ForbiddenError, InvalidError, NotFoundError, Problem
from directapp.store.query import Condition, Filter, Junction, Order, Query

KINDS = ("label", "card", "handover", "inspection")
FILES = "car_files"
# The title under which a signature lies among a car's files; data, not a word of the page.
SIGNATURE = "Underskrift kunde"
_GROUPS = ("identity", "order", "customer", "responsibility", "services", "location", "planning")
_CHECKS = ("walkthrough", "manual", "charging", "damage_free")
_MOST = 24


async def sign(ctx: PersonContext, car: str) -> Response:
    """Keep the customer's signature of the hand-over."""
    target, posted = record_id(car), await read_signed(ctx)
    await look_up(ctx, ctx.meta(CARS), target)
    if len(posted.files) != 1:
        raise InvalidError(Problem(WORDS["no_signature"], field="signature"))
    day = present.input_instant(ctx.now.isoformat())[:10]
    values = {"car": target, "stage": "delivery", "title": f"{SIGNATURE} {day}"}
    await keep_file(ctx, ctx.meta(FILES), posted.files[0], values=values, key=posted.key, said=posted.said)
    ctx.cookies.append(notes.tell_done(say("signed_saved", ctx.language), ctx.now))
    return ctx.go(f"/app/cars/{target}/print/handover")


async def show_print(ctx: PersonContext, car: str, kind: str) -> Response:
    """Show a page to print."""
    if kind not in KINDS:
        raise NotFoundError
    seen = await look_up(ctx, ctx.meta(CARS), record_id(car))
    if kind != "label" and not seen.view.full:
        raise ForbiddenError
    context = await _MAKERS[kind](ctx, seen) if kind in _MAKERS else {}
    labels = await labels_of(ctx, [dict(seen.view.row)])
    return ctx.page(
        f"floor/{kind}.html" if kind != "label" else "floor/labels.html",
        here=CARS,
        f=speak_floor(ctx.language),
        title=ctx.formatter.title(seen.meta, seen.told),
        label=labels[0],
        labels=labels,
        groups=_groups(ctx, seen),
        path=seen.path,
        site=ctx.branding,
        printed=say(
            "printed",
            ctx.language,
            when=present.exact_moment(ctx.now.astimezone(OSLO), ctx.language),
            who=ctx.person.name,
        ),
        **context,
    )


def _groups(ctx: RequestContext, seen: Record) -> list[Any]:
    found = forms.read_groups(seen.meta, ctx.formatter, seen.told, seen.view.readable, without=frozenset())
    return [g for g in found if g.code in _GROUPS and g.filled]


async def _handover(ctx: RequestContext, seen: Record) -> dict[str, Any]:
    kept = await _files(ctx, seen.id, Condition(("title",), "like", f"{SIGNATURE}%"))
    checks = [t.pick(ctx.language) for t in HANDOVER_CHECKS.values()]
    given = await _latest(ctx, seen.id, "handover")
    ticked = [n for n in HANDOVER_CHECKS if given and given.get(n)]
    meta = ctx.spec[FILES]
    return {
        "signature": kept[0] if kept else None,
        "signs": any(option.value == "delivery" for option in choices_to_create(ctx, meta, "stage")),
        "checks": [(label, code in ticked) for code, label in zip(HANDOVER_CHECKS, checks, strict=True)]
        + [(say(name, ctx.language), False) for name in _CHECKS],
    }


async def _inspection(ctx: RequestContext, seen: Record) -> dict[str, Any]:
    photos = await _files(ctx, seen.id, Condition(("stage",), "eq", "inspection"))
    noted = _noted(ctx, seen)
    latest = await _latest(ctx, seen.id, "mottak")
    if latest is None:
        return {"noted": noted, "bare": True, "points": (), "photos": photos, "head": (), "damage": None}
    inspection = await look_up(ctx, ctx.meta(INSPECTIONS), record_id(str(latest[Inspections.id])))
    meta, told = inspection.meta, inspection.told
    points = checklist_of(ctx.language, meta, inspection.view)
    named = ("approved", "note", "signed_by", "signed_at")
    head = [(meta.fields[n].label.pick(ctx.language), v) for n in named if (v := ctx.formatter.value(meta, n, told))]
    labels = {code: text.pick(ctx.language) for code, text in LABELS.items()}
    marks = inspection.view.row.get(MARKS) or ()
    damage = damage_of(ctx.language, marks) if MARKS in inspection.view.readable else None
    marked = {m.file for m in damage.marks} if damage else set()
    # What was decided on the car after the checklist was signed, or without it, stands beside it.
    decided = seen.view.row.get(Cars.inspection_approved)
    return {
        "noted": noted if decided is not None and decided != latest.get(Inspections.approved) else (),
        "bare": False,
        "damage": damage,
        "points": [
            (p, labels.get(p.result, say("unanswered", ctx.language))) for p in (points.items if points else ())
        ],
        "photos": [p for p in photos if str(p["file"]) not in marked],
        "head": head,
    }


def _noted(ctx: RequestContext, seen: Record) -> list[tuple[str, Shown]]:
    """Return what stands on the car itself about its inspection."""
    group = next(g for g in seen.meta.groups if g.code == "inspection")
    names = [f for f in group.fields if f.name in seen.view.readable]
    told = [(f.label.pick(ctx.language), ctx.formatter.value(seen.meta, f.name, seen.told)) for f in names]
    return [(label, value) for label, value in told if value]


async def _latest(ctx: RequestContext, car: UUID, kind: str) -> dict[str, Any] | None:
    meta = ctx.spec.get(INSPECTIONS)
    if meta is None or not meta.grants_of(ctx.person.roles):
        return None
    filter_ = Junction("and", (Condition(("car",), "eq", car), Condition(("kind",), "eq", kind)))
    query = Query(filter=filter_, sort=(Order("id", descending=True),), limit=1)
    rows = await ctx.rows(INSPECTIONS, query)
    return rows[0] if rows else None


async def _files(ctx: RequestContext, car: UUID, which: Filter) -> list[dict[str, Any]]:
    """Return the pictures of a car, newest first: file, title, when."""
    query = Query(
        fields=(("id",), ("title",), ("created_at",), ("file", "id"), ("file", "media_type")),
        filter=Junction("and", (Condition(("car",), "eq", car), which)),
        sort=(Order("id", descending=True),),
        limit=_MOST,
    )
    rows = await ctx.rows(FILES, query)
    return [
        {
            "file": r[CarFiles.file][Files.id],
            "title": r.get(CarFiles.title) or "",
            "when": ctx.formatter.value(ctx.spec[FILES], "created_at", r),
        }
        for r in rows
        if r.get(CarFiles.file) and str(r[CarFiles.file].get(Files.media_type, "")).startswith("image/")
    ]


_MAKERS = {"handover": _handover, "inspection": _inspection}


def print_part(_: RequestContext, record: Record) -> dict[str, Any] | None:
    """Return what the links to a car's prints write, None where it is not seen in full."""
    return {} if record.view.full else None


ROUTES = (
    post("/app/cars/{car}/print/handover", sign),
    get("/app/cars/{car}/print/{kind}", show_print),
)
