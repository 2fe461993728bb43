"""Signing in at a provider: there, back with its answer, linking and unlinking, and being signed out from there."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request, Response

from directapp.connectors.failures import OutsideError
from directapp.domains.people.fields import IDENTITY_PROVIDERS
from directapp.domains.people.issue import company_path
from directapp.domains.people.own_identities import signed_out_by_page, signed_out_there, unlink
from directapp.domains.people.provider_sign_in import LIFE, Come, Sent, arrive, leave, link_at, redirect_address
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import (
    AnonymousContext,
    PersonContext,
    RequestContext,
    client_address,
    person_context,
)
from directapp.interfaces.web.core.feature import RecordPart, Variables, get, post
from directapp.interfaces.web.core.posted import read_form, read_signed
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.account.company import BEGIN, keep_company
from directapp.interfaces.web.features.account.overview import SECURITY, security_page
from directapp.interfaces.web.features.account.sign_in import going_on, local, sign_in_page, signed_in
from directapp.interfaces.web.features.account.words import WORDS, speak
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.errors import ConflictError, DirectAppError, NotFoundError, TooManyError, UnauthenticatedError

COOKIE, _PATH = "directapp_provider", "/sign-in/with"
_ANSWER = ("state", "code", "iss", "error")
_LONGEST = 8000


async def show_company(ctx: AnonymousContext, tenant: str, next: str = "/") -> Response:  # noqa: A002 - the address's word
    """Show the sign-in page of a company, and know it in this browser from now on."""
    keep_company(ctx, record_id(tenant))
    following = local(next)
    return ctx.go("/sign-in" if following == "/" else f"/sign-in?next={quote(following)}")


async def go_there(ctx: AnonymousContext, tenant: str, provider: str, next: str = "/") -> Response:  # noqa: A002 - as above
    """Send the browser to a provider; who is signed in stays so: a link of others would make them somebody else."""
    following = local(next)
    if await _person(ctx.request) is not None:
        return ctx.go(following)
    try:
        sent = await leave(
            ctx.services.auth,
            record_id(tenant),
            record_id(provider),
            following=following,
            address=client_address(ctx.request),
        )
    except (OutsideError, TooManyError) as error:
        return await _refused(ctx, error, following)
    _keep(ctx, sent)
    return ctx.go(sent.address)


async def come_back(ctx: AnonymousContext, tenant: str, provider: str) -> Response:
    """Take a provider's answer: sign in, or link the account to who is signed in."""
    here = await _person(ctx.request)
    asked = ctx.request.query_params
    come = Come(
        answer={name: asked[name][:_LONGEST] for name in _ANSWER if name in asked},
        cookie=ctx.request.cookies.get(COOKIE, ""),
        address=client_address(ctx.request),
        user_agent=ctx.request.headers.get("user-agent", ""),
        actor=here.person if here else None,
    )
    spent = notes.Cookie(name=COOKIE, value="", life=0, path=_PATH)
    ctx.cookies.append(spent)
    try:
        arrived = await arrive(ctx.services.auth, record_id(tenant), record_id(provider), come)
    except (OutsideError, UnauthenticatedError, ConflictError, TooManyError) as error:
        if here is None:
            return await _refused(ctx, error, "/")
        here.cookies.append(spent)
        return await security_page(here, problem=here.say(error.problems[0].message), status=int(error.status))
    if arrived.signed is not None:
        return signed_in(ctx, arrived.signed, arrived.following)
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS["linked"]), ctx.now))
    return ctx.go(arrived.following)


async def link(ctx: PersonContext, provider: str) -> Response:
    """Send who is signed in to a provider, to link the account there."""
    posted, target = await read_signed(ctx), record_id(provider)
    try:
        async with ctx.step_up(posted):
            sent = await link_at(
                ctx.services.auth,
                ctx.person,
                target,
                following=SECURITY,
                address=client_address(ctx.request),
                password=posted.get("current_password"),
            )
    except NotFoundError:
        raise
    except DirectAppError as error:
        return await security_page(ctx, problem=ctx.say(error.problems[0].message), status=int(error.status))
    _keep(ctx, sent)
    return going_on(ctx, sent.address)


async def take_link_away(ctx: PersonContext, identity: str) -> Response:
    """Unlink an account at a provider."""
    target = record_id(identity)
    try:
        async with ctx.step_up(await read_signed(ctx)):
            await unlink(ctx.services.auth, ctx.person, target)
    except ConflictError as error:
        return await security_page(ctx, problem=ctx.say(error.problems[0].message), status=int(error.status))
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS["unlinked"]), ctx.now))
    return ctx.go(SECURITY)


async def sign_out_from_there(request: Request, tenant: str, provider: str) -> Response:
    """End the sign-ins that a provider says have ended."""
    token = (await read_form(request)).get("logout_token")
    auth = request.state.services.auth
    try:
        await signed_out_there(auth, record_id(tenant), record_id(provider), token)
    except (OutsideError, NotFoundError):
        return Response(status_code=HTTPStatus.BAD_REQUEST)
    return Response(status_code=HTTPStatus.OK)


async def sign_out_by_page(request: Request, tenant: str, provider: str, iss: str = "", sid: str = "") -> Response:
    """End the sign-in that a provider's page says has ended; only that provider's pages frame the answer."""
    auth = request.state.services.auth
    try:
        where = await signed_out_by_page(auth, record_id(tenant), record_id(provider), issuer=iss, session=sid)
    except (OutsideError, NotFoundError):
        return Response(status_code=HTTPStatus.BAD_REQUEST)
    response = Response(media_type="text/html", headers={"Cross-Origin-Resource-Policy": "cross-origin"})
    # It stands before X-Frame-Options, which knows no single site.
    response.headers["Content-Security-Policy"] = f"default-src 'none'; frame-ancestors {where}"
    return response


def addresses_part(ctx: RequestContext, record: Record) -> Variables:
    """Return what is typed in at a provider, for its page."""
    auth, tenant = ctx.services.auth, ctx.person.tenant
    back = redirect_address(auth, tenant, record.id)
    addresses = (
        ("redirect", back),
        ("logout_uri", back.removesuffix("answer") + "signed-out"),
        ("company_page", auth.base_url.rstrip("/") + company_path(tenant)),
    )
    return {"provider_addresses": addresses, "provider_words": speak(ctx.language)}


def _keep(ctx: RequestContext, sent: Sent) -> None:
    ctx.cookies.append(notes.Cookie(name=COOKIE, value=sent.cookie, life=int(LIFE.total_seconds()), path=_PATH))


async def _person(request: Request) -> RequestContext | None:
    try:
        return await person_context(request)
    except DirectAppError:
        return None


async def _refused(ctx: RequestContext, error: DirectAppError, following: str) -> Response:
    said = ctx.say(error.problems[0].message)
    response = await sign_in_page(ctx, following=following, status=int(error.status), problem=said)
    if isinstance(error, TooManyError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


PARTS = (
    RecordPart(on=IDENTITY_PROVIDERS, template="account/provider_addresses.html", load=addresses_part, beside=True),
)

ROUTES = (
    get("/sign-in/at/{tenant}", show_company),
    get(f"{BEGIN}/{{tenant}}/{{provider}}", go_there),
    get(f"{BEGIN}/{{tenant}}/{{provider}}/answer", come_back),
    get(f"{BEGIN}/{{tenant}}/{{provider}}/signed-out", sign_out_by_page),
    post(f"{BEGIN}/{{tenant}}/{{provider}}/signed-out", sign_out_from_there),
    post(f"{SECURITY}/link/{{provider}}", link),
    post(f"{SECURITY}/identity/{{identity}}", take_link_away),
)
