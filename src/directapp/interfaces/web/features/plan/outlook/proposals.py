"""Plan proposals: ask for one, look at it, take it into use whole or in part."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response

from directapp.derive import forms, present
from directapp.derive.forms import Complaint
from directapp.domains.people.fields import Dealerships
from directapp.domains.planning.fields import PlanProposals
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted, page_or
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.typed import meant_day
from directapp.interfaces.web.features.plan.closed import wall
from directapp.interfaces.web.features.plan.outlook.words import speak_outlook
from directapp.interfaces.web.features.plan.scope import CARS, PLAN
from directapp.interfaces.web.features.plan.slots import when
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError
from directapp.store.query import Order, Query

PROPOSALS = "plan_proposals"
PATH = f"{PLAN}/proposals"
_DAYS, _SHOWN = 10, 20
_LINE = re.compile(r"[0-9]{1,6}")
_ASKED = ("dealership", "first_day", "last_day", "move_booked")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """One booking that is proposed."""

    number: int
    href: str
    car: str
    work: str
    when: str
    resource: str
    reason: str
    moved_from: str
    chosen: bool


def may_propose(ctx: RequestContext) -> bool:
    """Whether this person may ask for a plan."""
    meta = ctx.spec.get(PROPOSALS)
    return meta is not None and any(g.create for g in meta.grants_of(ctx.person.roles))


async def show_all(ctx: PersonContext) -> Response:
    """Show the form that asks for a plan, and the plans that were made."""
    return await _all(ctx, {})


async def _all(
    ctx: RequestContext, typed: Mapping[str, str], *, summary: Sequence[Complaint] = (), status: int = HTTPStatus.OK
) -> Response:
    meta = ctx.meta(PROPOSALS)
    if not may_propose(ctx):
        raise ForbiddenError
    names = tuple((n,) for n in ("id", "first_day", "last_day", "status", "created_at"))
    who = (("created_by", "first_name"), ("created_by", "last_name"), ("dealership", "name"))
    query = Query(fields=(*names, *who), sort=(Order("id", descending=True),), limit=_SHOWN)
    rows = await ctx.rows(PROPOSALS, query)
    today = oslo_day(ctx.now)
    days = {"first_day": today, "last_day": today + timedelta(days=_DAYS)}
    given = {name: present.input_day(day) for name, day in days.items()} | dict(typed)
    given["dealership"] = given.get("dealership") or str(ctx.person.site or "")
    sites = (await refs.options_of(ctx, ("dealerships",))).get("dealerships", [])
    return ctx.page(
        "outlook/proposals.html",
        status=status,
        here="plan",
        p=speak_outlook(ctx.language),
        given=given,
        sites=[(o.value, o.label) for o in sites],
        made=[
            (f"{PATH}/{r[Dealerships.id]}", title_of(ctx, r), ctx.formatter.value(meta, "status", r), _by(ctx, r))
            for r in rows
        ],
        path=PATH,
        plan=PLAN,
        summary=tuple(summary),
        stale_by=None,
    )


def title_of(ctx: RequestContext, row: Mapping[str, Any]) -> str:
    """Return what a proposal is called: by its days."""
    meta = ctx.spec[PROPOSALS]
    first, last = (ctx.formatter.value(meta, n, row).text for n in ("first_day", "last_day"))
    return speak_outlook(ctx.language)["proposal"].format(first=first, last=last)


def _by(ctx: RequestContext, row: Mapping[str, Any]) -> str:
    person = row.get(PlanProposals.created_by) or {}
    who = " ".join(str(person.get(n) or "") for n in ("first_name", "last_name")).strip()
    at = present.read_instant(row[PlanProposals.created_at])
    moment = present.show_moment(at, ctx.now, ctx.language) if at else ""
    return ", ".join(part for part in (who, (row.get(PlanProposals.dealership) or {}).get("name"), moment) if part)


async def ask(ctx: PersonContext) -> Response:
    """Ask for a plan and go to it; it is made by a background job."""
    posted = await read_signed(ctx)
    typed = {n: posted.get(n) for n in _ASKED if posted.get(n)}
    try:
        days = {n: meant_day(typed[n], ctx.now) for n in ("first_day", "last_day") if n in typed}
        answer = await _perform(ctx, posted, "create", None, typed | days)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, ctx.meta(PROPOSALS).fields, ctx.language)
        return await _all(ctx, typed, summary=tuple(summary), status=int(error.status))
    return ctx.go(f"{PATH}/{answer}")


async def _perform(ctx: RequestContext, posted: Posted, verb: str, target: UUID | None, patch: dict[str, Any]) -> UUID:
    answer = await ctx.do(ctx.meta(PROPOSALS), verb, patch, posted=posted, target=target)
    if answer.record is None:
        raise NotFoundError
    return answer.record


async def show_one(ctx: PersonContext, record: str) -> Response:
    """Show one plan."""
    return await _one(ctx, record_id(record), None)


async def _one(
    ctx: RequestContext,
    target: UUID,
    chosen: frozenset[int] | None,
    *,
    summary: Sequence[Complaint] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    view = await ctx.platform.reading.view(ctx.person, PROPOSALS, target)
    row = view.row
    late = float(row.get(PlanProposals.late_hours) or 0)
    return ctx.page(
        "outlook/proposal_part.html" if ctx.partial else "outlook/proposal.html",
        status=status,
        here="plan",
        p=speak_outlook(ctx.language),
        title=title_of(ctx, row),
        state=ctx.formatter.value(ctx.spec[PROPOSALS], "status", row),
        queued=row[PlanProposals.status] == "queued",
        ready=row[PlanProposals.status] == "ready" and any(o.blocked is None for o in view.offers),
        lines=[line_told(ctx, one, chosen) for one in row.get(PlanProposals.lines) or ()],
        unplanned=[
            (f"/app/{CARS}/{u['car']}", u["car_title"], _said(ctx, u, "reason"))
            for u in row.get(PlanProposals.unplanned) or ()
        ],
        late=present.show_span(timedelta(hours=late), ctx.language) if late else None,
        proven=row.get(PlanProposals.proven),
        message=row.get(PlanProposals.message),
        path=f"{PATH}/{target}",
        all_path=PATH,
        on_plan=_on_plan(target, row),
        summary=tuple(summary),
        stale_by=None,
    )


def _on_plan(target: UUID, row: Mapping[str, Any]) -> str:
    """Return the week of the plan on which the first line is drawn."""
    first = present.read_instant(min((one["starts_at"] for one in row.get(PlanProposals.lines) or ()), default=None))
    asked = {"span": "week", "day": wall(first)[:10] if first else "", "proposal": str(target)}
    return f"{PLAN}?{urlencode({'site': row[PlanProposals.dealership], **asked})}"


def _said(ctx: RequestContext, one: Mapping[str, Any], name: str) -> str:
    """Return a text of a proposal; those of earlier days hold both languages side by side."""
    return str(one.get(name) or one.get(f"{name}_{ctx.language}") or one.get(f"{name}_nb") or "")


def line_told(ctx: RequestContext, one: Mapping[str, Any], chosen: frozenset[int] | None = None) -> ProposalLine:
    """Return a line as it is shown; without a choice all are chosen that are not left out."""
    moved = present.read_instant(one["moves_from"]) if one["moves_from"] else None
    return ProposalLine(
        number=one["line"],
        href=f"/app/{CARS}/{one['car']}",
        car=one["car_title"],
        work=_said(ctx, one, "type"),
        when=when(ctx, one["starts_at"], one["ends_at"]),
        resource=one["resource_name"],
        reason=_said(ctx, one, "reason"),
        moved_from=present.show_moment(moved, ctx.now, ctx.language) if moved else "",
        chosen=not one.get("left_out") if chosen is None else one["line"] in chosen,
    )


async def accept(ctx: PersonContext, record: str) -> Response:
    """Book what is chosen; where a line no longer fits, say which, and keep the choice."""
    target = record_id(record)
    posted = await read_signed(ctx)
    chosen = frozenset(int(n) for n in posted.typed.get("line", []) if _LINE.fullmatch(n))

    async def again(error: DirectAppError) -> Response:
        _, summary = forms.sort_problems(error.problems, {}, ctx.language)
        return await _one(ctx, target, chosen, summary=tuple(summary), status=int(error.status))

    patch: dict[str, Any] = {} if posted.get("all") else {"lines": sorted(chosen) or [0]}
    async with ctx.form(again):
        await _perform(ctx, posted, "accept", target, patch | ({"keep": True} if posted.get("keep") else {}))
    ctx.cookies.append(notes.tell_done(speak_outlook(ctx.language)["accepted"], ctx.now, href=PLAN))
    return ctx.go(page_or(posted.get("back"), PLAN))


async def drop(ctx: PersonContext, record: str) -> Response:
    """Put the plan away."""
    target = record_id(record)
    posted = await read_signed(ctx)
    await _perform(ctx, posted, "drop", target, {})
    ctx.cookies.append(notes.tell_done(speak_outlook(ctx.language)["dropped"], ctx.now, href=PATH))
    return ctx.go(PATH)


ROUTES = (
    get(PATH, show_all),
    post(PATH, ask),
    get(f"{PATH}/{{record}}", show_one),
    post(f"{PATH}/{{record}}/accept", accept),
    post(f"{PATH}/{{record}}/drop", drop),
)
