"""Profile: a person's own name, language, appearance and password."""

from fastapi import Response

from directapp.declare.fields import Field
from directapp.derive import forms, inputs
from directapp.derive.forms import Complaint
from directapp.derive.inputs import Filling
from directapp.domains.people import auth as signing
from directapp.domains.people.email_change import ask_email_change
from directapp.domains.people.fields import Users
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import (
    LANGUAGE_COOKIE,
    SPOKEN_COOKIE,
    THEME_COOKIE,
    PersonContext,
    RequestContext,
    client_address,
)
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.features.account.calendar_links import own_links
from directapp.interfaces.web.records.record import read_patch
from directapp.kernel.errors import DirectAppError, ForbiddenError, Problem
from directapp.kernel.languages import pick_language

USERS = "users"
_OWN = ("first_name", "last_name", "language", "appearance")


def _fields(ctx: RequestContext) -> list[Field]:
    meta = ctx.spec[USERS]
    return [meta.fields[n] for n in _OWN if n in meta.fields]


async def show_me(ctx: PersonContext) -> Response:
    """Show the own profile."""
    return await _page(ctx)


async def _page(
    ctx: RequestContext,
    *,
    typed: dict[str, list[str]] | None = None,
    problems: dict[str, list[str]] | None = None,
    summary: tuple[Complaint, ...] = (),
    password_summary: tuple[Complaint, ...] = (),
    email_summary: tuple[Complaint, ...] = (),
    new_email: str = "",
    status: int = 200,
) -> Response:
    meta, user = ctx.meta(USERS), ctx.person.user
    if user is None:
        raise ForbiddenError
    row = await ctx.one(USERS, user)
    filling = Filling(language=ctx.language, row=row, typed=typed or {}, problems=problems or {})
    made = [inputs.build_input(f, filling) for f in _fields(ctx)]
    lines = [
        forms.FieldLine(n, meta.fields[n].label.pick(ctx.language), ctx.formatter.value(meta, n, row))
        for n in ("email", "phone", "roles", "custom_roles")
        if row.get(n)
    ]
    return ctx.page(
        "account/me.html",
        status=status,
        here="me",
        inputs=made,
        base=inputs.base_of(made),
        names=" ".join(i.name for i in made),
        version=row.get(Users.version),
        lines=lines,
        calendar_links=await own_links(ctx),
        summary=summary,
        password_summary=password_summary,
        email_summary=email_summary,
        new_email=new_email,
        stale_by=None,
    )


async def save_me(ctx: PersonContext) -> Response:
    """Save the own profile, and let this browser speak and look as asked."""
    posted = await read_signed(ctx)
    patch, _ = await read_patch(ctx, _fields(ctx), posted)
    try:
        if patch:
            await ctx.do(ctx.meta(USERS), "update", patch, posted=posted, target=ctx.person.user)
    except DirectAppError as error:
        by_field, summary = forms.sort_problems(error.problems, ctx.spec[USERS].fields, ctx.language)
        typed = dict(posted.typed)
        return await _page(ctx, typed=typed, problems=by_field, summary=summary, status=int(error.status))
    for name, cookie in (("language", LANGUAGE_COOKIE), ("appearance", THEME_COOKIE)):
        if posted.get(name):
            ctx.cookies.append(notes.Cookie(name=cookie, value=posted.get(name), readable=True))
    ctx.cookies.append(notes.Cookie(name=SPOKEN_COOKIE, value="", life=0))
    ctx.language = pick_language(None, posted.get("language") or ctx.language)
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS["saved"]), ctx.now))
    return ctx.go("/app/me")


async def change_password(ctx: PersonContext) -> Response:
    """Change the own password; every other sign-in ends."""
    posted = await read_signed(ctx)
    problems: tuple[Problem, ...] = ()
    status = 422
    if posted.get("new_password") != posted.get("repeated"):
        problems = (Problem(WORDS["passwords_differ"]),)
    else:
        try:
            await signing.change_password(
                ctx.services.auth,
                ctx.person,
                current=posted.get("current_password"),
                new=posted.get("new_password"),
                address=client_address(ctx.request),
                form=posted.key,
            )
        except DirectAppError as error:
            problems, status = error.problems, int(error.status)
    if problems:
        _, summary = forms.sort_problems(problems, {}, ctx.language)
        return await _page(ctx, password_summary=summary, status=status)
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS["password_changed"]), ctx.now))
    return ctx.go("/app/me")


async def change_email(ctx: PersonContext) -> Response:
    """Ask for another address: it is changed once it is confirmed from both."""
    posted = await read_signed(ctx)
    try:
        await ask_email_change(
            ctx.services.auth,
            ctx.person,
            email=posted.get("new_email"),
            password=posted.get("current_password"),
            address=client_address(ctx.request),
            form=posted.key,
        )
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, {}, ctx.language)
        return await _page(ctx, email_summary=summary, new_email=posted.get("new_email"), status=int(error.status))
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS["email_asked"]), ctx.now))
    return ctx.go("/app/me")


ROUTES = (
    get("/app/me", show_me),
    post("/app/me", save_me),
    post("/app/me/password", change_password),
    post("/app/me/email", change_email),
)
