"""Signing in and out, forgotten passwords, and the pages of mailed links."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from starlette.background import BackgroundTask

from directapp.domains.people import auth as signing
from directapp.domains.people import links, passkeys
from directapp.domains.people.email_change import NEW, OLD, confirm_email
from directapp.domains.people.flow import SignedIn
from directapp.domains.people.provider_sign_in import sign_out_address
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import (
    DEVICE_COOKIE,
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    SPOKEN_COOKIE,
    AnonymousContext,
    RequestContext,
    client_address,
    is_secure,
)
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_form
from directapp.interfaces.web.core.step_up import PAGE, site_of
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.features.account.company import keep_company, provider_buttons
from directapp.interfaces.web.features.account.demo import DemoPeople, demo_people
from directapp.kernel.errors import DirectAppError, InvalidError, NotFoundError, TooManyError, UnauthenticatedError
from directapp.kernel.languages import languages, pick_language
from directapp.kernel.requests import split_address

# What may stand in a header; an address has everything else encoded.
_PLAIN = re.compile(r"[!-~]{1,2000}")
_ADDRESSES = frozenset({OLD, NEW})
_MONTH, _YEAR = 30 * 24 * 3600, 365 * 24 * 3600


def local(address: str) -> str:
    """Return an address of this site, the front page for anything else."""
    parts = split_address(address)
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if safe and _PLAIN.fullmatch(address) else "/"


async def show_sign_in(ctx: AnonymousContext, next: str = "/", said: str = "") -> Response:  # noqa: A002 - the address's word
    """Show the sign-in page."""
    chosen = ctx.request.query_params.get("language", "")
    if chosen in languages():
        ctx.cookies += [notes.Cookie(name=name, value=chosen) for name in (LANGUAGE_COOKIE, SPOKEN_COOKIE)]
        ctx.language = chosen
    note = ctx.say(WORDS["password_set"]) if said == "password" else None
    return await sign_in_page(ctx, following=local(next), note=note)


async def sign_in_page(ctx: RequestContext, *, following: str, status: int = 200, **more: Any) -> Response:
    """Return the sign-in page."""
    people = ctx.services.get(DemoPeople).people
    if ctx.platform.demo and not people:
        settings = getattr(ctx.request.app.state, "settings", None)
        people += await demo_people(ctx.services.auth, settings)
    filled = {
        "email": "",
        "problem": None,
        "note": None,
        "providers": await provider_buttons(ctx),
        "has_site": site_of(ctx) is not None,
    } | more
    return ctx.page("account/sign_in.html", status=status, following=following, people=people, **filled)


async def sign_in(ctx: AnonymousContext) -> Response:
    """Begin a page session."""
    posted = await read_form(ctx.request)
    following = local(posted.get("next") or "/")
    try:
        signed = await signing.sign_in(
            ctx.services.auth,
            email=posted.get("email"),
            password=posted.get("password"),
            address=client_address(ctx.request),
            user_agent=ctx.request.headers.get("user-agent", ""),
            mode="session",
            device=ctx.request.cookies.get(DEVICE_COOKIE, ""),
        )
    except (UnauthenticatedError, TooManyError) as error:
        said = ctx.say(error.problems[0].message)
        response = await sign_in_page(
            ctx, following=following, status=int(error.status), email=posted.get("email"), problem=said
        )
        if isinstance(error, TooManyError):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    return signed_in(ctx, signed, following)


def signed_in(ctx: RequestContext, signed: SignedIn, following: str) -> Response:
    """Let the browser keep the sign-in, and go on: by way of the second factor where it is still to be shown."""
    keep_sign_in(ctx, signed.cookie, signed.device)
    picked = ctx.request.cookies.get(SPOKEN_COOKIE)
    if picked in languages():
        # Whoever picked it reads it until the profile is saved; the next person here has a profile of their own.
        ctx.cookies.append(notes.Cookie(name=SPOKEN_COOKIE, value=f"{picked}.{signed.actor.user}"))
    keep_company(ctx, signed.actor.tenant)
    waits = signed.actor.waits_for is not None
    return ctx.go(f"{PAGE}?next={quote(following)}" if waits else following)


def keep_sign_in(ctx: RequestContext, cookie: str | None, device: str | None) -> None:
    """Let the browser keep a sign-in, and what names its device to the next one."""
    if cookie:
        ctx.cookies.append(notes.Cookie(name=SESSION_COOKIE, value=cookie, life=_MONTH))
    if device:
        ctx.cookies.append(notes.Cookie(name=DEVICE_COOKIE, value=device, life=_YEAR))


def going_on(ctx: RequestContext, address: str) -> Response:
    """Return a page that sends the browser on to a provider: a form may lead to no other site by itself."""
    return ctx.page("account/going_on.html", address=address)


async def ask_passkey(ctx: AnonymousContext) -> Response:
    """Answer what the browser is asked to show a passkey by."""
    site = site_of(ctx)
    if site is None:
        raise NotFoundError
    return Response(passkeys.ask_any_passkey(ctx.services.auth, site), media_type="application/json")


async def sign_in_by_passkey(ctx: AnonymousContext) -> Response:
    """Begin a page session by a passkey alone."""
    posted, site = await read_form(ctx.request), site_of(ctx)
    following = local(posted.get("next") or "/")
    if site is None:
        raise NotFoundError
    try:
        signed = await passkeys.sign_in_by_passkey(
            ctx.services.auth,
            site,
            shown=posted.get("_passkey"),
            address=client_address(ctx.request),
            user_agent=ctx.request.headers.get("user-agent", ""),
        )
    except (UnauthenticatedError, TooManyError) as error:
        said = ctx.say(error.problems[0].message)
        return await sign_in_page(ctx, following=following, status=int(error.status), problem=said)
    return signed_in(ctx, signed, following)


async def sign_out(request: Request, ctx: AnonymousContext) -> Response:
    """End the page session."""
    cookie, there = request.cookies.get(SESSION_COOKIE), ""
    if cookie:
        ended = await signing.sign_out(ctx.services.auth, cookie)
        there = await sign_out_address(ctx.services.auth, *ended) if ended else ""
    ctx.cookies += [notes.Cookie(name=SESSION_COOKIE, value="", life=0), notes.forget_done()]
    response = going_on(ctx, there) if there else ctx.go("/sign-in")
    if is_secure(request):
        response.headers["Clear-Site-Data"] = '"cache"'
    return response


async def show_forgot(ctx: AnonymousContext) -> Response:
    """Show where to ask for a new password."""
    return ctx.page("account/forgot.html", sent=False)


async def forgot(ctx: AnonymousContext) -> Response:
    """Send a link where the address is known; the answer is the same where it is not."""
    posted = await read_form(ctx.request)
    response = ctx.page("account/forgot.html", sent=True)
    response.background = BackgroundTask(links.request_reset, ctx.services.auth, posted.get("email"))
    return response


async def show_link(ctx: AnonymousContext, token: str) -> Response:
    """Show what a mailed link is for."""
    try:
        seen = await links.read_link(ctx.services.auth, token)
    except UnauthenticatedError:
        return ctx.page("account/dead_link.html", status=HTTPStatus.GONE)
    ctx.language = pick_language(None, seen.language)
    if seen.purpose in _ADDRESSES:
        return ctx.page("account/email_link.html", seen=seen, problem=None, said=None)
    return ctx.page("account/link.html", seen=seen, problem=None)


async def use_link(ctx: AnonymousContext, token: str) -> Response:
    """Set the password a link is for."""
    posted = await read_form(ctx.request)
    try:
        seen = await links.read_link(ctx.services.auth, token)
        ctx.language = pick_language(None, seen.language)
        if seen.purpose in _ADDRESSES:
            return await _confirmed(ctx, token, seen)
        if posted.get("password") != posted.get("repeated"):
            raise InvalidError(WORDS["passwords_differ"])
        await links.use_link(ctx.services.auth, token, posted.get("password"), address=client_address(ctx.request))
    except UnauthenticatedError:
        return ctx.page("account/dead_link.html", status=HTTPStatus.GONE)
    except DirectAppError as error:
        problem = ctx.say(error.problems[0].message)
        return ctx.page("account/link.html", status=int(error.status), seen=seen, problem=problem)
    return ctx.go("/sign-in?said=password")


async def _confirmed(ctx: RequestContext, token: str, seen: links.LinkSeen) -> Response:
    """Confirm an address, and say whether the other one is still missing."""
    try:
        _, done = await confirm_email(ctx.services.auth, token)
    except InvalidError as error:
        problem = ctx.say(error.problems[0].message)
        return ctx.page("account/email_link.html", status=int(error.status), seen=seen, problem=problem, said=None)
    said = ctx.say(WORDS["email_changed" if done else "email_half"])
    return ctx.page("account/email_link.html", seen=seen, problem=None, said=said)


ROUTES = (
    get("/sign-in", show_sign_in),
    post("/sign-in", sign_in),
    post("/sign-in/passkey/ask", ask_passkey),
    post("/sign-in/passkey", sign_in_by_passkey),
    post("/sign-out", sign_out),
    get("/forgot", show_forgot),
    post("/forgot", forgot),
    get("/link/{token}", show_link),
    post("/link/{token}", use_link),
)
