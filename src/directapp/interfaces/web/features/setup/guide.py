"""The guide: its steps with how far they are, skipping, and sample cars that come and go."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.domains.people.roles import ADMIN
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import has_role
from directapp.interfaces.web.features.setup.steps import CODES, PATH, STEPS, TENANTS, Facts, Step, read_facts
from directapp.interfaces.web.features.setup.words import WORDS, speak_setup
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import ForbiddenError, NotFoundError
from directapp.store.query import Condition, Junction, Order, Query

CARS = "cars"
guides = has_role(ADMIN)
# Invented cars are known by their order numbers.
_MARK = "SAMPLE-"
_SAMPLES = (("Volkswagen", "ID.4", "Nora"), ("Audi", "Q4 e-tron", "Jonas"), ("\u0160koda", "Enyaq", "Amina"))
_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A step as the page shows it."""

    code: str
    href: str
    title: str
    help: str
    standing: str
    told: str
    next: bool


def demand_guide(ctx: RequestContext) -> None:
    """Refuse whoever does not administer the company (ForbiddenError)."""
    if not guides(ctx):
        raise ForbiddenError


async def show_guide(ctx: PersonContext) -> Response:
    """Show the steps with how far they are."""
    demand_guide(ctx)
    facts = await read_facts(ctx)
    left = [step for step in STEPS if _standing(step, facts) == "open"]
    first = left[0].code if left else ""
    shown = [_shown(ctx, step, facts, first) for step in STEPS]
    done = sum(one.standing == "done" for one in shown)
    return ctx.page(
        "setup/guide.html",
        here="admin",
        s=speak_setup(ctx.language),
        steps=shown,
        done=done,
        all=len(STEPS),
        progress=ctx.say(WORDS["progress"].fill(done=done, all=len(STEPS))),
        complete=not left,
        samples=len(await _sample_rows(ctx)),
        may_sample=bool(facts.sites),
    )


def _standing(step: Step, facts: Facts) -> str:
    return "done" if step.done(facts) else "skipped" if step.code in facts.skipped else "open"


def _shown(ctx: RequestContext, step: Step, facts: Facts, first: str) -> Shown:
    count = step.count(facts) if step.count else 0
    return Shown(
        code=step.code,
        href=step.href,
        title=ctx.say(WORDS[step.code]),
        help=ctx.say(WORDS[f"{step.code}_help"]),
        standing=_standing(step, facts),
        told=ctx.say(WORDS["count"].fill(count=count)) if count else "",
        next=step.code == first,
    )


async def skip(ctx: PersonContext) -> Response:
    """Skip a step, or take that back; kept with the company, for whoever goes on."""
    demand_guide(ctx)
    posted = await read_signed(ctx)
    code, facts = posted.get("step"), await read_facts(ctx)
    if code not in CODES:
        raise NotFoundError
    taken_back = bool(posted.get("take_back"))
    skipped = facts.skipped - {code} if taken_back else facts.skipped | {code}
    settings = {**(facts.tenant.get("settings") or {}), "setup": {"skipped": sorted(skipped)}}
    version = facts.tenant["version"]
    await ctx.do(ctx.meta(TENANTS), "update", {"settings": settings}, target=ctx.person.tenant, version=version)
    told = f"{ctx.say(WORDS['not_skipped' if taken_back else 'was_skipped'])}: {ctx.say(WORDS[code])}"
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=None, href=PATH))
    return ctx.go(PATH)


# -- sample cars ----------------------------------------------------------------------------------------


async def _sample_rows(ctx: RequestContext) -> list[dict[str, Any]]:
    """Return the sample cars that have not been taken away."""
    numbers = [f"{_MARK}{n}" for n in range(1, len(_SAMPLES) + 1)]
    conditions = (Condition(("order_number",), "in", numbers), Condition(("status",), "neq", "archived"))
    query = Query(
        fields=(("id",), ("version",), ("status",)),
        filter=Junction("and", conditions),
        sort=(Order("id"),),
        limit=_MOST,
    )
    return await ctx.rows(CARS, query)


async def add_samples(ctx: PersonContext) -> Response:
    """Register the sample cars at the first site, prepared where its cars are."""
    demand_guide(ctx)
    await read_signed(ctx)
    query = Query(fields=(("id",), ("prep_center",)), sort=(Order("number"),), limit=1)
    sites = await ctx.rows(SITES, query)
    if not sites:
        raise NotFoundError
    site = sites[0]
    if not await _sample_rows(ctx):
        promised = oslo_day(ctx.now) + timedelta(days=7)
        for number, (make, model, name) in enumerate(_SAMPLES, 1):
            values = {
                "car_type": "new",
                "make": make,
                "model": model,
                "order_number": f"{_MARK}{number}",
                "customer_name": f"{name} (test)",
                "dealership": str(site["id"]),
                "prep_center": str(site.get("prep_center") or site["id"]),
                "delivery_date": promised.isoformat(),
                "needs_technical": True,
                "needs_cosmetic": True,
            }
            await ctx.do(ctx.meta(CARS), "create", values)
    return _after_samples(ctx, "samples_added")


async def remove_samples(ctx: PersonContext) -> Response:
    """Archive the sample cars."""
    demand_guide(ctx)
    await read_signed(ctx)
    for row in await _sample_rows(ctx):
        target = UUID(str(row["id"]))
        await ctx.do(ctx.meta(CARS), "archive", {"reason": "cancelled"}, target=target)
    return _after_samples(ctx, "samples_removed")


def _after_samples(ctx: RequestContext, word: str) -> Response:
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS[word]), ctx.now, undo=None, href=PATH))
    return ctx.go(PATH)


ROUTES = (
    get(PATH, show_guide),
    post(f"{PATH}/skip", skip),
    post(f"{PATH}/samples", add_samples),
    post(f"{PATH}/samples/remove", remove_samples),
)
