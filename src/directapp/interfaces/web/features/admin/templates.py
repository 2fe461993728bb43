"""Inspection templates: which are used, and an editor of their items that works with and without a script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.spec import CollectionMeta
from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.derive.inputs import Option
from directapp.domains.workshop.fields import InspectionTemplates
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.admin.lines import (
    ItemLine,
    items_of,
    moved,
    new_line,
    stored_lines,
    typed_lines,
)
from directapp.interfaces.web.features.admin.overview import PATH, TEMPLATES
from directapp.interfaces.web.features.admin.words import WORDS, speak_admin
from directapp.interfaces.web.records.lists import may_create
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError, StaleError
from directapp.kernel.text import name_of
from directapp.store.query import Order, Query

HERE = f"{PATH}/templates"
_NAMES = ("name_nb", "name_en")
_CHOICES = ("car_type", "kind")
_MOST = 200
ITEMS, SAVE = "items", "save"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A template in the list: what it is called, what it is for, and whether new inspections use it."""

    href: str
    name: str
    car_type: str
    kind: str
    points: int
    critical: int
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A template as its form holds it, and what came of saving it."""

    target: UUID | None
    version: int | None
    values: Mapping[str, str]
    lines: tuple[ItemLine, ...]
    problems: Mapping[str, str] = field(default_factory=dict)
    summary: tuple[Complaint, ...] = ()
    stale_by: str | None = None
    theirs: tuple[ItemLine, ...] = ()
    focus: str = ""
    status: int = HTTPStatus.OK


# -- the list -------------------------------------------------------------------------------------------


async def show_templates(ctx: PersonContext) -> Response:
    """Show the templates, those that are used first."""
    meta = ctx.meta(TEMPLATES)
    names = ("id", *_NAMES, *_CHOICES, ITEMS, "active")
    query = Query(fields=tuple((n,) for n in names), sort=(Order("id"),), limit=_MOST)
    rows = await ctx.rows(TEMPLATES, query)
    chosen: set[tuple[str, str]] = set()
    listed = []
    for row in rows:
        key = (row[InspectionTemplates.car_type], row[InspectionTemplates.kind])
        use = "unused" if not row[InspectionTemplates.active] else "outranked" if key in chosen else "used"
        listed.append((use, _listed(ctx, meta, row, use)))
        chosen |= {key} if row[InspectionTemplates.active] else set()
    order = ("used", "outranked", "unused")
    listed.sort(key=lambda one: (order.index(one[0]), one[1].name))
    return ctx.page(
        "admin/templates.html",
        here=TEMPLATES,
        a=speak_admin(ctx.language),
        listed=listed,
        may_create=may_create(ctx, meta),
    )


def _listed(ctx: RequestContext, meta: CollectionMeta, row: Mapping[str, Any], use: str) -> Listed:
    lines = stored_lines(row[ITEMS])
    return Listed(
        href=f"{HERE}/{row[InspectionTemplates.id]}",
        name=name_of(row).pick(ctx.language),
        car_type=ctx.formatter.value(meta, "car_type", row).text,
        kind=ctx.formatter.value(meta, "kind", row).text,
        points=len(lines),
        critical=sum(line.critical for line in lines),
        use=ctx.say(WORDS[use]),
    )


# -- the editor -----------------------------------------------------------------------------------------


async def show_new(ctx: PersonContext) -> Response:
    """Show the form of a new template."""
    meta = ctx.meta(TEMPLATES)
    if not may_create(ctx, meta):
        raise ForbiddenError
    values = {"kind": str(meta.fields[InspectionTemplates.kind].default), "active": "true"}
    return _page(ctx, meta, Sheet(target=None, version=None, values=values, lines=(new_line(),)))


async def show_template(ctx: PersonContext, record: str) -> Response:
    """Show a template in its editor."""
    meta = ctx.meta(TEMPLATES)
    seen = await look_up(ctx, meta, record_id(record))
    row = seen.view.row
    values = {n: str(row.get(n) or "") for n in (*_NAMES, *_CHOICES)} | {
        "active": "true" if row[InspectionTemplates.active] else ""
    }
    sheet = Sheet(target=seen.id, version=seen.version, values=values, lines=stored_lines(row[ITEMS]))
    return _page(ctx, meta, sheet, writes=ITEMS in seen.view.writable)


async def create_template(ctx: PersonContext) -> Response:
    """Create a template, or do to its form what was asked."""
    return await _answer(ctx, None)


async def save_template(ctx: PersonContext, record: str) -> Response:
    """Save a template, or do to its form what was asked."""
    return await _answer(ctx, record_id(record))


async def _answer(ctx: RequestContext, target: UUID | None) -> Response:
    meta = ctx.meta(TEMPLATES)
    posted = await read_signed(ctx)
    values = {n: posted.get(n).strip() for n in (*_NAMES, *_CHOICES, "active")}
    sheet = Sheet(target=target, version=posted.version, values=values, lines=typed_lines(posted))
    deed = posted.get("do")
    if deed and deed != SAVE:
        lines, focus = moved(sheet.lines, deed)
        return _page(ctx, meta, replace(sheet, lines=lines, focus=focus))
    problems = _problems(ctx, sheet)
    if problems:
        again = replace(
            sheet,
            problems=problems,
            summary=tuple(Complaint(text, name, _label(ctx, sheet, name)) for name, text in problems.items()),
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
        return _page(ctx, meta, again)
    return await _save(ctx, meta, sheet, posted)


async def _save(ctx: RequestContext, meta: CollectionMeta, sheet: Sheet, posted: Posted) -> Response:
    patch: dict[str, Any] = {n: sheet.values[n] or None for n in (*_NAMES, *_CHOICES)}
    patch |= {"active": bool(sheet.values[InspectionTemplates.active]), ITEMS: items_of(sheet.lines)}
    verb = "update" if sheet.target else "create"
    try:
        answer = await ctx.do(meta, verb, patch, posted=posted, target=sheet.target, version=sheet.version)
    except NotFoundError:
        raise
    except StaleError as error:
        return _page(ctx, meta, await _stale(ctx, meta, sheet, error))
    except DirectAppError as error:
        by_field, summary = forms.sort_problems(error.problems, meta.fields, ctx.language)
        problems = {name: texts[0] for name, texts in by_field.items()}
        return _page(ctx, meta, replace(sheet, problems=problems, summary=summary, status=int(error.status)))
    address = f"{HERE}/{sheet.target or answer.record}"
    undo = f"/app/{TEMPLATES}/{sheet.target}/undo" if sheet.target else None
    told = f"{ctx.say(COMMON['saved'])}: {sheet.values[InspectionTemplates.name_nb]}"
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=undo, href=address))
    return ctx.go(address)


async def _stale(ctx: RequestContext, meta: CollectionMeta, sheet: Sheet, error: StaleError) -> Sheet:
    """Return the form with all that was typed, the version that is stored now, and what that one holds."""
    target = sheet.target
    if target is None:
        raise error
    seen = await look_up(ctx, meta, target)
    who = await ctx.last_writer(TEMPLATES, target) or ctx.say(COMMON["someone"])
    theirs = stored_lines(seen.view.row[ITEMS])
    return replace(sheet, version=seen.version, stale_by=who, theirs=theirs, status=int(error.status))


def _problems(ctx: RequestContext, sheet: Sheet) -> dict[str, str]:
    """Return what is wrong with what was typed, by field."""
    found = {name: WORDS["write_name"] for name in _NAMES if not sheet.values[name]}
    for line in sheet.lines:
        for code, word in (("nb", "norwegian"), ("en", "english")):
            if not line.blank and not getattr(line, code):
                found[f"{code}-{line.code}"] = WORDS["write_text"].fill(language=WORDS[word])
    if all(line.blank for line in sheet.lines):
        found["add"] = WORDS["write_points"]
    return {name: ctx.say(text) for name, text in found.items()}


def _label(ctx: RequestContext, sheet: Sheet, name: str) -> str | None:
    fields = ctx.spec[TEMPLATES].fields
    if name in fields:
        return ctx.say(fields[name].label)
    number = next((n for n, line in enumerate(sheet.lines, 1) if name.endswith(f"-{line.code}")), None)
    return ctx.say(WORDS["point"].fill(number=number)) if number else None


def _page(ctx: RequestContext, meta: CollectionMeta, sheet: Sheet, *, writes: bool = True) -> Response:
    """Show a template's form; with nothing to write it is read."""
    name = sheet.values.get(InspectionTemplates.name_nb) or ctx.say(WORDS["new_template"])
    return ctx.page(
        "admin/template.html",
        status=sheet.status,
        here=TEMPLATES,
        a=speak_admin(ctx.language),
        sheet=sheet,
        action=f"{HERE}/{sheet.target or 'new'}",
        title=ctx.say(WORDS["new_template"]) if sheet.target is None else name,
        labels={n: ctx.say(meta.fields[n].label) for n in (*_NAMES, *_CHOICES, "active", ITEMS)},
        choices={n: _choices(ctx, meta, n, sheet.values.get(n, "")) for n in _CHOICES},
        writes=writes,
        summary=sheet.summary,
        stale_by=None,
        told_stale=ctx.say(WORDS["saved_by_other"].fill(who=sheet.stale_by)) if sheet.stale_by else "",
        record=f"/app/{TEMPLATES}/{sheet.target}" if sheet.target else None,
        blank=new_line(),
    )


def _choices(ctx: RequestContext, meta: CollectionMeta, name: str, chosen: str) -> Sequence[Option]:
    return [Option(c.code, ctx.say(c.label), c.code == chosen) for c in meta.fields[name].choices]


ROUTES = (
    get(HERE, show_templates),
    get(f"{HERE}/new", show_new),
    post(f"{HERE}/new", create_template),
    get(f"{HERE}/{{record}}", show_template),
    post(f"{HERE}/{{record}}", save_template),
)
