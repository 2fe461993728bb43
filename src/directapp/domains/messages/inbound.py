"""Inbound: vendors who answer a text message or a letter. Which work is meant is decided first, over all tenants."""

import hashlib
from typing import Any
from uuid import UUID

import orjson
import structlog

from directapp.connectors.resend import MailEvent
from directapp.connectors.sms import SmsNumberError, SmsReply, number
from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.fields import VENDOR_LINKS
from directapp.domains.messages.vendor_match import Asked, Sort, decide, wants_silence
from directapp.domains.messages.vendor_photos import vendor_actor
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import DirectAppError
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.services.platform import Platform

_log = structlog.get_logger(__name__)
_LONGEST = 4000
_KEY = 64
ONLY_PICTURES = "(bilde uten tekst / photo without words)"
_NOT_FETCHED = "(bilder hentes ikke fra SMS / photos are not fetched from text messages)"


async def take_text(platform: Platform, provider: str, reply: SmsReply) -> None:
    """Take a text message: find the work it is about, and write it down there; one from a stranger is dropped."""
    try:
        sender = number(reply.sender)
    except SmsNumberError:
        _log.info("text message put aside", why="sender")
        return
    text = reply.text.strip()[:_LONGEST] or ONLY_PICTURES
    told = reply.provider_id or _name_of(reply, platform)
    asked: list[Asked] = []
    for tenant in await platform.database.tenants():
        found = await _who_asked(platform.pipeline, tenant, sender, reply.answers, provider, told)
        if found is None:
            return
        asked += found
    verdict = decide(asked, text)
    if verdict is None:
        _log.info("text message put aside", why="nobody asked")
        return
    open_: dict[UUID, list[str]] = {}
    for one in verdict.links:
        open_.setdefault(one.tenant, []).extend([one.shown] if one.open else [])
    for one in verdict.links:
        # The first of a tenant, which is the newest, brings the codes: they are sent once.
        codes = [] if wants_silence(text) or verdict.sort != Sort.UNMATCHED else open_.pop(one.tenant, [])
        message = {
            "channel": "sms",
            "sender": sender,
            "text": f"{text}\n{_NOT_FETCHED}"[:_LONGEST] if reply.pictures else text,
            "reading": verdict.text or text,
            "sort": str(verdict.sort),
            "codes": codes or None,
            "provider": provider,
            "provider_id": told,
        }
        await hear(platform.pipeline, one.tenant, one.link, message)


def _name_of(reply: SmsReply, platform: Platform) -> str:
    """Return what tells a message from another where its provider gives it no id: the same words on the same day."""
    parts = (reply.sender, reply.answers, reply.text, oslo_day(platform.clock()).isoformat())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


async def _who_asked(  # noqa: PLR0917 - whom, what, and by which service
    pipeline: Pipeline, tenant: UUID, sender: str, answers: str, provider: str, told: str
) -> list[Asked] | None:
    """Return the links of a tenant to a number; None where the message has been written down before."""
    patch = {"number": sender, "answers": answers or None, "provider": provider, "provider_id": told}
    intent = Intent(
        actor=vendor_actor(tenant),
        collection=VENDOR_LINKS,
        verb="who_asked",
        patch={name: value for name, value in patch.items() if value is not None},
        origin="worker",
    )
    found = orjson.loads((await pipeline.perform(intent)).json or "{}")
    if found.get("heard"):
        return None
    return [
        Asked(
            tenant=tenant,
            link=UUID(one["link"]),
            item=UUID(one["item"]),
            open=one["open"],
            named=one["named"],
            name=one["name"],
        )
        for one in found.get("links", ())
    ]


async def hear(pipeline: Pipeline, tenant: UUID, link: UUID, message: dict[str, Any]) -> None:
    """Write a message down on a link; what it says for certain is done, where the work lets it."""
    patch = {name: value for name, value in message.items() if value is not None}
    intent = Intent(
        actor=vendor_actor(tenant), collection=VENDOR_LINKS, verb="hear", target=link, patch=patch, origin="worker"
    )
    try:
        await pipeline.perform(intent)
    except DirectAppError as error:
        _log.info("message not taken as an answer", why=type(error).__name__)
        if message["sort"] != Sort.ANSWER:
            return
        # The work did not let itself be answered so: the words are kept, and those who asked decide.
        await hear(pipeline, tenant, link, {**message, "sort": str(Sort.CLOSED)})


async def take_letter(platform: Platform, capabilities: Capabilities, domain: str, event: MailEvent) -> None:
    """Ask for a letter to be fetched that came to a link's address; others are dropped."""
    tenants = await platform.database.tenants()
    for address in event.to:
        found = capabilities.read_answer(address, domain, tenants)
        if found is None:
            continue
        intent = Intent(
            actor=vendor_actor(found.tenant),
            collection=VENDOR_LINKS,
            verb="mail_came",
            target=found.record,
            patch={"mail": event.mail_id},
            origin="worker",
            key=f"mail:{event.mail_id}"[:_KEY],
        )
        try:
            await platform.pipeline.perform(intent)
        except DirectAppError as error:
            _log.info("letter put aside", why=type(error).__name__)
        return
    _log.info("letter put aside", why="address")
