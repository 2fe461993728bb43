"""Pages without a sign-in: what a customer sees of one car, and the logo that letters show."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from directapp.declare.reading import show_phone
from directapp.domains.cars.fields import Cars
from directapp.domains.messages.capability import Capabilities, Capability, Kind
from directapp.domains.messages.customers import language_of
from directapp.domains.messages.fields import VendorLinks
from directapp.domains.messages.status_links import is_open
from directapp.domains.messages.story import is_over, story_of
from directapp.domains.people.fields import Dealerships
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.branding import SITES, Branding
from directapp.interfaces.web.core.context import LANGUAGE_COOKIE, AnonymousContext, RequestContext, open_context
from directapp.interfaces.web.core.feature import Route, get
from directapp.interfaces.web.core.secret_links import shut
from directapp.interfaces.web.features.messages.words import speak_messages
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import DirectAppError, NotFoundError
from directapp.kernel.languages import languages, pick_language
from directapp.services.attachments import Attachments
from directapp.services.intent import Intent
from directapp.services.platform import Platform

_LOGO_LIFE = "public, max-age=86400"


def reader(tenant: UUID) -> Actor:
    """Return who reads for those without a sign-in; the pages show a few named values of it and no more."""
    return system_actor(tenant, "pipeline")


async def row_of(platform: Platform, tenant: UUID, collection: str, record: object) -> dict[str, Any] | None:
    """Return a record, None where it is gone."""
    if not record:
        return None
    try:
        found = await platform.reading.one(reader(tenant), collection, UUID(str(record)))
    except NotFoundError:
        return None
    row: dict[str, Any] = orjson.loads(found)
    return typed(platform, collection, row)


def typed(platform: Platform, collection: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its values as the domain knows them: moments and days, not text."""
    meta = platform.spec[collection]
    return {
        name: meta.fields[name].understand(value) if name in meta.fields and _is_time(meta, name) else value
        for name, value in row.items()
    }


def _is_time(meta: Any, name: str) -> bool:
    return str(meta.fields[name].kind) in {"instant", "date"}


def branding_of(site: Mapping[str, Any] | None) -> Branding:
    """Return the look of a site; its logo goes by a link of its own."""
    colours = (site or {}).get(Dealerships.brand_colors) or {}
    return Branding(
        str((site or {}).get(Dealerships.name) or ""), str(colours.get("primary") or "").lstrip("#") or None
    )


def public_context(request: Request, branding: Branding) -> RequestContext:
    """Return a context for somebody without a sign-in, in the language they chose here."""
    ctx = open_context(request, branding=branding)
    chosen = request.query_params.get("language", "")
    if chosen in languages():
        ctx.language = pick_language(None, chosen)
        ctx.cookies.append(notes.Cookie(name=LANGUAGE_COOKIE, value=chosen, readable=True))
    return ctx


def chose_language(request: Request) -> bool:
    """Whether somebody without a sign-in has said which language they read, here or before."""
    return bool(request.query_params.get("language") or request.cookies.get(LANGUAGE_COOKIE))


def closed(ctx: RequestContext) -> Response:
    """Answer a link that opens nothing, the same whatever the reason."""
    status, m = HTTPStatus.NOT_FOUND, speak_messages(ctx.language)
    return shut(ctx.page("messages/closed.html", status=status, m=m, logo=None))


def enter(request: Request, capabilities: Capabilities, token: str, kind: Kind) -> Capability | Response:
    """Return what a link that we signed opens, or the answer to one that opens nothing."""
    found = capabilities.read(token, kind)
    return found if found is not None else closed(public_context(request, Branding()))


def public_routes(
    platform: Platform,
    attachments: Attachments,
    capabilities: Capabilities,
) -> tuple[Route, ...]:
    """Return the routes that a customer and a mail program open."""

    async def show_status(request: Request, token: str) -> Response:
        found = enter(request, capabilities, token, "status")
        if isinstance(found, Response):
            return found
        link = await row_of(platform, found.tenant, "status_links", found.record)
        car = (
            await row_of(platform, found.tenant, "cars", link[VendorLinks.car])
            if link and _opens(link, platform)
            else None
        )
        if link is None or car is None or is_over(car, platform.clock()):
            return closed(public_context(request, Branding()))
        if link.get(VendorLinks.opened_at) is None:
            await note_opened(platform, found.tenant, "status_links", found.record, platform.clock())
        return await _status(request, platform, capabilities, found, car)

    async def show_logo(ctx: AnonymousContext, token: str) -> Response:
        found = capabilities.read(token, "logo")
        site = await row_of(platform, found.tenant, SITES, found.record) if found else None
        if found is None or site is None or not site.get(Dealerships.logo):
            raise NotFoundError
        stored = await attachments.look_up(reader(found.tenant), UUID(str(site[Dealerships.logo])))
        del ctx
        body: AsyncIterator[bytes] = attachments.read(stored)
        headers = {"Cache-Control": _LOGO_LIFE, "Cross-Origin-Resource-Policy": "cross-origin"}
        return StreamingResponse(body, media_type=stored.media_type, headers=headers)

    return (get("/status/{token}", show_status), get("/logo/{token}", show_logo))


def _opens(link: Mapping[str, Any], platform: Platform) -> bool:
    return is_open(link, platform.clock())


async def note_opened(platform: Platform, tenant: UUID, collection: str, record: UUID, now: datetime) -> None:
    """Write down that a link was opened for the first time."""
    intent = Intent(
        actor=system_actor(tenant, "messenger"),
        collection=collection,
        verb="update",
        target=record,
        patch={"opened_at": now.isoformat()},
        origin="web",
    )
    try:
        await platform.pipeline.perform(intent)
    except DirectAppError:
        # Two pages opened at once: one of them has written it.
        return


async def _status(
    request: Request, platform: Platform, capabilities: Capabilities, found: Capability, car: Mapping[str, Any]
) -> Response:
    site = await row_of(platform, found.tenant, SITES, car.get(Cars.dealership))
    ctx = public_context(request, branding_of(site))
    if not chose_language(request):
        ctx.language = language_of(car)
    story = story_of(car)
    logo = (
        capabilities.token("logo", found.tenant, UUID(str(site[Dealerships.id])))
        if site and site.get(Dealerships.logo)
        else None
    )
    phone = str(site[Dealerships.phone]) if site and site.get(Dealerships.phone) else ""
    return shut(
        ctx.page(
            "messages/status.html",
            m=speak_messages(ctx.language),
            story=story,
            said=lambda text: text.pick(ctx.language) if text else "",
            site=site or {},
            phone=phone,
            phone_shown=show_phone(phone) if phone else "",
            logo=logo,
        )
    )
