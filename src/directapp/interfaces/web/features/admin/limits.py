"""Approval limits of a site: the largest amount that each role approves, in a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import Response

from directapp.declare.reading import BadValueError, read_number
from directapp.derive import forms, present
from directapp.derive.forms import Complaint
from directapp.domains.people.roles import ADMIN, ROLE_CHOICES
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.admin.overview import PATH
from directapp.interfaces.web.features.admin.words import WORDS, speak_admin
from directapp.interfaces.web.records import sites
from directapp.kernel.errors import DirectAppError, StaleError
from directapp.kernel.text import Text

LIMITS = "approval_limits"
HERE = f"{PATH}/limits"
HIGHEST = 100_000_000
_FREE = ".free"
# Who administers the company approves any amount.
ROLES = tuple(choice for choice in ROLE_CHOICES if choice.code != ADMIN)

Limits = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A role of the form: the amount that stands in its field, whether any is approved, and what is wrong."""

    code: str
    label: str
    amount: str
    free: bool
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back and could not be saved: what was typed, what is wrong, who saved meanwhile."""

    typed: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    summary: tuple[Complaint, ...] = ()
    stale_by: str | None = None
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY


async def show_limits(ctx: PersonContext, site: str = "") -> Response:
    """Show a site's limits."""
    seen = await sites.site_of(ctx, site, LIMITS)
    return await _page(ctx, seen) if seen else sites.no_site(ctx, WORDS["limits"])


async def save_limits(ctx: PersonContext) -> Response:
    """Save a site's limits, or show the form again with everything that was typed."""
    posted = await read_signed(ctx)
    seen = await sites.demand_site(ctx, posted.get("site"), LIMITS)
    names = [name for role in ROLES for name in (role.code, role.code + _FREE)]
    typed = {name: posted.get(name).strip() for name in names}
    limits, problems = read_limits(ctx, typed)
    if problems:
        labels = {role.code: ctx.say(role.label) for role in ROLES}
        summary = tuple(Complaint(text, name, labels[name]) for name, text in problems.items())
        return await _page(ctx, seen, Answered(typed=typed, problems=problems, summary=summary))
    try:
        await ctx.do(seen.meta, "update", {LIMITS: limits}, posted=posted, target=seen.id, version=posted.version)
    except StaleError as error:
        seen = await sites.demand_site(ctx, posted.get("site"), LIMITS)
        who = await ctx.last_writer(SITES, seen.id) or ctx.say(COMMON["someone"])
        return await _page(ctx, seen, Answered(typed=typed, stale_by=who, status=int(error.status)))
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, seen.meta.fields, ctx.language)
        return await _page(ctx, seen, Answered(typed=typed, summary=summary, status=int(error.status)))
    return sites.saved(ctx, seen, WORDS["limits"], HERE)


def read_limits(ctx: RequestContext, typed: Mapping[str, str]) -> tuple[dict[str, int | None], dict[str, str]]:
    """Return the limits that were typed, and what is wrong by role; an empty field approves nothing."""
    limits: dict[str, int | None] = {}
    problems: dict[str, str] = {}
    for role in ROLES:
        text = typed[role.code]
        if typed[role.code + _FREE]:
            limits[role.code] = None
        elif text:
            amount = _amount(text)
            if isinstance(amount, int):
                limits[role.code] = amount
            else:
                problems[role.code] = ctx.say(amount)
    return limits, problems


def _amount(text: str) -> int | Text:
    try:
        number = read_number(text, currency=True)
    except BadValueError as error:
        return error.text
    if number != number.to_integral_value() or not 0 <= number <= HIGHEST:
        return WORDS["whole_kroner"].fill(most=present.show_number(HIGHEST, "en"))
    return int(number)


async def _page(ctx: RequestContext, seen: Record, answered: Answered | None = None) -> Response:
    typed = answered.typed if answered else _typed(ctx, seen.view.row.get(LIMITS) or {})
    problems = answered.problems if answered else {}
    return ctx.page(
        "admin/limits.html",
        status=answered.status if answered else HTTPStatus.OK,
        here=SITES,
        a=speak_admin(ctx.language),
        site=seen,
        name=ctx.formatter.title(seen.meta, seen.told),
        sites=await sites.sites_to_set(ctx, LIMITS, seen.id),
        lines=[
            LimitLine(
                role.code,
                ctx.say(role.label),
                typed.get(role.code, ""),
                bool(typed.get(role.code + _FREE)),
                problems.get(role.code, ""),
            )
            for role in ROLES
        ],
        summary=answered.summary if answered else (),
        stale_by=answered.stale_by if answered else None,
    )


def _typed(ctx: RequestContext, limits: Limits) -> dict[str, str]:
    amounts = {code: present.input_number(amount, ctx.language) for code, amount in limits.items()}
    return amounts | {code + _FREE: "1" for code, amount in limits.items() if amount is None}


def shown_limits(ctx: RequestContext, limits: Limits) -> list[tuple[str, str]]:
    """Return what each role approves, in words."""
    free = ctx.say(WORDS["no_limit"])
    return [
        (
            ctx.say(role.label),
            free if (amount := limits[role.code]) is None else present.show_money(amount, ctx.language),
        )
        for role in ROLES
        if role.code in limits
    ]


ROUTES = (
    get(HERE, show_limits),
    post(HERE, save_limits),
)
