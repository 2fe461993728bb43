"""Own words: what people are written, changed for the company or for one site, in each language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.derive.inputs import Option
from directapp.domains.messages.editable import COLLEAGUES, CUSTOMER, EDITABLE, OUTWARD, VENDOR, Outward
from directapp.domains.messages.fields import MESSAGE_TEXTS
from directapp.domains.messages.places import COLLEAGUE_PLACES, PLACES
from directapp.domains.messages.texts import PARTS, flaws, merged, places_of, words_of
from directapp.domains.people.roles import ADMIN
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import administers, has_role
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.messages.samples import sample_fills
from directapp.interfaces.web.features.messages.words import WORDS, speak_messages
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError
from directapp.kernel.languages import Language, languages
from directapp.kernel.text import Text, language_names
from directapp.store.query import Condition, Junction, Query

PATH = "/app/texts"
_MOST = 2000
may_write = administers(MESSAGE_TEXTS)
_writes_everywhere = has_role(ADMIN)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which message is changed, and for whom: a site, or the whole company (None)."""

    entry: Outward
    site: UUID | None

    @property
    def address(self) -> str:
        """Where its page stands."""
        return f"{PATH}?event={self.entry.code}&site={self.site or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back in a language and could not be saved."""

    language: Language
    typed: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    summary: tuple[Complaint, ...] = ()
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A message in a language as its form holds it."""

    language: Language
    name: str
    values: Mapping[str, str]
    problems: Mapping[str, str]
    shown: Mapping[str, str]
    standing: str
    record: str | None
    version: int | None
    own: bool


# -- reading what is stored -----------------------------------------------------------------------------


async def _rows(ctx: RequestContext, code: str, language: Language) -> list[dict[str, Any]]:
    conditions = (Condition(("event",), "eq", code), Condition(("language",), "eq", language))
    fields = tuple((n,) for n in ("id", "version", "dealership", *PARTS))
    rows = await ctx.rows(MESSAGE_TEXTS, Query(fields=fields, filter=Junction("and", conditions), limit=_MOST))
    return [{**row, "dealership": refs.as_uuid(row["dealership"]) if row.get("dealership") else None} for row in rows]


async def own_words_of(ctx: RequestContext, code: str, language: Language, site: UUID | None) -> dict[str, str]:
    """Return the words that hold at a site, as far as this person may know them."""
    if code not in EDITABLE or not may_write(ctx):
        return {}
    return merged(await _rows(ctx, code, language), site)


def _scope(ctx: RequestContext, event: str, site: str) -> Scope:
    """Return what an address asks for; who leads one site alone writes for that one.

    Raises:
        ForbiddenError: another writes this.
        NotFoundError: there is no such message.

    """
    if not may_write(ctx):
        raise ForbiddenError
    code = event or next(iter(OUTWARD))
    if code not in EDITABLE:
        raise NotFoundError
    return Scope(EDITABLE[code], refs.as_uuid(site) if _writes_everywhere(ctx) else ctx.person.site)


# -- the page -------------------------------------------------------------------------------------------


async def show_texts(ctx: PersonContext, event: str = "", site: str = "") -> Response:
    """Show a message in every language, with where to change it."""
    return await _page(ctx, _scope(ctx, event, site))


async def _page(ctx: RequestContext, scope: Scope, answered: Answered | None = None) -> Response:
    wide = _writes_everywhere(ctx)
    return ctx.page(
        "messages/texts.html",
        status=answered.status if answered else HTTPStatus.OK,
        here="admin",
        m=speak_messages(ctx.language),
        scope=scope,
        events=_choices(ctx, scope),
        sites=await refs.choices_of(ctx, SITES, scope.site) if wide else [],
        wide=wide,
        site_name=ctx.branding.name,
        sheets=[await _sheet(ctx, scope, language, answered) for language in languages()],
        has_sms=scope.entry.sms is not None,
        to_colleagues=scope.entry.code in COLLEAGUES,
        places=[(f"{{{name}}}", ctx.say(_places(scope)[name])) for name in places_of(scope.entry, "sms")],
        summary=answered.summary if answered else (),
        prefix=f"{answered.language}-" if answered else "",
        stale_by=None,
    )


def _places(scope: Scope) -> Mapping[str, Text]:
    return COLLEAGUE_PLACES if scope.entry.code in COLLEAGUES else PLACES


def _choices(ctx: RequestContext, scope: Scope) -> list[tuple[str, list[Option]]]:
    """Return the messages to choose from, by whom they are for."""
    kinds = (("to_customers", CUSTOMER), ("to_vendors", VENDOR), ("to_colleagues", COLLEAGUES))
    return [
        (ctx.say(WORDS[name]), [Option(o.code, ctx.say(o.label), o is scope.entry) for o in entries.values()])
        for name, entries in kinds
    ]


async def _sheet(ctx: RequestContext, scope: Scope, language: Language, answered: Answered | None) -> Sheet:
    rows = await _rows(ctx, scope.entry.code, language)
    above = _above(scope, rows, language)
    held, row = {**above, **merged(rows, scope.site)}, _own(rows, scope)
    own = row is not None and any(row.get(part) for part in PARTS)
    mine = answered if answered and answered.language == language else None
    values = {**held, **mine.typed} if mine else held
    standing = "own_text" if own else "companys_text" if held != above or _company(rows) else "products_text"
    return Sheet(
        language=language,
        name=ctx.say(dict(language_names())[language]),
        values=values,
        problems=mine.problems if mine else {},
        shown=_shown(ctx, scope.entry, language, values),
        standing=ctx.say(WORDS[standing]),
        record=str(row["id"]) if row else None,
        version=row["version"] if row else None,
        own=own,
    )


def _own(rows: list[dict[str, Any]], scope: Scope) -> dict[str, Any] | None:
    """Return what is stored for just this site, or for the company."""
    return next((r for r in rows if r["dealership"] == scope.site), None)


def _company(rows: list[dict[str, Any]]) -> bool:
    return any(r["dealership"] is None and any(r.get(part) for part in PARTS) for r in rows)


def _above(scope: Scope, rows: list[dict[str, Any]], language: Language) -> dict[str, str]:
    """Return what holds where nothing of its own is written: the product's words, or the company's at a site."""
    said: dict[str, str] = {
        part: text.pick(language) for part in PARTS if (text := getattr(scope.entry, part)) is not None
    }
    return {**said, **(merged(rows, None) if scope.site else {})}


def _shown(ctx: RequestContext, entry: Outward, language: Language, values: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of a message with an invented car in the placeholders, those left out that cannot be filled."""
    fills = sample_fills(ctx, entry.code)
    shown: dict[str, str] = {
        part: " ".join(words_of(entry, part, values, fills, language).split())
        for part in PARTS
        if getattr(entry, part) is not None and not flaws(entry, part, values.get(part, ""))
    }
    return {**shown, "button": entry.button.pick(language)}


# -- saving ---------------------------------------------------------------------------------------------


def _typed(posted: Posted, entry: Outward) -> dict[str, str]:
    return {part: posted.get(part).replace("\r\n", "\n").strip() for part in PARTS if getattr(entry, part) is not None}


def _language(posted: Posted) -> Language:
    language = posted.get("language")
    if language not in languages():
        raise NotFoundError
    return language


async def show_preview(ctx: PersonContext) -> Response:
    """Show how a message would read as it is typed."""
    posted = await read_signed(ctx)
    scope, language = _scope(ctx, posted.get("event"), posted.get("site")), _language(posted)
    typed = _typed(posted, scope.entry)
    problems = [ctx.say(p.message) for part, text in typed.items() for p in flaws(scope.entry, part, text) if text]
    return ctx.page(
        "messages/text_preview.html",
        m=speak_messages(ctx.language),
        shown=_shown(ctx, scope.entry, language, typed),
        wrong=problems,
    )


async def save_texts(ctx: PersonContext) -> Response:
    """Save a message in a language: only what differs from the words above it is kept."""
    posted = await read_signed(ctx)
    scope, language = _scope(ctx, posted.get("event"), posted.get("site")), _language(posted)
    typed, meta = _typed(posted, scope.entry), ctx.meta(MESSAGE_TEXTS)
    rows = await _rows(ctx, scope.entry.code, language)
    above = _above(scope, rows, language)
    patch: dict[str, Any] = {part: text if text and text != above[part] else None for part, text in typed.items()}
    row = _own(rows, scope)

    async def again(error: DirectAppError) -> Response:
        by_field, summary = forms.sort_problems(error.problems, meta.fields, ctx.language)
        problems = {name: found[0] for name, found in by_field.items()}
        answered = Answered(
            language=language, typed=typed, problems=problems, summary=summary, status=int(error.status)
        )
        return await _page(ctx, scope, answered)

    async with ctx.form(again):
        if row is not None:
            target = UUID(str(row["id"]))
            await ctx.do(meta, "update", patch, posted=posted, target=target, version=posted.version)
        elif any(patch.values()):
            given = {"event": scope.entry.code, "language": language, "dealership": scope.site and str(scope.site)}
            await ctx.do(meta, "create", {k: v for k, v in {**given, **patch}.items() if v is not None}, posted=posted)
    told = f"{ctx.say(COMMON['saved'])}: {ctx.say(scope.entry.label)}"
    undo = f"/app/{MESSAGE_TEXTS}/{row['id']}/undo" if row else None
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=undo, href=scope.address))
    return ctx.go(scope.address)


async def reset_texts(ctx: PersonContext) -> Response:
    """Let the words above hold again."""
    posted = await read_signed(ctx)
    scope, language = _scope(ctx, posted.get("event"), posted.get("site")), _language(posted)
    rows = await _rows(ctx, scope.entry.code, language)
    row = _own(rows, scope)
    if row is None:
        raise NotFoundError
    await ctx.do(ctx.meta(MESSAGE_TEXTS), "reset", {}, posted=posted, target=UUID(str(row["id"])))
    told = f"{ctx.say(WORDS['was_reset'])}: {ctx.say(scope.entry.label)}"
    ctx.cookies.append(
        notes.tell_done(told, ctx.now, undo=f"/app/{MESSAGE_TEXTS}/{row['id']}/undo", href=scope.address)
    )
    return ctx.go(scope.address)


ROUTES = (
    get(PATH, show_texts),
    post(PATH, save_texts),
    post(f"{PATH}/preview", show_preview),
    post(f"{PATH}/reset", reset_texts),
)
