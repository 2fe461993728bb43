"""Sites by organisation number: a company's places of business are chosen and become dealerships."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Response

from directapp.connectors.brreg import Company, Enhetsregisteret
from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.derive.inputs import Option
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import choices_to_create
from directapp.interfaces.web.features.setup.steps import PATH
from directapp.interfaces.web.features.setup.words import WORDS, speak_setup
from directapp.interfaces.web.records.lists import may_create
from directapp.interfaces.web.records.record import UnresolvedError
from directapp.kernel.errors import DirectAppError, ForbiddenError, Problem

HERE = f"{PATH}/sites"
_KIND = "dealership_type"
_MOST = 100


async def show_sites(ctx: PersonContext, number: str = "") -> Response:
    """Ask for a number, or show the places that belong to one."""
    _demand(ctx)
    if not number.strip():
        return _page(ctx, number, None)
    register: Enhetsregisteret | None = getattr(ctx.request.app.state, "companies", None)
    if register is None:
        return _page(ctx, number, None)
    try:
        company = await register.company(number)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, {}, ctx.language)
        return _page(ctx, number, None, summary=summary, status=int(error.status))
    return _page(ctx, number, company)


def _demand(ctx: RequestContext) -> None:
    if not may_create(ctx, ctx.meta(SITES)):
        raise ForbiddenError


def _places(company: Company) -> list[dict[str, str]]:
    """Return what may become a dealership: the places of business, else the company itself."""
    found = company.places or (company.whole,)
    return [{"key": p.number, "name": p.name, "town": p.town, "number": str(n)} for n, p in enumerate(found, 1)]


def _page(
    ctx: RequestContext,
    number: str,
    company: Company | None,
    *,
    summary: tuple[Complaint, ...] = (),
    status: int = HTTPStatus.OK,
    typed: list[dict[str, str]] | None = None,
) -> Response:
    places = typed if typed is not None else _places(company) if company else []
    kinds = choices_to_create(ctx, ctx.meta(SITES), _KIND)
    return ctx.page(
        "setup/sites.html",
        status=status,
        here=SITES,
        s=speak_setup(ctx.language),
        number=number,
        places=[{**place, "kinds": _chosen(kinds, place.get("kind") or "sales_and_prep")} for place in places],
        known=getattr(ctx.request.app.state, "companies", None) is not None,
        summary=summary,
        stale_by=None,
    )


def _chosen(kinds: list[Option], code: str) -> list[Option]:
    return [Option(kind.value, kind.label, kind.value == code) for kind in kinds]


async def add_sites(ctx: PersonContext) -> Response:
    """Make a dealership of each place that was chosen."""
    posted = await read_signed(ctx)
    _demand(ctx)
    typed = _typed(posted)
    chosen = [place for place in typed if place["chosen"]]

    async def again(error: DirectAppError) -> Response:
        _, summary = forms.sort_problems(error.problems, ctx.meta(SITES).fields, ctx.language)
        return _page(ctx, posted.get("asked"), None, summary=summary, status=int(error.status), typed=typed)

    async with ctx.form(again):
        _refuse_incomplete(chosen)
        for place in chosen:
            await ctx.do(ctx.meta(SITES), "create", _values(place))
            # What is made is not offered again where a later one is refused.
            typed.remove(place)
    told = ctx.say(WORDS["sites_added"].fill(count=len(chosen)))
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=None, href=PATH))
    return ctx.go(PATH)


def _typed(posted: Posted) -> list[dict[str, str]]:
    keys = posted.typed.get("key", [])[:_MOST]
    names = ("name", "town", "number", "kind", "chosen")
    return [{"key": key, **{n: posted.get(f"{n}.{key}").strip() for n in names}} for key in keys]


def _refuse_incomplete(chosen: list[dict[str, str]]) -> None:
    if not chosen:
        raise UnresolvedError(Problem(WORDS["none_chosen"]))
    numbers = [place["number"] for place in chosen]
    wrong = [place for place in chosen if not place["number"] or numbers.count(place["number"]) > 1]
    if wrong:
        raise UnresolvedError([Problem(WORDS["need_number"].fill(name=place["name"])) for place in wrong])


def _values(place: Mapping[str, str]) -> dict[str, Any]:
    values = {"number": place["number"], "name": place["name"], "location": place["town"], _KIND: place["kind"]}
    return {name: value for name, value in values.items() if value}


ROUTES = (
    get(HERE, show_sites),
    post(HERE, add_sites),
)
