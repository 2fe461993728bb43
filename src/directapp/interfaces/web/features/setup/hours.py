"""Working hours by template: many people at once get a week to work in, and stand in the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.reading import BadValueError, read_clock
from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.derive.inputs import Option
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import administers
from directapp.interfaces.web.features.setup.guide import guides
from directapp.interfaces.web.features.setup.steps import PATH
from directapp.interfaces.web.features.setup.words import WORDS, speak_setup
from directapp.interfaces.web.records.record import UnresolvedError
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError, Problem
from directapp.store.query import Condition, Junction, Order, Query

HERE = f"{PATH}/hours"
USERS, RESOURCES, HOURS = "users", "resources", "working_hours"
_MOST = 500
_OWN = "own"
_WEEK = ("1", "2", "3", "4", "5")
Spans = Mapping[str, tuple[str, str]]
TEMPLATES: Mapping[str, Spans] = {
    "office": dict.fromkeys(_WEEK, ("08:00", "16:00")),
    "early": dict.fromkeys(_WEEK, ("07:00", "15:00")),
    "late": dict.fromkeys(_WEEK, ("14:00", "22:00")),
    "saturday": {**dict.fromkeys(_WEEK, ("08:00", "16:00")), "6": ("10:00", "14:00")},
}
# The work that a role usually does, offered and not decided.
_USUAL = {
    "mechanic": ("technical",),
    "detailer": ("cosmetic",),
    "reception": ("inspection", "reception"),
    "planner": ("quality",),
    "parts": ("parts",),
    "new_car_sales": ("delivery",),
    "used_car_sales": ("delivery",),
}
opens_hours = administers(HOURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Somebody of a site: whether chosen, the work that is chosen for them, and whether they have hours already."""

    id: str
    name: str
    roles: str
    chosen: bool
    works: tuple[Option, ...]
    has_hours: bool
    resource: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was chosen and could not be saved."""

    people: frozenset[str]
    works: Mapping[str, Sequence[str]]
    template: str
    days: frozenset[str]
    start: str
    end: str
    summary: tuple[Complaint, ...] = ()
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY


async def show_hours(ctx: PersonContext, site: str = "") -> Response:
    """Show the people of a site with the templates."""
    if not opens_hours(ctx):
        raise ForbiddenError
    return await _page(ctx, await _site(ctx, site))


async def _site(ctx: RequestContext, asked: str) -> UUID | None:
    """Return the site asked for, else the own one, else the first."""
    target = refs.as_uuid(asked) or ctx.person.site
    if target is None:
        target = next((refs.as_uuid(o.value) for o in await refs.choices_of(ctx, SITES, None)), None)
    return target


async def _page(ctx: RequestContext, site: UUID | None, typed: Typed | None = None) -> Response:
    days = [
        Option(c.code, ctx.say(c.label), c.code in (typed.days if typed else _WEEK))
        for c in ctx.meta(HOURS).fields["weekday"].choices
    ]
    chosen = typed.template if typed else "office"
    return ctx.page(
        "setup/hours.html",
        status=typed.status if typed else HTTPStatus.OK,
        here=HOURS,
        s=speak_setup(ctx.language),
        guides=guides(ctx),
        site=str(site or ""),
        sites=await refs.choices_of(ctx, SITES, site) if guides(ctx) else [],
        workers=await _workers(ctx, site, typed) if site else [],
        templates=[Option(code, ctx.say(WORDS[code]), code == chosen) for code in (*TEMPLATES, _OWN)],
        days=days,
        start=typed.start if typed else "08:00",
        end=typed.end if typed else "16:00",
        summary=typed.summary if typed else (),
        stale_by=None,
    )


async def _workers(ctx: RequestContext, site: UUID, typed: Typed | None) -> list[Worker]:
    active = Junction("and", (Condition(("dealership",), "eq", site), Condition(("active",), "eq", value=True)))
    asked = Query(
        fields=(("id",), ("first_name",), ("last_name",), ("roles",)),
        filter=active,
        sort=(Order("last_name"), Order("first_name")),
        limit=_MOST,
    )
    people = await ctx.rows(USERS, asked)
    resources = await _resources(ctx, site)
    working = {str(r["resource"]) for r in await _hours_of(ctx, [str(r["id"]) for r in resources.values()])}
    return [
        _worker(ctx, row, resources.get(str(row["id"])), working, typed)
        for row in people
        if set(row["roles"]) & set(_USUAL) or str(row["id"]) in resources
    ]


def _worker(
    ctx: RequestContext,
    row: Mapping[str, Any],
    resource: Mapping[str, Any] | None,
    working: set[str],
    typed: Typed | None,
) -> Worker:
    key, has_hours = str(row["id"]), resource is not None and str(resource["id"]) in working
    usual = [work for role in row["roles"] for work in _USUAL.get(role, ())]
    stored = list(resource["does"]) if resource else usual
    works = typed.works.get(key, ()) if typed else stored
    return Worker(
        id=key,
        name=ctx.formatter.title(ctx.meta(USERS), row),
        roles=ctx.formatter.value(ctx.meta(USERS), "roles", row).text,
        chosen=key in typed.people if typed else not has_hours,
        works=tuple(
            Option(c.code, ctx.say(c.label), c.code in works) for c in ctx.meta(RESOURCES).fields["does"].choices
        ),
        has_hours=has_hours,
        resource=str(resource["id"]) if resource else None,
    )


async def _resources(ctx: RequestContext, site: UUID) -> dict[str, dict[str, Any]]:
    """Return the resources that stand for the people of a site, by person."""
    fields = (("id",), ("person",), ("does",), ("version",))
    query = Query(fields=fields, filter=Condition(("dealership",), "eq", site), sort=(Order("id"),), limit=_MOST)
    return {str(r["person"]): r for r in await ctx.rows(RESOURCES, query) if r.get("person")}


async def _hours_of(ctx: RequestContext, resources: Sequence[str]) -> list[dict[str, Any]]:
    if not resources:
        return []
    ids = [UUID(one) for one in resources]
    query = Query(
        fields=(("id",), ("resource",), ("valid_to",)),
        filter=Condition(("resource",), "in", ids),
        sort=(Order("id"),),
        limit=_MOST * 7,
    )
    return await ctx.rows(HOURS, query)


# -- saving ---------------------------------------------------------------------------------------------


async def set_hours(ctx: PersonContext) -> Response:
    """Give the chosen people the hours of a template; whoever is not in the plan yet is put there."""
    posted = await read_signed(ctx)
    if not opens_hours(ctx):
        raise ForbiddenError
    site = await _site(ctx, posted.get("site"))
    if site is None:
        raise NotFoundError
    people = posted.typed.get("person", [])[:_MOST]
    typed = Typed(
        people=frozenset(people),
        works={key: posted.typed.get(f"works.{key}", []) for key in posted.typed.get("shown", [])[:_MOST]},
        template=posted.get("template"),
        days=frozenset(posted.typed.get("day", [])),
        start=posted.get("start").strip(),
        end=posted.get("end").strip(),
    )

    async def again(error: DirectAppError) -> Response:
        _, summary = forms.sort_problems(error.problems, ctx.meta(HOURS).fields, ctx.language)
        return await _page(ctx, site, replace(typed, summary=summary, status=int(error.status)))

    async with ctx.form(again):
        spans = TEMPLATES.get(typed.template) or dict.fromkeys(sorted(typed.days), (typed.start, typed.end))
        workers = [w for w in await _workers(ctx, site, typed) if w.chosen]
        _refuse_incomplete(workers, typed, spans)
        for worker in workers:
            await _give(ctx, site, worker, typed.works.get(worker.id, ()), spans)
    told = ctx.say(WORDS["hours_set"].fill(count=len(workers)))
    address = PATH if guides(ctx) else f"{HERE}?site={site}"
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=None, href=address))
    return ctx.go(address)


def _refuse_incomplete(workers: Sequence[Worker], typed: Typed, spans: Spans) -> None:
    problems = [] if workers else [Problem(WORDS["choose_who"])]
    problems += [] if spans else [Problem(WORDS["choose_days"])]
    problems += [Problem(WORDS["what_work"].fill(name=w.name)) for w in workers if not typed.works.get(w.id)]
    problems += [p for start, end in sorted(set(spans.values())) for p in _wrong_clock(start, end)]
    if problems:
        raise UnresolvedError(problems)


def _wrong_clock(start: str, end: str) -> list[Problem]:
    """Say what is wrong with a day's hours before anybody is put in the plan with them."""
    try:
        begins, ends = read_clock(start), read_clock(end)
    except BadValueError as error:
        return [Problem(error.text)]
    return [] if begins < ends else [Problem(WORDS["ends_first"])]


async def _give(ctx: RequestContext, site: UUID, worker: Worker, works: Sequence[str], spans: Spans) -> None:
    """Put somebody in the plan with these hours in place of the ones that have no end."""
    resources, hours = ctx.meta(RESOURCES), ctx.meta(HOURS)
    values: dict[str, Any] = {"does": list(works)}
    if worker.resource is None:
        values |= {"name": worker.name, "kind": "person", "person": worker.id, "dealership": str(site)}
        made = await ctx.do(resources, "create", values)
        resource = str(made.record)
    else:
        resource = worker.resource
        await ctx.do(resources, "update", values, target=UUID(resource))
    old = [row for row in await _hours_of(ctx, [resource]) if row.get("valid_to") is None]
    for row in old:
        await ctx.do(hours, "delete", {}, target=UUID(str(row["id"])))
    for day, (start, end) in spans.items():
        await ctx.do(hours, "create", {"resource": resource, "weekday": day, "starts": start, "ends": end})


ROUTES = (
    get(HERE, show_hours),
    post(HERE, set_hours),
)
