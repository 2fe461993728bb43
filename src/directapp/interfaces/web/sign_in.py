"""Signing in and out, forgotten passwords, and the pages of mailed links."""

import re
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask

from directapp.domains.people import auth as signing
from directapp.domains.people import links
from directapp.domains.people.email_change import NEW, OLD, confirm_email
from directapp.interfaces.web import notes
from directapp.interfaces.web.demo import demo_people
from directapp.interfaces.web.desk import (
    DEVICE_COOKIE,
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    SPOKEN_COOKIE,
    Desk,
    StrangerDesk,
    is_secure,
)
from directapp.interfaces.web.forms_in import read_form
from directapp.interfaces.web.words import WORDS
from directapp.kernel.errors import DirectAppError, InvalidError, TooManyError, UnauthenticatedError
from directapp.kernel.requests import split_address
from directapp.kernel.text import LANGUAGES

# What may stand in a header; an address has everything else encoded.
_PLAIN = re.compile(r"[!-~]{1,2000}")
_ADDRESSES = frozenset({OLD, NEW})
_MONTH, _YEAR = 30 * 24 * 3600, 365 * 24 * 3600


def add_sign_in(router: APIRouter) -> None:
    """Add the routes of people who are not signed in."""
    router.add_api_route("/sign-in", show_sign_in, methods=["GET"])
    router.add_api_route("/sign-in", sign_in, methods=["POST"])
    router.add_api_route("/sign-out", sign_out, methods=["POST"])
    router.add_api_route("/forgot", show_forgot, methods=["GET"])
    router.add_api_route("/forgot", forgot, methods=["POST"])
    router.add_api_route("/link/{token}", show_link, methods=["GET"])
    router.add_api_route("/link/{token}", use_link, methods=["POST"])


def local(address: str) -> str:
    """Return an address of this site, the front page for anything else."""
    parts = split_address(address)
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if safe and _PLAIN.fullmatch(address) else "/"


def client_address(request: Request) -> str:
    """Return the address a request came from, as the server knows it."""
    return request.client.host if request.client else ""


async def show_sign_in(desk: StrangerDesk, next: str = "/", said: str = "") -> Response:  # noqa: A002 - the address's word
    """Show the sign-in page."""
    chosen = desk.request.query_params.get("language", "")
    if chosen in LANGUAGES:
        desk.cookies += [notes.Cookie(name=name, value=chosen) for name in (LANGUAGE_COOKIE, SPOKEN_COOKIE)]
        desk.language = chosen
    note = desk.say(WORDS["password_set"]) if said == "password" else None
    return await _sign_in_page(desk, following=local(next), note=note)


async def _sign_in_page(desk: Desk, *, following: str, status: int = 200, **more: Any) -> Response:
    people = desk.house.demo
    if desk.platform.demo and not people:
        settings = getattr(desk.request.app.state, "settings", None)
        people += await demo_people(desk.house.auth, settings)
    filled = {"email": "", "problem": None, "note": None} | more
    return desk.page("sign_in.html", status=status, following=following, people=people, **filled)


async def sign_in(desk: StrangerDesk) -> Response:
    """Begin a page session."""
    posted = await read_form(desk.request)
    following = local(posted.get("next") or "/")
    try:
        signed = await signing.sign_in(
            desk.house.auth,
            email=posted.get("email"),
            password=posted.get("password"),
            address=client_address(desk.request),
            user_agent=desk.request.headers.get("user-agent", ""),
            mode="session",
            device=desk.request.cookies.get(DEVICE_COOKIE, ""),
        )
    except (UnauthenticatedError, TooManyError) as error:
        said = desk.say(error.problems[0].message)
        response = await _sign_in_page(
            desk, following=following, status=int(error.status), email=posted.get("email"), problem=said
        )
        if isinstance(error, TooManyError):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    desk.cookies.append(notes.Cookie(name=SESSION_COOKIE, value=signed.cookie or "", life=_MONTH))
    desk.cookies.append(notes.Cookie(name=DEVICE_COOKIE, value=signed.device or "", life=_YEAR))
    picked = desk.request.cookies.get(SPOKEN_COOKIE)
    if picked in LANGUAGES:
        # Whoever picked it reads it until the profile is saved; the next person here has a profile of their own.
        desk.cookies.append(notes.Cookie(name=SPOKEN_COOKIE, value=f"{picked}.{signed.actor.user}"))
    return desk.go(following)


async def sign_out(request: Request, desk: StrangerDesk) -> Response:
    """End the page session."""
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie:
        await signing.sign_out(desk.house.auth, cookie)
    desk.cookies += [notes.Cookie(name=SESSION_COOKIE, value="", life=0), notes.forget_done()]
    response = desk.go("/sign-in")
    if is_secure(request):
        response.headers["Clear-Site-Data"] = '"cache"'
    return response


async def show_forgot(desk: StrangerDesk) -> Response:
    """Show where to ask for a new password."""
    return desk.page("forgot.html", sent=False)


async def forgot(desk: StrangerDesk) -> Response:
    """Send a link where the address is known; the answer is the same where it is not."""
    posted = await read_form(desk.request)
    response = desk.page("forgot.html", sent=True)
    response.background = BackgroundTask(links.request_reset, desk.house.auth, posted.get("email"))
    return response


async def show_link(desk: StrangerDesk, token: str) -> Response:
    """Show what a mailed link is for."""
    try:
        seen = await links.read_link(desk.house.auth, token)
    except UnauthenticatedError:
        return desk.page("dead_link.html", status=HTTPStatus.GONE)
    desk.language = "en" if seen.language == "en" else "nb"
    if seen.purpose in _ADDRESSES:
        return desk.page("email_link.html", seen=seen, problem=None, said=None)
    return desk.page("link.html", seen=seen, problem=None)


async def use_link(desk: StrangerDesk, token: str) -> Response:
    """Set the password a link is for."""
    posted = await read_form(desk.request)
    try:
        seen = await links.read_link(desk.house.auth, token)
        desk.language = "en" if seen.language == "en" else "nb"
        if seen.purpose in _ADDRESSES:
            return await _confirmed(desk, token, seen)
        if posted.get("password") != posted.get("repeated"):
            raise InvalidError(WORDS["passwords_differ"])
        await links.use_link(desk.house.auth, token, posted.get("password"), address=client_address(desk.request))
    except UnauthenticatedError:
        return desk.page("dead_link.html", status=HTTPStatus.GONE)
    except DirectAppError as error:
        problem = desk.say(error.problems[0].message)
        return desk.page("link.html", status=int(error.status), seen=seen, problem=problem)
    return desk.go("/sign-in?said=password")


async def _confirmed(desk: Desk, token: str, seen: links.LinkSeen) -> Response:
    """Confirm an address, and say whether the other one is still missing."""
    try:
        _, done = await confirm_email(desk.house.auth, token)
    except InvalidError as error:
        problem = desk.say(error.problems[0].message)
        return desk.page("email_link.html", status=int(error.status), seen=seen, problem=problem, said=None)
    said = desk.say(WORDS["email_changed" if done else "email_half"])
    return desk.page("email_link.html", seen=seen, problem=None, said=said)
