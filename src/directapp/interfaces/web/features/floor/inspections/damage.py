"""Damage: marked on the outline of a car at its inspection, with a note and a photo, and shown on the car's page."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.derive import forms
from directapp.domains.workshop.fields import Inspections
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.uploads import keep_file
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.floor.inspections.checklist import INSPECTIONS
from directapp.interfaces.web.features.floor.inspections.outline import (
    CARS,
    FILES,
    INSIDE,
    INSPECTION,
    MARKS,
    VIEWS,
    WORDS,
    Draft,
    damage_of,
    damage_on,
    mark_key,
    may_mark,
    shows_damage,
)
from directapp.interfaces.web.records.record import UnresolvedError, record_id
from directapp.interfaces.web.records.record_view import Answered, look_up, page_context
from directapp.kernel.errors import DirectAppError, ForbiddenError, Problem, StaleError
from directapp.store.query import Condition, Order, Query

_MOST = 50
# How often a mark is laid over what others have stored in between; each time somebody else has got on.
_TRIES = 12
Marks = list[dict[str, Any]]


async def add_mark(ctx: PersonContext, record: str) -> Response:
    """Put a mark on the outline, with its photo."""
    seen, posted = await _begin(ctx, record)
    async with ctx.form(lambda error: _refused(ctx, seen, posted, error)):
        mark = _read_mark(posted)
        if posted.files:
            mark["file"] = await _keep_photo(ctx, seen, posted)
        await _save(ctx, seen, posted, lambda stored: _with(stored, mark))
    return await _done(ctx, seen)


async def remove_mark(ctx: PersonContext, record: str) -> Response:
    """Take a mark off the outline; its photo stays among the car's files."""
    seen, posted = await _begin(ctx, record)
    async with ctx.form(lambda error: _refused(ctx, seen, posted, error)):
        await _save(ctx, seen, posted, lambda stored: [m for m in stored if mark_key(m) != posted.get("mark")])
    return await _done(ctx, seen)


async def _begin(ctx: RequestContext, record: str) -> tuple[Record, Posted]:
    meta, target = ctx.meta(INSPECTIONS), record_id(record)
    posted = await read_signed(ctx)
    seen = await look_up(ctx, meta, target)
    if not may_mark(meta, seen.view):
        raise ForbiddenError
    return seen, posted


def _with(stored: Marks, mark: dict[str, Any]) -> Marks:
    """Return the marks with one more; a form sent again brings the mark that is there."""
    return stored if mark_key(mark) in map(mark_key, stored) else [*stored, mark]


def _read_mark(posted: Posted) -> dict[str, Any]:
    view, note = posted.get("view"), posted.get("note").strip()
    try:
        x, y = (round(float(posted.get(name) or "nan"), 3) for name in ("x", "y"))
    except ValueError:
        x = y = -1.0
    if view == INSIDE:
        x = y = 0.5
    if view not in VIEWS or not (0 <= x <= 1 and 0 <= y <= 1):
        raise UnresolvedError(Problem(WORDS["misplaced"]))
    return {"x": x, "y": y, "view": view, "note": note or None, "file": None}


async def _keep_photo(ctx: RequestContext, seen: Record, posted: Posted) -> str:
    values = {
        "car": seen.view.row[Inspections.car],
        "stage": INSPECTION,
        "title": posted.get("note").strip()[:200] or None,
    }
    key = posted.key_of("photo")
    file = await keep_file(ctx, ctx.spec[FILES], posted.files[0], values=values, key=key)
    return str(file)


async def _save(ctx: RequestContext, seen: Record, posted: Posted, change: Callable[[Marks], Marks]) -> None:
    """Store what changes of the marks, over what others have stored since the page was made."""
    for left in reversed(range(_TRIES)):
        stored = [m for m in seen.view.row.get(MARKS) or () if isinstance(m, dict)]
        marks = change(stored)
        if marks == stored:
            return
        try:
            await ctx.do(seen.meta, "update", {MARKS: marks}, posted=posted, target=seen.id, version=seen.version)
        except StaleError:
            if not left:
                raise
            seen = await look_up(ctx, seen.meta, seen.id)
        else:
            return


async def _done(ctx: RequestContext, seen: Record) -> Response:
    if not ctx.partial:
        undo = f"{seen.path}/undo"
        ctx.cookies.append(notes.tell_done(ctx.say(COMMON["saved"]), ctx.now, undo=undo, href=seen.path))
        return ctx.go(f"{seen.path}#damage")
    again = await look_up(ctx, seen.meta, seen.id)
    return ctx.page("floor/damage.html", **await page_context(ctx, again))


async def _refused(ctx: RequestContext, seen: Record, posted: Posted, error: DirectAppError) -> Response:
    _, summary = forms.sort_problems(error.problems, {}, ctx.language)
    context = await page_context(ctx, seen, Answered(summary=summary))
    typed = Draft(*(posted.get(name) for name in ("view", "x", "y", "note")))
    context["damage"] = damage_on(ctx, seen.meta, seen.view, typed)
    template = "floor/damage.html" if ctx.partial else "record.html"
    return ctx.page(template, status=int(error.status), **context)


async def show_damage(ctx: PersonContext, record: str) -> Response:
    """Show everything that is marked on a car, from all its inspections."""
    target = record_id(record)
    seen = await look_up(ctx, ctx.meta(CARS), target)
    if not shows_damage(ctx, seen.meta):
        raise ForbiddenError
    context: dict[str, Any] = {
        "damage": damage_of(ctx.language, await _marks(ctx, target)),
        "here": CARS,
        "path": seen.path,
        "plural": seen.meta.declared.plural.pick(ctx.language),
        "title": ctx.say(WORDS["damage"]),
        "summary": (),
        "stale_by": None,
    }
    if ctx.partial:
        return ctx.page("floor/damage_seen.html", **context)
    return ctx.page("section.html", status=HTTPStatus.OK, part="floor/damage_seen.html", **context)


async def _marks(ctx: RequestContext, car: UUID) -> list[Any]:
    query = Query(fields=(("id",), (MARKS,)), filter=Condition(("car",), "eq", car), sort=(Order("id"),), limit=_MOST)
    rows = await ctx.rows(INSPECTIONS, query)
    return [mark for row in rows for mark in row.get(MARKS) or ()]


def damage_part(ctx: RequestContext, record: Record) -> dict[str, Any] | None:
    """Return what the outline on an inspection's page writes, None where it has none for this reader."""
    damage = damage_on(ctx, record.meta, record.view)
    return None if damage is None else {"damage": damage}


ROUTES = (
    post("/app/inspections/{record}/marks", add_mark),
    post("/app/inspections/{record}/marks/remove", remove_mark),
    get("/app/cars/{record}/damage", show_damage),
)
