"""The vendor's page: one work item, and an answer without an account: done, price or delayed, with photos."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from directapp.declare.reading import show_phone
from directapp.derive import forms
from directapp.derive.present import show_moment
from directapp.domains.cars.fields import Cars
from directapp.domains.messages.capability import Capabilities, Capability
from directapp.domains.messages.fields import VENDOR_LINKS, VendorLinks
from directapp.domains.messages.phrases import car_name
from directapp.domains.messages.status_links import is_open
from directapp.domains.messages.vendor_photos import MOST_PHOTOS, Photo, hang_photo, vendor_actor
from directapp.domains.people.fields import Dealerships
from directapp.domains.workshop.fields import WorkItems
from directapp.interfaces.web.core.branding import SITES, Branding
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Route, get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import UPLOAD_BYTES, read_form
from directapp.interfaces.web.core.secret_links import shut
from directapp.interfaces.web.core.typed import meant_day
from directapp.interfaces.web.core.uploads import chunks_of, key_with
from directapp.interfaces.web.features.messages.public import (
    branding_of,
    chose_language,
    closed,
    enter,
    note_opened,
    public_context,
    row_of,
)
from directapp.interfaces.web.features.messages.words import WORDS, speak_messages
from directapp.kernel.errors import DirectAppError, Problem, ReusedKeyError
from directapp.kernel.languages import pick_language
from directapp.services.attachments import Attachments, Incoming
from directapp.services.intent import Intent
from directapp.services.platform import Platform

A_MINUTE = 30
_ANSWERS = ("done", "price", "delayed")
_CLOSED_ITEM = ("done", "declined")
_FIELDS = ("price", "ready_on", "answer_note")


class _LinkedWork:
    """A link with what it is about."""

    def __init__(self, found: Capability, link: dict[str, Any], item: dict[str, Any], car: dict[str, Any]) -> None:
        self.found, self.link, self.item, self.car = found, link, item, car


def vendor_routes(
    platform: Platform,
    attachments: Attachments,
    capabilities: Capabilities,
) -> tuple[Route, ...]:
    """Return the routes of the vendor's page."""

    async def show_work(request: Request, token: str) -> Response:
        linked = await _enter(platform, capabilities, request, token)
        if isinstance(linked, Response):
            return linked
        if linked.link.get(VendorLinks.opened_at) is None:
            await note_opened(platform, linked.found.tenant, VENDOR_LINKS, linked.found.record, platform.clock())
        return await _page(request, platform, capabilities, linked)

    async def take_answer(request: Request, token: str) -> Response:
        linked = await _enter(platform, capabilities, request, token)
        if isinstance(linked, Response):
            return linked
        posted = await read_form(request, most=UPLOAD_BYTES)
        try:
            await _answer(platform, attachments, linked, posted)
        except DirectAppError as error:
            return await _page(request, platform, capabilities, linked, posted=posted, error=error)
        # The same page again, by a GET: a reload sends nothing twice.
        return shut(Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": request.url.path}))

    return (get("/vendor/{token}", show_work), post("/vendor/{token}", take_answer))


async def _enter(
    platform: Platform, capabilities: Capabilities, request: Request, token: str
) -> _LinkedWork | Response:
    """Return what an open link is about, or the answer to one that opens nothing."""
    found = enter(request, capabilities, token, "vendor")
    if isinstance(found, Response):
        return found
    link = await row_of(platform, found.tenant, VENDOR_LINKS, found.record)
    item = car = None
    if link is not None and is_open(link, platform.clock()):
        item = await row_of(platform, found.tenant, "work_items", link[VendorLinks.work_item])
        car = await row_of(platform, found.tenant, "cars", item[WorkItems.car]) if item else None
    if link is None or item is None or car is None:
        return closed(public_context(request, Branding()))
    return _LinkedWork(found, link, item, car)


async def _answer(platform: Platform, attachments: Attachments, linked: _LinkedWork, posted: Posted) -> None:
    actor = vendor_actor(linked.found.tenant)
    said = posted.get("answer")
    if said not in _ANSWERS:
        raise UnansweredError(Problem(WORDS["choose_answer"], field="answer"))
    values = {name: posted.get(name).strip() or None for name in _FIELDS}
    if values["ready_on"]:
        values["ready_on"] = meant_day(values["ready_on"], platform.clock())
    patch = {"answer": said, **{name: value for name, value in values.items() if value is not None}}
    intent = Intent(
        actor=actor,
        collection=VENDOR_LINKS,
        verb="answer",
        target=linked.found.record,
        patch=patch,
        key=posted.key,
        origin="web",
    )
    try:
        await platform.pipeline.perform(intent)
    except ReusedKeyError:
        # Sent before, and thought better of since: the later answer counts.
        await platform.pipeline.perform(replace(intent, key=None))
    for number, file in enumerate(posted.files[:MOST_PHOTOS]):
        incoming = Incoming(name=file.filename, chunks=chunks_of(file))
        key = await key_with(file, posted.key_of(number))
        photo = Photo(car=linked.car[Cars.id], link=linked.link, item=linked.item, key=key, origin="web")
        await hang_photo(platform.pipeline, attachments, actor, photo, incoming)


class UnansweredError(DirectAppError):
    """A form came back without an answer."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "FAILED_VALIDATION"


async def _page(
    request: Request,
    platform: Platform,
    capabilities: Capabilities,
    linked: _LinkedWork,
    *,
    posted: Posted | None = None,
    error: DirectAppError | None = None,
) -> Response:
    link, item, car = linked.link, linked.item, linked.car
    site = await row_of(platform, linked.found.tenant, SITES, car.get(Cars.prep_center) or car.get(Cars.dealership))
    ctx = public_context(request, branding_of(site))
    if not chose_language(request):
        ctx.language = pick_language(None, link.get(VendorLinks.language))
    fields = platform.spec[VENDOR_LINKS].fields
    by_field, summary = forms.sort_problems(error.problems, fields, ctx.language) if error else ({}, ())
    phone = str(site[Dealerships.phone]) if site and site.get(Dealerships.phone) else ""
    logo = (
        capabilities.token("logo", linked.found.tenant, UUID(str(site[Dealerships.id])))
        if site and site.get(Dealerships.logo)
        else None
    )
    return shut(
        ctx.page(
            "messages/vendor.html",
            status=int(error.status) if error else HTTPStatus.OK,
            m=speak_messages(ctx.language),
            link=link,
            item=item,
            kind=_kind(platform, item, ctx),
            car_name=car_name(car).pick(ctx.language),
            vin=car.get(Cars.vin) or "",
            site=site or {},
            phone=phone,
            phone_shown=show_phone(phone) if phone else "",
            logo=logo,
            said=_said(ctx, link),
            over=item[WorkItems.status] in _CLOSED_ITEM,
            typed={name: posted.get(name) for name in ("answer", *_FIELDS)} if posted else {},
            problems=by_field,
            summary=summary,
            stale_by=None,
        )
    )


def _kind(platform: Platform, item: Mapping[str, Any], ctx: RequestContext) -> str:
    found = platform.spec["work_items"].fields[WorkItems.kind].choice(item.get(WorkItems.kind))
    return found.label.pick(ctx.language) if found else ""


def _said(ctx: RequestContext, link: Mapping[str, Any]) -> str:
    at = link.get(VendorLinks.answered_at)
    if at is None:
        return ""
    return ctx.say(WORDS["answered"].fill(when=show_moment(at, ctx.now, ctx.language)))
