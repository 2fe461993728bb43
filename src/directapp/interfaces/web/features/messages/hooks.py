"""Hooks: what providers tell of messages, let in only with their signature or our secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import structlog
from fastapi import Request, Response

from directapp.connectors import resend, sveve, twilio
from directapp.connectors.failures import OutsideError, SignatureError
from directapp.connectors.resend import MailKind
from directapp.connectors.sms import SmsReport
from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.inbound import take_letter, take_text
from directapp.interfaces.web.core.feature import Route, get, post
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import DirectAppError, InvalidError, NotFoundError
from directapp.services.intent import Intent
from directapp.services.platform import Platform

_log = structlog.get_logger(__name__)
_LARGEST = 256 * 1024
_UUID = 32
_MAIL = {
    MailKind.SENT: "sent",
    MailKind.DELIVERED: "delivered",
    MailKind.BOUNCED: "bounced",
    MailKind.COMPLAINED: "complained",
    MailKind.FAILED: "failed",
    MailKind.SUPPRESSED: "bounced",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Who may report, and how the world sees our address."""

    resend_secrets: tuple[str, ...] = field(default=(), repr=False)
    twilio_token: str = field(default="", repr=False)
    sveve_secret: str = field(default="", repr=False)
    public_url: str = ""
    inbound_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A report about one message of a tenant."""

    tenant: UUID
    message: UUID
    status: str
    event_id: str
    at: datetime | None = None
    reason: str = ""
    permanent: bool = False
    provider_id: str = ""


def hook_routes(platform: Platform, hooks: Hooks, capabilities: Capabilities) -> tuple[Route, ...]:
    """Return the routes that providers call; each answers 401 to whoever else does."""
    return (
        *_resend_routes(platform, hooks, capabilities),
        *_twilio_routes(platform, hooks),
        *_sveve_routes(platform, hooks),
    )


def _resend_routes(platform: Platform, hooks: Hooks, capabilities: Capabilities) -> tuple[Route, ...]:
    async def told_by_resend(request: Request) -> Response:
        try:
            event = resend.read_event(request.headers, await _body(request), secrets=hooks.resend_secrets)
        except OutsideError as error:
            return _refused(error)
        if event is not None and event.kind is MailKind.RECEIVED and hooks.inbound_domain:
            await take_letter(platform, capabilities, hooks.inbound_domain, event)
            return Response(status_code=HTTPStatus.NO_CONTENT)
        status = _MAIL.get(event.kind) if event else None
        found = _of(event.tags.get("tenant", ""), event.tags.get("message", "")) if event else None
        if event is None or status is None or found is None:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        told = _Told(
            tenant=found[0],
            message=found[1],
            status=status,
            event_id=event.event_id,
            at=event.at,
            reason=event.reason,
            permanent=event.permanent or event.kind is MailKind.SUPPRESSED,
            provider_id=event.mail_id,
        )
        return await _write(platform, told)

    return (post("/hooks/resend", told_by_resend),)


def _twilio_routes(platform: Platform, hooks: Hooks) -> tuple[Route, ...]:
    async def told_by_twilio(request: Request, reference: str) -> Response:
        try:
            form = await _signed_by_twilio(hooks, request)
        except SignatureError as error:
            return _refused(error)
        return await _sms(platform, reference, twilio.read_report(form))

    async def brought_by_twilio(request: Request) -> Response:
        try:
            form = await _signed_by_twilio(hooks, request)
        except SignatureError as error:
            return _refused(error)
        reply = twilio.read_reply(form)
        if reply is not None:
            await take_text(platform, "twilio", reply)
        # Twilio reads what is to be answered from the body: nothing.
        return Response("<Response/>", media_type="text/xml")

    return (post("/hooks/twilio/{reference}", told_by_twilio), post("/hooks/twilio", brought_by_twilio))


def _sveve_routes(platform: Platform, hooks: Hooks) -> tuple[Route, ...]:
    async def told_by_sveve(request: Request, secret: str) -> Response:
        try:
            sveve.admit(hooks.sveve_secret, secret)
        except SignatureError as error:
            return _refused(error)
        query = dict(request.query_params)
        report, reply = sveve.read_report(query), sveve.read_reply(query)
        if report is None and reply is not None:
            await take_text(platform, "sveve", reply)
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return await _sms(platform, report.reference if report else "", report)

    return (get("/hooks/sveve/{secret}", told_by_sveve),)


async def _signed_by_twilio(hooks: Hooks, request: Request) -> twilio.Form:
    given, url = request.headers.get("x-twilio-signature", ""), f"{hooks.public_url}{request.url.path}"
    if not hooks.twilio_token:
        raise SignatureError
    return twilio.verify(hooks.twilio_token, url, await _body(request), given)


async def _body(request: Request) -> bytes:
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > _LARGEST:
            raise SignatureError
    return bytes(found)


def _refused(error: DirectAppError) -> Response:
    return Response(status_code=int(error.status), media_type="text/plain")


def _of(tenant: str, message: str) -> tuple[UUID, UUID] | None:
    try:
        return UUID(hex=tenant), UUID(hex=message)
    except ValueError:
        return None


async def _sms(platform: Platform, reference: str, report: SmsReport | None) -> Response:
    found = _of(reference[:_UUID], reference[_UUID:])
    if report is None or found is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    told = _Told(
        tenant=found[0],
        message=found[1],
        status=str(report.status),
        event_id=f"{report.provider_id}-{report.status}",
        reason=report.reason,
        provider_id=report.provider_id,
    )
    return await _write(platform, told)


async def _write(platform: Platform, told: _Told) -> Response:
    """Hand a report to the pipeline; told again it is answered as before."""
    patch: Mapping[str, Any] = {
        "status": told.status,
        "at": told.at.isoformat() if told.at else None,
        "reason": told.reason or None,
        "permanent": told.permanent,
        "event_id": told.event_id[:120],
        "provider_id": told.provider_id[:120] or None,
    }
    intent = Intent(
        actor=system_actor(told.tenant, "messenger"),
        collection="messages",
        verb="report",
        target=told.message,
        patch=dict(patch),
        origin="worker",
        key=told.event_id[:64],
    )
    try:
        await platform.pipeline.perform(intent)
    except (NotFoundError, InvalidError) as error:
        _log.info("report put aside", why=type(error).__name__)
    return Response(status_code=HTTPStatus.NO_CONTENT)
