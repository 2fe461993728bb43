"""Checklists: the page of an inspection, each item answered in one tap, a remark made a work item in another.

A form brings one answer, a few or all of them. Each is laid over what is stored then, so that people who answer the
same checklist at once keep what each of them tapped; only the same line, answered differently, is for them to settle.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from directapp.derive import forms
from directapp.domains.workshop.fields import Inspections
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.features.floor.inspections.checklist import (
    INSPECTIONS,
    LABELS,
    RESULTS,
    Checklist,
    Item,
    checklist_of,
)
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.record_view import Answered, look_up, page_context
from directapp.kernel.errors import ConflictError, DirectAppError, NotFoundError, Problem, StaleError
from directapp.kernel.text import Text

# How often an answer is laid over what others have stored in between; each time somebody else has got on.
_TRIES = 12


async def answer(ctx: PersonContext, record: str) -> Response:
    """Keep the answers that a form brings."""
    target = record_id(record)
    posted = await read_signed(ctx)
    async with ctx.form(lambda error: _refused(ctx, record, posted, error)):
        await _keep(ctx, await _look_up(ctx, record), posted)
    path = f"/app/{INSPECTIONS}/{target}"
    if not ctx.partial:
        ctx.cookies.append(notes.tell_done(ctx.say(WORDS["saved"]), ctx.now, undo=f"{path}/undo", href=path))
        return ctx.go(path)
    return ctx.page("floor/answered.html", **await page_context(ctx, await _look_up(ctx, record)))


async def _look_up(ctx: RequestContext, record: str) -> Record:
    return await look_up(ctx, ctx.meta(INSPECTIONS), record_id(record))


def _points(ctx: RequestContext, seen: Record) -> Checklist:
    points = checklist_of(ctx.language, seen.meta, seen.view)
    if points is None:
        raise NotFoundError
    return points


async def _keep(ctx: RequestContext, seen: Record, posted: Posted) -> None:
    """Save what is new; what somebody else answered differently since the form was made is refused by its line."""
    for left in reversed(range(_TRIES)):
        fields = _points(ctx, seen).fields
        new, clashes = _laid_over(fields, posted)
        if new == fields:
            break
        patch = {"answers": _answers(new, seen.view.row.get(Inspections.answers) or [])}
        try:
            await ctx.do(seen.meta, "update", patch, posted=posted, target=seen.id, version=seen.version)
            break
        except StaleError:
            if not left:
                raise
            seen = await look_up(ctx, seen.meta, seen.id)
    if clashes:
        raise ConflictError([await _told(ctx, seen, name, fields[name]) for name in clashes])


def _laid_over(fields: Mapping[str, str], posted: Posted) -> tuple[dict[str, str], list[str]]:
    """Return what stands in the form with what was typed laid over it, and the names of what clashes."""
    new, clashes = dict(fields), []
    for name, stored in fields.items():
        typed, base = posted.get(name).strip(), posted.base.get(name, stored)
        if name not in posted.typed or typed in {stored, base}:
            continue
        if stored and stored != base:
            clashes.append(name)
        else:
            new[name] = typed
    lines = {name.partition(".")[2] for name in clashes}
    # A line is one thing: a remark is not kept with another person's words, nor words with another person's answer.
    return {n: fields[n] if n.partition(".")[2] in lines else v for n, v in new.items()}, clashes


async def _told(ctx: RequestContext, seen: Record, name: str, stored: str) -> Problem:
    who = await ctx.last_writer(INSPECTIONS, seen.id) or ctx.say(WORDS["someone"])
    code = name.partition(".")[2]
    label = next(i.label for i in _points(ctx, seen).items if i.code == code)
    value: Text | str = LABELS.get(stored) or stored
    return Problem(WORDS["answered_by"].fill(who=who, item=label, value=value), field=f"answer.{code}", code="STALE")


def _answers(fields: Mapping[str, str], stored: list[Any]) -> list[dict[str, Any]]:
    """Return the answers as they are kept; what else an answer holds (photos) stays."""
    known = {a.get("item"): a for a in stored if isinstance(a, dict)}
    made = []
    for name, result in fields.items():
        kind, _, code = name.partition(".")
        if kind == "answer" and result in RESULTS:
            note = fields[f"note.{code}"] or None
            made.append({**known.get(code, {}), "item": code, "result": result, "note": note})
    return made


async def _refused(ctx: RequestContext, record: str, posted: Posted, error: DirectAppError) -> Response:
    """Tell it at the lines that were sent; without a script the page comes back with all that was typed."""
    seen = await _look_up(ctx, record)
    _, summary = forms.sort_problems(error.problems, {}, ctx.language)
    context = await page_context(ctx, seen, Answered(summary=summary))
    if ctx.partial:
        return ctx.page("floor/answered.html", status=int(error.status), **context)
    points = _points(ctx, seen)
    typed = tuple(_typed(item, posted) for item in points.items)
    again = {"checklist": Checklist(typed, points.open), "checklist_base": points.base}
    return ctx.page("record.html", status=int(error.status), **{**context, **again})


def _typed(item: Item, posted: Posted) -> Item:
    result, note = posted.get(f"answer.{item.code}"), posted.get(f"note.{item.code}")
    return Item(item.code, item.label, result or item.result, note or item.note)


def checklist_part(ctx: RequestContext, record: Record) -> dict[str, Any] | None:
    """Return what the checklist on an inspection's page writes, None where it has none for this reader."""
    checklist = checklist_of(ctx.language, record.meta, record.view)
    if checklist is None:
        return None
    labels = [(code, label.pick(ctx.language)) for code, label in LABELS.items()]
    return {"checklist": checklist, "answer_labels": labels, "dictates": True}


ROUTES = (post("/app/inspections/{record}/answers", answer),)
