"""People by list: names, addresses and roles as they were copied from a sheet, looked over, and invited."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Response

from directapp.declare.fields import Choice
from directapp.derive.forms import Complaint
from directapp.domains.people.fields import Users
from directapp.domains.people.roles import ROLE_CHOICES, given_by
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import does
from directapp.interfaces.web.features.setup.guide import guides
from directapp.interfaces.web.features.setup.steps import PATH
from directapp.interfaces.web.features.setup.words import WORDS, speak_setup
from directapp.kernel.errors import DirectAppError, ForbiddenError
from directapp.kernel.text import Text, in_every_language

HERE = f"{PATH}/people"
USERS = "users"
_MOST = 200
_FEWEST = 4
_PARTED = re.compile(r"\s*[\t;,]\s*")


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list: who it is, or what is wrong with it."""

    number: int
    written: str
    first: str = ""
    last: str = ""
    email: str = ""
    role: str = ""
    label: str = ""
    problem: str = ""


def read_list(ctx: RequestContext, text: str) -> list[Listed]:
    """Return the lines of a list, read; a heading is no person."""
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    return [_read(ctx, n, line) for n, line in lines if "@" in line or (n, line) != lines[0]]


def _read(ctx: RequestContext, number: int, line: str) -> Listed:
    parts = [part for part in _PARTED.split(line) if part]
    if len(parts) < _FEWEST:
        return Listed(number, line, problem=ctx.say(WORDS["too_few"]))
    first, last, email, said = parts[:_FEWEST]
    role = _role(ctx, said)
    if role is None:
        return Listed(number, line, problem=ctx.say(WORDS["no_role"].fill(role=said)))
    label = next(ctx.say(c.label) for c in ROLE_CHOICES if c.code == role)
    return Listed(number, line, first, last, email, role, label)


def _role(ctx: RequestContext, said: str) -> str | None:
    """Return the role that is named by its code or by its label in any language, among those this person gives."""
    word = " ".join(said.split()).casefold()
    return next(
        (
            choice.code
            for choice in _offered(ctx)
            if choice.code in given_by(ctx.person)
            and word in {choice.code, *(name.casefold() for name in in_every_language(choice.label))}
        ),
        None,
    )


def _offered(ctx: RequestContext) -> list[Choice]:
    """Return the roles of the modules that the company uses."""
    return [choice for choice in ctx.spec[USERS].fields[Users.roles].choices if not choice.hidden]


async def show_people(ctx: PersonContext) -> Response:
    """Show where the list is pasted."""
    _demand(ctx)
    return await _page(ctx, "", str(ctx.person.site or ""))


def _demand(ctx: RequestContext) -> None:
    if not does(USERS, "invite")(ctx):
        raise ForbiddenError


async def take_list(ctx: PersonContext) -> Response:
    """Show how the list is read; once it was looked over, invite everybody on it."""
    posted = await read_signed(ctx)
    _demand(ctx)
    text, site = posted.get("list"), posted.get("site")
    listed = read_list(ctx, text)
    if not listed or len(listed) > _MOST:
        word = WORDS["too_many"].fill(most=_MOST) if listed else WORDS["no_lines"]
        return await _page(ctx, text, site, summary=_complaints(ctx, [(0, ctx.say(word))]), status=422)
    wrong = [(one.number, one.problem) for one in listed if one.problem]
    if wrong:
        return await _page(ctx, text, site, summary=_complaints(ctx, wrong), status=422)
    if posted.get("do") != "invite":
        return await _page(ctx, text, site, listed=listed)
    return await _invite(ctx, listed, site)


async def _invite(ctx: RequestContext, listed: Sequence[Listed], site: str) -> Response:
    refused: list[Listed] = []
    wrong: list[tuple[int, str]] = []
    for one in listed:
        params = {"first_name": one.first, "last_name": one.last, "email": one.email, "roles": [one.role]}
        params |= {"dealership": site} if site else {}
        try:
            intent = ctx.intent(ctx.meta(USERS), "invite", params)
            await ctx.platform.pipeline.perform(intent)
        except DirectAppError as error:
            refused.append(one)
            wrong.append((one.number, " ".join(ctx.say(p.message) for p in error.problems)))
    if not refused:
        told = ctx.say(WORDS["invited"].fill(count=len(listed)))
        address = PATH if guides(ctx) else "/app/admin/people"
        ctx.cookies.append(notes.tell_done(told, ctx.now, undo=None, href=address))
        return ctx.go(address)
    # Those that were refused stand in the list again, with their reasons; the others are in.
    left = "\n".join(one.written for one in refused)
    renumbered = [(n, text) for n, (_, text) in enumerate(wrong, 1)]
    some = ctx.say(WORDS["invited_some"].fill(count=len(listed) - len(refused)))
    return await _page(ctx, left, site, summary=(Complaint(some), *_complaints(ctx, renumbered)), status=422)


def _complaints(ctx: RequestContext, wrong: Sequence[tuple[int, str]]) -> tuple[Complaint, ...]:
    def told(number: int, problem: str) -> str:
        line: Text = WORDS["line_wrong"].fill(number=number, problem=problem)
        return ctx.say(line) if number else problem

    return tuple(Complaint(told(number, problem), "list") for number, problem in wrong)


async def _page(
    ctx: RequestContext,
    text: str,
    site: str,
    *,
    listed: Sequence[Listed] = (),
    summary: tuple[Complaint, ...] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    wide = any(g.create for g in ctx.meta(USERS).grants_of(ctx.person.roles))
    roles = ", ".join(ctx.say(c.label) for c in _offered(ctx) if c.code in given_by(ctx.person))
    return ctx.page(
        "setup/people.html",
        status=status,
        here=USERS,
        s=speak_setup(ctx.language),
        text=text,
        site=site,
        sites=await refs.choices_of(ctx, SITES, site) if wide else [],
        roles=ctx.say(WORDS["roles_known"].fill(roles=roles)),
        guides=guides(ctx),
        listed=listed,
        invite=ctx.say(WORDS["invite"].fill(count=len(listed))),
        summary=summary,
        stale_by=None,
    )


ROUTES = (
    get(HERE, show_people),
    post(HERE, take_list),
)
