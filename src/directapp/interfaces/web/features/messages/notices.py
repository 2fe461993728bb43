"""Notice choices: for each event whether a letter goes too, when it is quiet, and the daily overview."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.domains.messages.catalogue import BY_EMAIL, NOTICES
from directapp.domains.messages.fields import NoticeChoices
from directapp.domains.messages.words import TYPES
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.typed import meant_clock
from directapp.interfaces.web.features.messages.words import WORDS, speak_messages
from directapp.kernel.errors import DirectAppError
from directapp.store.query import Condition, Query

PATH = "/app/me/notices"
CHOICES = "notice_choices"
_CLOCKS = ("quiet_from", "quiet_to")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One event, and whether a letter goes."""

    code: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class EventGroup:
    """The events of a type."""

    label: str
    events: tuple[Chosen, ...]


async def _own(ctx: RequestContext) -> dict[str, Any]:
    query = Query(filter=Condition(("user",), "eq", ctx.person.user), limit=1)
    rows = await ctx.rows(CHOICES, query)
    return dict(rows[0]) if rows else {}


async def show(ctx: PersonContext) -> Response:
    """Show what this person chose, or what is usual."""
    row = await _own(ctx)
    return _page(ctx, row, row.get(NoticeChoices.email_events) or [] if row else BY_EMAIL)


def _page(
    ctx: RequestContext,
    row: dict[str, Any],
    chosen: list[str],
    *,
    problems: dict[str, list[str]] | None = None,
    summary: tuple[Complaint, ...] = (),
    status: int = 200,
) -> Response:
    groups = []
    for kind in TYPES:
        events = tuple(
            Chosen(n.code, n.label.pick(ctx.language), n.code in chosen)
            for n in NOTICES.values()
            if n.type == kind.code
        )
        if events:
            groups.append(EventGroup(kind.label.pick(ctx.language), events))
    meta = ctx.spec[CHOICES]
    return ctx.page(
        "messages/notices.html",
        status=status,
        here="me",
        m=speak_messages(ctx.language),
        groups=groups,
        row=row,
        problems=problems or {},
        summary=summary,
        stale_by=None,
        version=row.get(NoticeChoices.version),
        labels={n: meta.fields[n].label.pick(ctx.language) for n in (*_CLOCKS, "digest")},
        digest_help=ctx.say(help_) if (help_ := meta.fields[NoticeChoices.digest].help) else "",
    )


async def save(ctx: PersonContext) -> Response:
    """Save the choices."""
    posted = await read_signed(ctx)
    row = await _own(ctx)
    chosen = [code for code in posted.typed.get("email", []) if code in NOTICES]
    patch: dict[str, Any] = {name: meant_clock(posted.get(name)) or None for name in _CLOCKS}
    patch |= {"email_events": chosen, "digest": bool(posted.get("digest"))}
    try:
        await _write(ctx, row, posted, patch)
    except DirectAppError as error:
        by_field, summary = forms.sort_problems(error.problems, ctx.spec[CHOICES].fields, ctx.language)
        typed = {**row, **patch}
        told = {name: list(said) for name, said in by_field.items()}
        return _page(ctx, typed, chosen, problems=told, summary=summary, status=int(error.status))
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS["saved_choices"]), ctx.now))
    return ctx.go(PATH)


async def _write(ctx: RequestContext, row: dict[str, Any], posted: Posted, patch: dict[str, Any]) -> None:
    meta = ctx.meta(CHOICES)
    if await ctx.sent_before(meta, "create", posted):
        return
    if row:
        await ctx.do(meta, "update", patch, posted=posted, target=UUID(row[NoticeChoices.id]), version=posted.version)
    else:
        given = {name: value for name, value in patch.items() if value is not None}
        await ctx.do(meta, "create", given, posted=posted)


ROUTES = (
    get(PATH, show),
    post(PATH, save),
)
