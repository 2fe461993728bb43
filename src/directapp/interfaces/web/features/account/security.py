"""Sign-in and security: one's own second factors, recovery codes, and where one is signed in."""

from fastapi import Response

from directapp.domains.people import enrolment
from directapp.domains.people.own_sessions import end_other_sessions, end_own_keys, end_session
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext, client_address
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.account.overview import SECURITY, security_page
from directapp.interfaces.web.features.account.second_factor import show_codes
from directapp.interfaces.web.features.account.words import WORDS
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.errors import ConflictError


async def show_security(ctx: PersonContext) -> Response:
    """Show one's own second factors, and where one is signed in."""
    return await security_page(ctx)


async def new_codes(ctx: PersonContext) -> Response:
    """Make new recovery codes, and show them once."""
    async with ctx.step_up(await read_signed(ctx)):
        codes = await enrolment.renew_codes(ctx.services.auth, ctx.person, client_address(ctx.request))
    return show_codes(ctx, codes, SECURITY)


async def take_away(ctx: PersonContext, factor: str) -> Response:
    """Take a second factor away."""
    auth, address, target = ctx.services.auth, client_address(ctx.request), record_id(factor)
    try:
        async with ctx.step_up(await read_signed(ctx)):
            await enrolment.take_away(auth, ctx.person, address, target)
    except ConflictError as error:
        return await security_page(ctx, problem=ctx.say(error.problems[0].message), status=int(error.status))
    return _done(ctx, "taken")


async def end_one(ctx: PersonContext, session: str) -> Response:
    """Sign out somewhere else."""
    await read_signed(ctx)
    await end_session(ctx.services.auth, ctx.person, record_id(session))
    return _done(ctx, "ended")


async def end_others(ctx: PersonContext) -> Response:
    """Sign out everywhere else."""
    await read_signed(ctx)
    await end_other_sessions(ctx.services.auth, ctx.person)
    return _done(ctx, "ended")


async def revoke_key(ctx: PersonContext, key: str) -> Response:
    """Make one of one's own API keys useless."""
    posted = await read_signed(ctx)
    await ctx.do(ctx.meta("api_keys"), "revoke", {}, posted=posted, target=record_id(key))
    return _done(ctx, "revoked")


async def revoke_keys(ctx: PersonContext) -> Response:
    """Make every API key of one's own useless."""
    await read_signed(ctx)
    await end_own_keys(ctx.services.auth, ctx.person)
    return _done(ctx, "revoked")


def _done(ctx: RequestContext, word: str) -> Response:
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS[word]), ctx.now))
    return ctx.go(SECURITY)


ROUTES = (
    get(SECURITY, show_security),
    post(f"{SECURITY}/codes", new_codes),
    post(f"{SECURITY}/factor/{{factor}}", take_away),
    post(f"{SECURITY}/sessions", end_others),
    post(f"{SECURITY}/sessions/{{session}}", end_one),
    post(f"{SECURITY}/keys", revoke_keys),
    post(f"{SECURITY}/keys/{{key}}", revoke_key),
)
