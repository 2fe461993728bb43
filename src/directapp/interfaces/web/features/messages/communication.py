"""Communication: who was told what of a record, a car's status page for its customer, and logging a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.derive import forms
from directapp.derive.pages import Child
from directapp.derive.present import read_instant, show_moment
from directapp.derive.shown import Shown, paths_for
from directapp.domains.cars.fields import Cars
from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.catalogue import NOTICES
from directapp.domains.messages.editable import DIGEST, OUTWARD
from directapp.domains.messages.fields import Messages
from directapp.domains.messages.status_links import is_open
from directapp.interfaces.web.core.beside import belonging
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import Route, get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.messages.words import WORDS, speak_messages
from directapp.interfaces.web.records.lists import may_create
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.sections import child_of
from directapp.kernel.errors import DirectAppError
from directapp.store.query import Condition, Order, Query

MESSAGES, LINKS, CARS = "messages", "status_links", "cars"
_MOST = 100
ICONS = {"in_app": "bell", "email": "mail", "sms": "message", "phone": "phone", "letter": "file-text"}
_WEIGHT = ("in_app", "letter", "phone", "sms", "email")
_HUES = {
    "queued": "orange",
    "sent": "blue",
    "delivered": "green",
    "bounced": "red",
    "complained": "red",
    "failed": "red",
    "skipped": "grey",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One channel that a message went by, and how far it came."""

    channel: str
    status: str
    hue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """What somebody was told: one line, whatever the number of ways it went. ``again`` is what may be sent again."""

    id: str
    icon: str
    who: str
    subject: str
    body: str
    ways: tuple[Way, ...]
    when: Shown
    error: str
    to: str
    again: str
    by_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """The customer's link, with what may be done to it."""

    id: str
    url: str
    until: str
    seen: str


def communication_routes(capabilities: Capabilities) -> tuple[Route, ...]:
    """Return the routes of communication; before those of what hangs on records."""

    async def show_messages(ctx: PersonContext, collection: str, record: str) -> Response:
        return await _section(ctx, capabilities, _place(ctx, collection, record))

    async def log_call(ctx: PersonContext, collection: str, record: str) -> Response:
        place, posted = _place(ctx, collection, record), await read_signed(ctx)
        meta = ctx.meta(MESSAGES)
        patch = {name: posted.get(name) for name in ("direction", "receiver_kind", "body") if posted.get(name)}
        try:
            await ctx.do(meta, "create", {**place.given, "channel": "phone", **patch}, posted=posted)
        except DirectAppError as error:
            _, summary = forms.sort_problems(error.problems, meta.fields, ctx.language)
            return await _section(ctx, capabilities, place, typed=patch, summary=summary, status=int(error.status))
        return await _after(ctx, capabilities, place)

    async def share_link(ctx: PersonContext, record: str) -> Response:
        place, posted = _place(ctx, CARS, record), await read_signed(ctx)
        meta = ctx.meta(LINKS)
        if posted.get("revoke"):
            await ctx.do(meta, "revoke", {}, posted=posted, target=record_id(posted.get("revoke")))
        else:
            channel = posted.get("channel") or "copy"
            await ctx.do(meta, "share", {"car": str(place.record), "channel": channel}, posted=posted)
        return await _after(ctx, capabilities, place)

    return (
        get("/app/{collection}/{record}/part/messages", show_messages),
        post("/app/{collection}/{record}/messages", log_call),
        post("/app/cars/{record}/status-link", share_link),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """The record whose communication is shown, and how a message says that it belongs there."""

    child: Child
    record: UUID

    @property
    def given(self) -> dict[str, Any]:
        return self.child.given(self.record)

    @property
    def path(self) -> str:
        return f"/app/{self.child.parent}/{self.record}"


def _place(ctx: RequestContext, collection: str, record: str) -> _Place:
    return _Place(child_of(ctx, ctx.meta(collection), MESSAGES), record_id(record))


async def _after(ctx: RequestContext, capabilities: Capabilities, place: _Place) -> Response:
    if not ctx.partial:
        return ctx.go(f"{place.path}/part/messages")
    return await _section(ctx, capabilities, place)


async def _section(
    ctx: RequestContext,
    capabilities: Capabilities,
    place: _Place,
    *,
    typed: dict[str, str] | None = None,
    summary: tuple[Any, ...] = (),
    status: int = 200,
) -> Response:
    meta = ctx.meta(MESSAGES)
    parent, on_car = place.child.parent, place.child.parent == CARS
    view = await ctx.platform.reading.view(ctx.person, parent, place.record)
    names = tuple(n for n in meta.fields if n not in {"content", "car"} and n in meta.readable_names)
    query = Query(
        fields=paths_for(ctx.spec, ctx.person, meta, names),
        filter=belonging(place.child, place.record),
        sort=(Order("created_at", descending=True),),
        limit=_MOST,
    )
    rows = await ctx.rows(MESSAGES, query)
    context: dict[str, Any] = {
        "m": speak_messages(ctx.language),
        "title": ctx.say(WORDS["communication"]),
        "here": parent,
        "path": place.path,
        "plural": ctx.spec[parent].declared.plural.pick(ctx.language),
        "messages": [_line(ctx, told) for told in _together(rows)],
        "link": await _link(ctx, capabilities, place.record) if on_car else None,
        "shares": on_car and _does(ctx, LINKS, "share") and view.full,
        "by_email": bool(view.row.get(Cars.customer_email)),
        "by_sms": bool(view.row.get(Cars.customer_phone)) and view.row.get(Cars.consent_sms) is True,
        "writes": may_create(ctx, meta) and view.full,
        "kinds": [(c.code, c.label.pick(ctx.language)) for c in meta.fields[Messages.receiver_kind].choices],
        "typed": typed or {},
        "summary": summary,
        "stale_by": None,
    }
    template = "messages/communication.html"
    if ctx.partial:
        return ctx.page(template, status=status, **context)
    return ctx.page("section.html", status=status, part=template, **context)


def _does(ctx: RequestContext, collection: str, verb: str) -> bool:
    return any(verb in g.verbs for g in ctx.spec[collection].grants_of(ctx.person.roles))


async def _link(ctx: RequestContext, capabilities: Capabilities, car: UUID) -> LinkLine | None:
    meta = ctx.spec[LINKS]
    if not meta.grants_of(ctx.person.roles):
        return None
    query = Query(filter=Condition(("car",), "eq", car), sort=(Order("id", descending=True),), limit=20)
    rows = await ctx.rows(LINKS, query)
    for row in rows:
        until = read_instant(row.get("expires_at"))
        if until is None or not is_open({**row, "expires_at": until}, ctx.now):
            continue
        opened = read_instant(row.get("opened_at"))
        seen = WORDS["link_seen"].fill(when=_moment(ctx, opened)) if opened else WORDS["link_unseen"]
        return LinkLine(
            id=row["id"],
            url=capabilities.url("status", ctx.person.tenant, UUID(row["id"])),
            until=ctx.say(WORDS["link_until"].fill(when=_moment(ctx, until))),
            seen=ctx.say(seen),
        )
    return None


def _moment(ctx: RequestContext, instant: Any) -> str:
    return show_moment(instant, ctx.now, ctx.language)


def _together(rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Put the ways of one telling together: the same words to the same receiver at the same moment."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        receiver = row.get(Messages.receiver)
        who = receiver.get(Messages.id) if isinstance(receiver, dict) else receiver
        alone = None if row.get(Messages.event) else row[Messages.id]
        key = (row.get(Messages.event), row[Messages.receiver_kind], who, row.get(Messages.at), alone)
        found.setdefault(key, []).append(row)
    return list(found.values())


def _line(ctx: RequestContext, rows: Sequence[dict[str, Any]]) -> MessageLine:
    meta, tell = ctx.spec[MESSAGES], ctx.formatter.value
    row = max(rows, key=lambda one: _WEIGHT.index(str(one[Messages.channel])))
    receiver = tell(meta, "receiver", row) if row.get(Messages.receiver) else None
    who = receiver.text if receiver else tell(meta, "receiver_kind", row).text
    direction = WORDS["from" if row.get(Messages.direction) == "in" else "to"].fill(who=who)
    ways = tuple(
        Way(
            tell(meta, "channel", one).text,
            ctx.say(WORDS["came_in"]) if one.get(Messages.direction) == "in" else tell(meta, "status", one).text,
            _HUES.get(str(one[Messages.status]), "grey"),
        )
        for one in rows
    )
    failed = next((one for one in rows if _may_go_again(one)), None)
    return MessageLine(
        id=str(row[Messages.id]),
        icon=ICONS.get(str(row[Messages.channel]), "message"),
        who=ctx.say(direction),
        subject=subject_of(ctx, row),
        body=str(row.get(Messages.body) or ""),
        ways=ways,
        when=tell(meta, "at", row),
        error=" ".join(str(one[Messages.error]) for one in rows if one.get(Messages.error)),
        to=", ".join(str(one[Messages.to]) for one in rows if one.get(Messages.to)),
        again=str(failed[Messages.id]) if failed and _does(ctx, MESSAGES, "send_again") else "",
        by_hand=str(row[Messages.channel]) in {"phone", "letter"},
    )


def _may_go_again(row: dict[str, Any]) -> bool:
    return (
        row[Messages.status] in {"failed", "bounced", "skipped"}
        and row[Messages.channel] in {"email", "sms"}
        and bool(row.get(Messages.to))
    )


def subject_of(ctx: RequestContext, row: Mapping[str, Any]) -> str:
    """Return what a message is about, in the reader's words where the system wrote it."""
    event = str(row.get(Messages.event) or "")
    entry: Any = NOTICES.get(event) or OUTWARD.get(event)
    label = DIGEST.label if event == DIGEST.code else entry.label if entry else None
    by_channel = ctx.formatter.value(ctx.spec[MESSAGES], "channel", row).text
    return str(row.get(Messages.subject) or (label.pick(ctx.language) if label else by_channel))
