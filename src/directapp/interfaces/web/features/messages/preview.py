"""Preview: every letter in every language and the site's look, before anybody gets one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.connectors.letters import Letter, write
from directapp.declare.names import NO_ROW, row_of
from directapp.domains.cars.fields import Cars
from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.catalogue import NOTICES
from directapp.domains.messages.customers import customer_facts
from directapp.domains.messages.editable import CUSTOMER, EDITABLE, OUTWARD, VENDOR, Outward
from directapp.domains.messages.letters import brand_of, compose
from directapp.domains.messages.telling import Told, car_facts
from directapp.domains.messages.texts import words_of
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import Route, get
from directapp.interfaces.web.core.routes import POLICY
from directapp.interfaces.web.features.messages import texts
from directapp.interfaces.web.features.messages.samples import HOUR, PLACE, sample_car, sample_fills
from directapp.interfaces.web.features.messages.words import WORDS, speak_messages
from directapp.kernel.clock import OSLO
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError
from directapp.kernel.languages import Language, languages, pick_language
from directapp.kernel.text import Text, language_names
from directapp.services.seen import Seen

PATH = "/app/letters"
MAY = frozenset({"tenant_admin", "manager"})
# A letter brings its own style, and is shown in a frame that runs nothing and reaches nobody.
_FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; base-uri 'none'; sandbox"
)
_WITH_FRAMES = f"{POLICY}; frame-src 'self'"


def preview_routes(capabilities: Capabilities) -> tuple[Route, ...]:
    """Return the routes of the preview."""

    async def show_letters(ctx: PersonContext) -> Response:
        _demand(ctx)
        wanted = ctx.request.query_params.get("event", "")
        code = wanted if wanted in _CODES else next(iter(NOTICES))
        entry = EDITABLE[code]
        response = ctx.page(
            "messages/letters.html",
            here="admin",
            m=speak_messages(ctx.language),
            sections=_sections(ctx, code),
            code=code,
            label=_label(code).pick(ctx.language),
            languages=[(one, ctx.say(name)) for one, name in language_names()],
            texts=await _texts(ctx, code, entry) if entry.sms else {},
            edit=f"{texts.PATH}?event={code}" if texts.may_write(ctx) else None,
        )
        response.headers["Content-Security-Policy"] = _WITH_FRAMES
        return response

    async def show_letter(ctx: PersonContext, code: str, language: str) -> Response:
        _demand(ctx)
        if code not in _CODES or language not in languages():
            raise NotFoundError
        own = await texts.own_words_of(ctx, code, language, ctx.person.site)
        letter = sample_letter(ctx, code, pick_language(None, language), await _site(ctx), capabilities, own=own)
        made = write(letter)
        plain_text = ctx.request.query_params.get("form") == "text"
        if plain_text:
            return Response(f"{made.subject}\n\n{made.text}", media_type="text/plain; charset=utf-8")
        headers = {"Content-Security-Policy": _FRAMED, "X-Frame-Options": "SAMEORIGIN"}
        return Response(made.html, media_type="text/html; charset=utf-8", headers=headers)

    return (get(PATH, show_letters), get(f"{PATH}/{{code}}/{{language}}", show_letter))


async def _texts(ctx: RequestContext, code: str, entry: Outward) -> dict[str, str]:
    fills = sample_fills(ctx, code)
    return {
        one: words_of(entry, "sms", await texts.own_words_of(ctx, code, one, ctx.person.site), fills, one)
        for one in languages()
    }


_CODES = (*NOTICES, *OUTWARD)


def _label(code: str) -> Text:
    return NOTICES[code].label if code in NOTICES else OUTWARD[code].label


def _demand(ctx: RequestContext) -> None:
    if not ctx.person.works_as & MAY:
        raise ForbiddenError


@dataclass(frozen=True, slots=True)
class Choice:
    """A letter that may be looked at."""

    label: str
    href: str
    chosen: bool


def _sections(ctx: RequestContext, code: str) -> list[tuple[str, list[Choice]]]:
    kinds = (("to_colleagues", NOTICES), ("to_customers", CUSTOMER), ("to_vendors", VENDOR))
    return [
        (
            ctx.say(WORDS[name]),
            [Choice(_label(c).pick(ctx.language), f"{PATH}?event={c}", c == code) for c in entries],
        )
        for name, entries in kinds
    ]


async def _site(ctx: RequestContext) -> dict[str, Any]:
    if ctx.person.site is None:
        return {}
    try:
        row = await ctx.one(SITES, ctx.person.site)
    except DirectAppError:
        return {}
    return row


def _outward_facts(ctx: RequestContext, code: str, language: Language) -> list[list[str]]:
    """Return what a customer or a vendor is told of an invented car."""
    car = sample_car(ctx)
    if code in VENDOR:
        return car_facts(car, language)[:1]
    at = ctx.now.astimezone(OSLO).replace(hour=HOUR, minute=0) + timedelta(days=1)
    return customer_facts(row_of({**car, Cars.handover_at: at, Cars.handover_place: PLACE}), NO_ROW, language)


def sample_letter(
    ctx: RequestContext,
    code: str,
    language: Language,
    site: Mapping[str, Any],
    capabilities: Capabilities,
    *,
    own: Mapping[str, str] | None = None,
) -> Letter:
    """Return a letter about an invented car, in own words where there are any."""
    tenant, fills = ctx.person.tenant, sample_fills(ctx, code)
    brand = brand_of(site or {"name": ctx.branding.name}, capabilities, tenant)
    car = sample_car(ctx)
    if code in NOTICES:
        told = Told(event=code, fills=fills, car=Seen("cars", UUID(int=0), car))
        subject, body = told.words(language, own or {})
        button, kind = NOTICES[code].button, "user"
        content: dict[str, Any] = {"path": "/app/cars", "facts": told.facts(language)}
    else:
        entry = OUTWARD[code]
        button, kind = entry.button, "vendor" if code in VENDOR else "customer"
        subject, body = (words_of(entry, part, own or {}, fills, language) for part in ("subject", "body"))
        content = {"path": "/", "facts": _outward_facts(ctx, code, language)}
    content |= {"language": language, "button": button.pick(language)}
    return compose(
        subject=subject,
        body=body,
        receiver_kind=kind,
        content=content,
        brand=brand,
        tenant=tenant,
        capabilities=capabilities,
    )
