"""Optional steps: switched on or off for a site or the company, once it is shown which open cars go another way."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.derive.inputs import Option
from directapp.domains.people.fields import TENANTS
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import does
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.admin.overview import PATH
from directapp.interfaces.web.features.admin.steps_tried import APPRAISAL, QUALITY, Moved, Step, simulate
from directapp.interfaces.web.features.admin.words import WORDS, speak_admin
from directapp.interfaces.web.records import sites
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.errors import DirectAppError, ForbiddenError
from directapp.store.query import Order, Query

HERE = f"{PATH}/steps"
EVERY, SWITCH = "all", "switch_step"
FIELD = QUALITY.field
STEPS: tuple[Step, ...] = (QUALITY, APPRAISAL)
_MOST = 500
_everywhere = does(TENANTS, SWITCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A step on the page: whether it is used, what is tried, and which open cars that moves."""

    step: Step
    label: str
    about: str
    stays: str
    now: bool
    tried: bool | None
    moved: Sequence[Moved]
    total: str
    differ: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is set: a site, or the company (``site`` None), with every site that it is about."""

    record: Record
    site: Record | None
    rows: Sequence[dict[str, Any]]

    @property
    def address(self) -> str:
        """What says in an address that it is this."""
        return str(self.site.id) if self.site else EVERY


async def _scope(ctx: RequestContext, asked: str) -> Scope | None:
    """Return what an address asks for; None where there is no site yet.

    Raises:
        ForbiddenError: another sets it here.

    """
    if asked == EVERY:
        if not _everywhere(ctx):
            raise ForbiddenError
        fields = (("id",), *((name,) for name in ("number", "name", *(s.field for s in STEPS))))
        rows = await ctx.rows(SITES, Query(fields=fields, sort=(Order("number"),), limit=_MOST))
        return Scope(record=await look_up(ctx, ctx.meta(TENANTS), ctx.person.tenant), site=None, rows=rows)
    seen = await sites.site_of(ctx, asked, FIELD)
    return Scope(record=seen, site=seen, rows=[dict(seen.view.row)]) if seen else None


def _tried(ctx: RequestContext) -> dict[str, bool]:
    given = ctx.request.query_params
    return {s.code: given[s.code] == "on" for s in STEPS if given.get(s.code) in {"on", "off"}}


async def show_steps(ctx: PersonContext, site: str = "") -> Response:
    """Show the optional steps of a site or the company; one in the address is tried."""
    scope = await _scope(ctx, site)
    if scope is None:
        return sites.no_site(ctx, WORDS["steps"])
    return await _page(ctx, scope, tried=_tried(ctx))


async def save_steps(ctx: PersonContext) -> Response:
    """Switch a step on or off."""
    posted = await read_signed(ctx)
    scope = await _scope(ctx, posted.get("site"))
    step = next((s for s in STEPS if posted.get(s.code)), None)
    if scope is None or step is None:
        raise ForbiddenError
    wanted, record = posted.get(step.code) == "on", scope.record
    act, patch = ("update", {step.field: wanted}) if scope.site else (SWITCH, {"step": step.field, "used": wanted})
    try:
        await ctx.do(record.meta, act, patch, posted=posted, target=record.id, version=posted.version)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, record.meta.fields, ctx.language)
        again = await _scope(ctx, posted.get("site"))
        assert again is not None
        return await _page(ctx, again, tried={step.code: wanted}, summary=summary, status=int(error.status))
    if scope.site is not None:
        return sites.saved(ctx, scope.site, WORDS[step.code], HERE)
    told = f"{ctx.say(COMMON['saved'])}: {ctx.say(WORDS[step.code])}"
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=f"{record.path}/undo", href=f"{HERE}?site={EVERY}"))
    return ctx.go(f"{HERE}?site={EVERY}")


async def _page(
    ctx: RequestContext,
    scope: Scope,
    *,
    tried: dict[str, bool],
    summary: tuple[Complaint, ...] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    record = scope.record
    return ctx.page(
        "admin/steps.html",
        status=status,
        here=SITES,
        a=speak_admin(ctx.language),
        scope=scope,
        name=ctx.formatter.title(record.meta, record.told),
        sites=await _sites(ctx, scope),
        steps=[await _shown(ctx, scope, step, tried.get(step.code)) for step in STEPS],
        summary=summary,
        stale_by=None,
    )


async def _sites(ctx: RequestContext, scope: Scope) -> list[Option]:
    found = await sites.sites_to_set(ctx, FIELD, scope.site.id if scope.site else None)
    whole = [Option(EVERY, ctx.say(WORDS["every_site"]), scope.site is None)] if _everywhere(ctx) else []
    return [*whole, *found]


async def _shown(ctx: RequestContext, scope: Scope, step: Step, tried: bool | None) -> Shown:  # noqa: FBT001 - or neither
    now = scope.record.view.row.get(step.field) is not False
    differing = [r for r in scope.rows if (r.get(step.field) is not False) != now]
    changes = tried is not None and (tried != now or bool(differing))
    changing = [refs.as_uuid(r["id"]) for r in scope.rows if (r.get(step.field) is not False) != tried]
    here: list[UUID] = [one for one in changing if one is not None]
    moved = await simulate(ctx, step, here, on=bool(tried)) if changes and here else []
    names = ", ".join(f"{r['number']} {r['name']}" for r in differing)
    return Shown(
        step=step,
        label=ctx.say(WORDS[step.code]),
        about=ctx.say(step.about(ctx)),
        stays=ctx.say(WORDS[f"{step.code}_stays"]),
        now=now,
        tried=tried if changes else None,
        moved=moved,
        total=ctx.say(WORDS["cars_change"].fill(count=sum(m.count for m in moved))),
        differ=ctx.say(WORDS["sites_that_differ"].fill(count=len(differing), sites=names)) if differing else "",
    )


ROUTES = (
    get(HERE, show_steps),
    post(HERE, save_steps),
)
