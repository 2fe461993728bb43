"""Trying what goes out: a letter to oneself, whether text messages are set up, and a look-up in the registry."""

from http import HTTPStatus

from fastapi import Response

from directapp.declare.names import Row
from directapp.declare.reading import show_phone
from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.domains.people.fields import Users
from directapp.domains.people.mails import Mail
from directapp.domains.registry.lookups import Lookups
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.setup.guide import demand_guide
from directapp.interfaces.web.features.setup.steps import MAIL, PATH, REGISTRY, SMS, settings_of, way_in_use
from directapp.interfaces.web.features.setup.words import WORDS, speak_setup
from directapp.kernel.errors import DirectAppError

HERE = f"{PATH}/trying"


async def show_trying(ctx: PersonContext) -> Response:
    """Show what is set up, and where to try it."""
    demand_guide(ctx)
    return await _page(ctx)


async def _page(
    ctx: RequestContext,
    *,
    summary: tuple[Complaint, ...] = (),
    code: str = "",
    found: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    settings = settings_of(ctx)
    mail, sms, registry = (way_in_use(settings, ways) for ways in (MAIL, SMS, REGISTRY))
    me = await _me(ctx)
    phone = show_phone(str(me[Users.phone])) if me[Users.phone] else ""
    return ctx.page(
        "setup/trying.html",
        status=status,
        here="admin",
        s=speak_setup(ctx.language),
        mail=ctx.say(WORDS["mail_by"].fill(way=mail) if mail else WORDS["mail_nowhere"]),
        sms=ctx.say(WORDS["sms_by"].fill(way=sms) if sms else WORDS["sms_nowhere"]),
        registry=ctx.say(WORDS["registry_ready" if registry else "registry_nowhere"]),
        send=ctx.say(WORDS["send_test"].fill(email=me[Users.email])),
        send_text=ctx.say(WORDS["send_test_text"].fill(phone=phone)) if sms and phone else "",
        no_phone=bool(sms) and not phone,
        code=code,
        found=found,
        summary=summary,
        stale_by=None,
    )


async def _me(ctx: RequestContext) -> Row:
    assert ctx.person.user is not None
    return await ctx.one("users", ctx.person.user)


async def send_letter(ctx: PersonContext) -> Response:
    """Send a letter to whoever asks."""
    demand_guide(ctx)
    await read_signed(ctx)
    email, body = str((await _me(ctx))[Users.email]), ctx.say(WORDS["test_body"])
    mail = Mail(subject=ctx.say(WORDS["test_subject"]), text=body, html=f"<p>{body}</p>")
    try:
        await ctx.services.auth.port.send_mail(email, mail)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, {}, ctx.language)
        return await _page(ctx, summary=summary, status=int(error.status))
    told = ctx.say(WORDS["test_sent"].fill(email=email))
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=None, href=HERE))
    return ctx.go(HERE)


async def send_text(ctx: PersonContext) -> Response:
    """Send a text message to whoever asks."""
    demand_guide(ctx)
    await read_signed(ctx)
    phone = str((await _me(ctx))[Users.phone] or "")
    try:
        await ctx.services.auth.port.send_text(phone, ctx.say(WORDS["test_text"]))
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, {}, ctx.language)
        return await _page(ctx, summary=summary, status=int(error.status))
    told = ctx.say(WORDS["test_text_sent"].fill(phone=show_phone(phone)))
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=None, href=HERE))
    return ctx.go(HERE)


async def look_up(ctx: PersonContext) -> Response:
    """Look a vehicle up, to see that the registry answers; nothing is kept of it on any car."""
    demand_guide(ctx)
    posted = await read_signed(ctx)
    lookups: Lookups = getattr(ctx.request.app.state, "registry", None) or Lookups(ctx.platform.pipeline)
    code = posted.get("code")
    problem: DirectAppError | None
    try:
        looked = await lookups.look_up(ctx.person.tenant, code, fresh=True)
        problem = looked.problem
    except DirectAppError as error:
        problem = error
    if problem is not None:
        _, summary = forms.sort_problems(problem.problems, {}, ctx.language)
        return await _page(ctx, summary=summary, code=code, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return await _page(ctx, code=code, found=ctx.say(WORDS["found"].fill(car=code.upper())))


ROUTES = (
    get(HERE, show_trying),
    post(f"{HERE}/letter", send_letter),
    post(f"{HERE}/text", send_text),
    post(f"{HERE}/registry", look_up),
)
