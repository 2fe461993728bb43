"""Statuses: what a company calls those of its cars, in each language, and the colours of their phases."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Response

from directapp.declare.workflow import HUES, Workflow
from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.derive.inputs import Option
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.companies import NAMES, TENANTS
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import writes
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.admin.overview import PATH
from directapp.interfaces.web.features.admin.words import WORDS, speak_admin
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.errors import DirectAppError, ForbiddenError, StaleError
from directapp.kernel.languages import languages
from directapp.kernel.text import language_names

CARS = "cars"
HERE = f"{PATH}/statuses"
_LONGEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A status of the form: its present look, and in each language what stands in its field and what is usual."""

    code: str
    label: str
    hue: str
    names: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coloured:
    """A phase of the form, with its colours to choose from and its statuses."""

    code: str
    label: str
    colours: tuple[Option, ...]
    statuses: tuple[Named, ...]


def _flow(ctx: RequestContext) -> Workflow:
    """Return the workflow of cars as the product names it."""
    flow = ctx.platform.spec[CARS].declared.workflow
    assert flow is not None
    return flow


def _demand(ctx: RequestContext) -> None:
    if not writes(TENANTS, NAMES)(ctx):
        raise ForbiddenError


async def show_statuses(ctx: PersonContext) -> Response:
    """Show the statuses with their names and colours."""
    _demand(ctx)
    return await _page(ctx)


async def save_statuses(ctx: PersonContext) -> Response:
    """Save what the statuses are called, or show the form again with everything that was typed."""
    posted = await read_signed(ctx)
    _demand(ctx)
    flow = _flow(ctx)
    typed = {
        "labels": {s.code: {one: posted.get(f"{s.code}.{one}").strip() for one in languages()} for s in flow.states},
        "hues": {
            s.phase.code: hue
            for s in flow.states
            if (hue := posted.get(f"hue.{s.phase.code}")) in HUES and hue != s.phase.hue
        },
    }
    meta, tenant = ctx.meta(TENANTS), ctx.person.tenant
    try:
        stored = (await look_up(ctx, meta, tenant)).view.row.get(NAMES) or {}
        patch = {NAMES: {**stored, CARS: typed}}
        await ctx.do(meta, "update", patch, posted=posted, target=tenant, version=posted.version)
    except StaleError as error:
        who = await ctx.last_writer(TENANTS, tenant) or ctx.say(COMMON["someone"])
        return await _page(ctx, typed, stale_by=who, status=int(error.status))
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, meta.fields, ctx.language)
        return await _page(ctx, typed, summary=summary, status=int(error.status))
    told = f"{ctx.say(COMMON['saved'])}: {ctx.say(WORDS['statuses'])}"
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=None, href=HERE))
    return ctx.go(HERE)


async def _page(
    ctx: RequestContext,
    typed: Mapping[str, Any] | None = None,
    *,
    summary: tuple[Complaint, ...] = (),
    stale_by: str | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    seen = await look_up(ctx, ctx.meta(TENANTS), ctx.person.tenant)
    own = typed if typed is not None else (seen.view.row.get(NAMES) or {}).get(CARS) or {}
    return ctx.page(
        "admin/statuses.html",
        status=status,
        here=TENANTS,
        a=speak_admin(ctx.language),
        version=seen.version,
        languages=[(code, ctx.say(name)) for code, name in language_names()],
        phases=_phases(ctx, own),
        longest=_LONGEST,
        summary=summary,
        stale_by=stale_by,
    )


def _phases(ctx: RequestContext, own: Mapping[str, Any]) -> list[Coloured]:
    flow = _flow(ctx)
    phases = {s.phase.code: s.phase for s in flow.states}
    hues = {code: (own.get("hues") or {}).get(code, phase.hue) for code, phase in phases.items()}
    return [
        Coloured(
            code=code,
            label=ctx.say(phase.label),
            colours=tuple(Option(hue, ctx.say(WORDS[f"hue_{hue}"]), hue == hues[code]) for hue in HUES),
            statuses=tuple(_named(ctx, s.code, hues[code], own, flow) for s in flow.states if s.phase.code == code),
        )
        for code, phase in phases.items()
    ]


def _named(ctx: RequestContext, code: str, hue: str, own: Mapping[str, Any], flow: Workflow) -> Named:
    label, names = flow.label(code), (own.get("labels") or {}).get(code) or {}
    return Named(
        code=code,
        label=names.get(ctx.language) or ctx.say(label),
        hue=hue,
        names=tuple((one, ctx.say(name), names.get(one, ""), label.pick(one)) for one, name in language_names()),
    )


ROUTES = (
    get(HERE, show_statuses),
    post(HERE, save_statuses),
)
