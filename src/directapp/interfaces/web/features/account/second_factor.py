"""The second factor: shown after the password and where it is asked for anew, set up, and taken away."""

from typing import Any

from fastapi import Response
from markupsafe import Markup

from directapp.derive.codes import qr_codes
from directapp.domains.people import enrolment, passkeys, sms_codes
from directapp.domains.people.enrolment import Enrolled, TotpSetup
from directapp.domains.people.passkeys import RelyingParty
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import (
    DEVICE_COOKIE,
    LANGUAGE_COOKIE,
    SPOKEN_COOKIE,
    RequestContext,
    WaitingContext,
    client_address,
)
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import page_or
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.step_up import CODE, PAGE, SHOWN, site_of
from directapp.interfaces.web.features.account.overview import SECURITY, page, security_page, sms_choice
from directapp.interfaces.web.features.account.sign_in import keep_sign_in
from directapp.interfaces.web.features.account.words import WORDS
from directapp.kernel.errors import DirectAppError, NotFoundError, StepUpError
from directapp.kernel.languages import languages

HOME = "/"
_JSON = "application/json"


async def show(ctx: WaitingContext, next: str = HOME) -> Response:  # noqa: A002 - the address's word
    """Show where the second factor is shown or set up, whichever is waited for."""
    following = page_or(next, HOME)
    chosen = ctx.request.query_params.get("language", "")
    if chosen in languages():
        spoken = f"{chosen}.{ctx.person.user}"
        ctx.cookies += [
            notes.Cookie(name=LANGUAGE_COOKIE, value=chosen),
            notes.Cookie(name=SPOKEN_COOKIE, value=spoken),
        ]
        ctx.language = chosen
    if ctx.person.waits_for == "enrolment":
        return await _enrol(ctx, following)
    if ctx.person.waits_for is None and not ctx.person.must_prove(ctx.now):
        return ctx.go(following)
    return await _show(ctx, following)


async def _show(ctx: RequestContext, following: str, **more: Any) -> Response:
    waits = ctx.person.waits_for == "second_factor"
    number = await sms_codes.own_number(ctx.services.auth, ctx.person) if waits else None
    send = None if number is None else ctx.say(WORDS["sms_send"].fill(digits=number))
    given = {"status": 200, "problem": None, "sent": False, **more}
    return page(ctx, "account/show_factor.html", following=following, sms_send=send, **given)


async def send_code(ctx: WaitingContext) -> Response:
    """Send a code by SMS to who waits to show the second factor."""
    posted = await read_signed(ctx)
    following = page_or(posted.get("next"), HOME)
    try:
        await sms_codes.send_code(ctx.services.auth, ctx.person, client_address(ctx.request))
    except DirectAppError as error:
        return await _show(ctx, following, problem=ctx.say(error.problems[0].message), status=int(error.status))
    return await _show(ctx, following, sent=True)


async def _enrol(ctx: RequestContext, following: str, **more: Any) -> Response:
    asked = await enrolment.needs_password(ctx.services.auth, ctx.person)
    given = {"status": 200, "problem": None, **more, **await sms_choice(ctx)}
    return page(ctx, "account/enrol.html", following=following, asks_password=asked, **given)


async def show_factor(ctx: WaitingContext) -> Response:
    """Take a code or a passkey, and go on as a sign-in under a cookie of its own where one waited."""
    posted, auth, address = await read_signed(ctx), ctx.services.auth, client_address(ctx.request)
    following, device = page_or(posted.get("next"), HOME), ctx.request.cookies.get(DEVICE_COOKIE, "")
    try:
        if posted.get(SHOWN):
            shown = posted.get(SHOWN)
            proven = await passkeys.prove_passkey(auth, ctx.person, _site(ctx), address, shown=shown, device=device)
        else:
            proven = await enrolment.prove(
                auth, ctx.person, address, code=posted.get(CODE), device=device, more=sms_codes.use_sms
            )
    except DirectAppError as error:
        return await _show(ctx, following, problem=ctx.say(error.problems[0].message), status=int(error.status))
    keep_sign_in(ctx, proven.cookie, proven.device)
    return ctx.go(following)


async def ask_own(ctx: WaitingContext) -> Response:
    """Answer what the browser is asked to show one of the person's passkeys by."""
    await read_signed(ctx)
    asked = await passkeys.ask_own_passkey(ctx.services.auth, ctx.person, _site(ctx), client_address(ctx.request))
    return Response(asked, media_type=_JSON)


async def begin_app(ctx: WaitingContext) -> Response:
    """Show the key of an authenticator app that is being set up."""
    posted = await read_signed(ctx)
    following = page_or(posted.get("next"), SECURITY)
    password = posted.get("current_password")
    try:
        begun = await enrolment.begin_totp(
            ctx.services.auth, ctx.person, client_address(ctx.request), password=password
        )
    except DirectAppError as error:
        return await _refused(ctx, following, error)
    return await _app(ctx, begun, following)


async def _app(ctx: RequestContext, begun: TotpSetup, following: str, **more: Any) -> Response:
    (code,) = await ctx.platform.short_work.run(qr_codes, [begun.address])
    qr = Markup(code)  # noqa: S704 - a path of digits
    given = {"status": 200, "problem": None, **more}
    return page(ctx, "account/app.html", qr=qr, secret=begun.secret, following=following, **given)


async def confirm_app(ctx: WaitingContext) -> Response:
    """Let the app count by a code of it; the first second factor comes with recovery codes."""
    posted, address = await read_signed(ctx), client_address(ctx.request)
    following = page_or(posted.get("next"), SECURITY)
    try:
        enrolled = await enrolment.confirm_totp(ctx.services.auth, ctx.person, address, code=posted.get("code"))
    except StepUpError as error:
        return await _refused(ctx, following, error)
    except DirectAppError as error:
        begun = await enrolment.begun_totp(ctx.services.auth, ctx.person, address)
        if begun is None:
            return await _refused(ctx, following, error)
        problem = ctx.say(error.problems[0].message)
        return await _app(ctx, begun, following, status=int(error.status), problem=problem)
    return _enrolled(ctx, enrolled, following)


async def begin_sms(ctx: WaitingContext) -> Response:
    """Send a code to a phone that is being set up."""
    posted = await read_signed(ctx)
    following = page_or(posted.get("next"), SECURITY)
    phone, password = posted.get("phone"), posted.get("current_password")
    try:
        await sms_codes.begin_sms(
            ctx.services.auth, ctx.person, client_address(ctx.request), phone=phone, password=password
        )
    except DirectAppError as error:
        return await _refused(ctx, following, error)
    return page(ctx, "account/sms.html", following=following, problem=None)


async def confirm_sms(ctx: WaitingContext) -> Response:
    """Let the phone count by the code that was sent to it; the first second factor comes with recovery codes."""
    posted, address = await read_signed(ctx), client_address(ctx.request)
    following = page_or(posted.get("next"), SECURITY)
    try:
        enrolled = await sms_codes.confirm_sms(ctx.services.auth, ctx.person, address, code=posted.get("code"))
    except StepUpError as error:
        return await _refused(ctx, following, error)
    except DirectAppError as error:
        problem = ctx.say(error.problems[0].message)
        return page(ctx, "account/sms.html", status=int(error.status), following=following, problem=problem)
    return _enrolled(ctx, enrolled, following)


async def ask_new(ctx: WaitingContext) -> Response:
    """Answer what the browser is asked to make a passkey by."""
    posted = await read_signed(ctx)
    asked = await passkeys.ask_new_passkey(
        ctx.services.auth,
        ctx.person,
        _site(ctx),
        client_address(ctx.request),
        password=posted.get("current_password"),
    )
    return Response(asked, media_type=_JSON)


async def add_passkey(ctx: WaitingContext) -> Response:
    """Let a passkey count that the browser has made."""
    posted, auth = await read_signed(ctx), ctx.services.auth
    following = page_or(posted.get("next"), SECURITY)
    made, name = posted.get(SHOWN), posted.get("name")
    try:
        enrolled = await passkeys.add_passkey(
            auth, ctx.person, _site(ctx), client_address(ctx.request), made=made, name=name
        )
    except DirectAppError as error:
        return await _refused(ctx, following, error)
    return _enrolled(ctx, enrolled, following)


def _enrolled(ctx: RequestContext, enrolled: Enrolled, following: str) -> Response:
    return show_codes(ctx, enrolled.codes, following) if enrolled.codes else ctx.go(following)


def show_codes(ctx: RequestContext, codes: tuple[str, ...], following: str) -> Response:
    """Return the page that shows recovery codes, this once."""
    response = page(ctx, "account/codes.html", codes=codes, following=following)
    response.headers["Cache-Control"] = "no-store"
    return response


async def _refused(ctx: RequestContext, following: str, error: DirectAppError) -> Response:
    problem = ctx.say(error.problems[0].message)
    if ctx.person.waits_for == "enrolment":
        return await _enrol(ctx, following, problem=problem, status=int(error.status))
    if ctx.person.must_prove(ctx.now):
        return await _show(ctx, following, problem=problem, status=int(error.status))
    return await security_page(ctx, problem=problem, status=int(error.status))


def _site(ctx: RequestContext) -> RelyingParty:
    site = site_of(ctx)
    if site is None:
        raise NotFoundError
    return site


ROUTES = (
    get(PAGE, show),
    post(PAGE, show_factor),
    post(f"{PAGE}/ask", ask_own),
    post(f"{PAGE}/app", begin_app),
    post(f"{PAGE}/app/confirm", confirm_app),
    post(f"{PAGE}/sms", begin_sms),
    post(f"{PAGE}/sms/confirm", confirm_sms),
    post(f"{PAGE}/sms/send", send_code),
    post(f"{PAGE}/passkey/ask", ask_new),
    post(f"{PAGE}/passkey", add_passkey),
)
