"""Communication: who was told what of a car, the customer's status page, and logging a call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Response

from directapp.derive import forms
from directapp.derive.present import read_instant, show_moment
from directapp.derive.shown import Shown, paths_for
from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.catalogue import DIGEST, NOTICES, OUTWARD
from directapp.domains.messages.status_links import is_open
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.forms_in import read_signed
from directapp.interfaces.web.lists import may_create
from directapp.interfaces.web.messages.words import WORDS, speak_messages
from directapp.interfaces.web.records import perform, record_id
from directapp.kernel.errors import DirectAppError
from directapp.kernel.text import Text
from directapp.store.query import Condition, Order, Query

MESSAGES, LINKS, CARS = "messages", "status_links", "cars"
_MOST = 100
_ICONS = {"in_app": "bell", "email": "mail", "sms": "message", "phone": "phone", "letter": "file-text"}
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
class Line:
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


def add_communication(router: APIRouter, capabilities: Capabilities) -> None:
    """Add the routes of a car's communication; before those of what hangs on records."""

    @router.get("/app/cars/{record}/part/messages")
    async def show_messages(desk: PersonDesk, record: str) -> Response:
        return await _section(desk, capabilities, record_id(record))

    @router.post("/app/cars/{record}/messages")
    async def log_call(desk: PersonDesk, record: str) -> Response:
        target, posted = record_id(record), await read_signed(desk)
        shape = desk.shape(MESSAGES)
        patch = {name: posted.get(name) for name in ("direction", "receiver_kind", "body") if posted.get(name)}
        try:
            await perform(desk, shape, "create", posted, {"car": target, "channel": "phone", **patch})
        except DirectAppError as error:
            _, summary = forms.sort_problems(error.problems, shape.fields, desk.language)
            return await _section(desk, capabilities, target, typed=patch, summary=summary, status=int(error.status))
        return await _after(desk, capabilities, target)

    @router.post("/app/cars/{record}/status-link")
    async def share_link(desk: PersonDesk, record: str) -> Response:
        target, posted = record_id(record), await read_signed(desk)
        shape = desk.shape(LINKS)
        if posted.get("revoke"):
            await perform(desk, shape, "revoke", posted, {}, target=record_id(posted.get("revoke")))
        else:
            channel = posted.get("channel") or "copy"
            await perform(desk, shape, "share", posted, {"car": str(target), "channel": channel})
        return await _after(desk, capabilities, target)


async def _after(desk: Desk, capabilities: Capabilities, target: UUID) -> Response:
    if not desk.partial:
        return desk.go(f"/app/cars/{target}/part/messages")
    return await _section(desk, capabilities, target)


async def _section(
    desk: Desk,
    capabilities: Capabilities,
    target: UUID,
    *,
    typed: dict[str, str] | None = None,
    summary: tuple[Any, ...] = (),
    status: int = 200,
) -> Response:
    shape = desk.shape(MESSAGES)
    view = await desk.platform.reading.view(desk.person, CARS, target)
    names = tuple(n for n in shape.fields if n not in {"content", "car"} and n in shape.readable_names)
    query = Query(
        fields=paths_for(desk.spec, desk.person, shape, names),
        filter=Condition(("car",), "eq", target),
        sort=(Order("created_at", descending=True),),
        limit=_MOST,
    )
    rows = orjson.loads((await desk.platform.reading.page(desk.person, MESSAGES, query)).json)
    path = f"/app/cars/{target}"
    context: dict[str, Any] = {
        "m": speak_messages(desk.language),
        "title": desk.say(WORDS["communication"]),
        "here": CARS,
        "path": path,
        "plural": desk.spec[CARS].declared.plural.pick(desk.language),
        "messages": [_line(desk, told) for told in _together(rows)],
        "link": await _link(desk, capabilities, target),
        "shares": _does(desk, LINKS, "share") and view.full,
        "by_email": bool(view.row.get("customer_email")),
        "by_sms": bool(view.row.get("customer_phone")) and view.row.get("consent_sms") is True,
        "writes": may_create(desk, shape) and view.full,
        "kinds": [(c.code, c.label.pick(desk.language)) for c in shape.fields["receiver_kind"].choices],
        "typed": typed or {},
        "summary": summary,
        "stale_by": None,
    }
    template = "messages/communication.html"
    if desk.partial:
        return desk.page(template, status=status, **context)
    return desk.page("section.html", status=status, part=template, **context)


def _does(desk: Desk, collection: str, verb: str) -> bool:
    return any(verb in g.verbs for g in desk.spec[collection].grants_of(desk.person.roles))


async def _link(desk: Desk, capabilities: Capabilities, car: UUID) -> LinkLine | None:
    shape = desk.spec[LINKS]
    if not shape.grants_of(desk.person.roles):
        return None
    query = Query(filter=Condition(("car",), "eq", car), sort=(Order("id", descending=True),), limit=20)
    rows = orjson.loads((await desk.platform.reading.page(desk.person, LINKS, query)).json)
    for row in rows:
        until = read_instant(row.get("expires_at"))
        if until is None or not is_open({**row, "expires_at": until}, desk.now):
            continue
        opened = read_instant(row.get("opened_at"))
        seen = WORDS["link_seen"].fill(when=_moment(desk, opened)) if opened else WORDS["link_unseen"]
        return LinkLine(
            id=row["id"],
            url=capabilities.url("status", desk.person.tenant, UUID(row["id"])),
            until=desk.say(WORDS["link_until"].fill(when=_moment(desk, until))),
            seen=desk.say(seen),
        )
    return None


def _moment(desk: Desk, instant: Any) -> Text:
    return Text(show_moment(instant, desk.now, "nb"), show_moment(instant, desk.now, "en"))


def _together(rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Put the ways of one telling together: the same words to the same receiver at the same moment."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        receiver = row.get("receiver")
        who = receiver.get("id") if isinstance(receiver, dict) else receiver
        alone = None if row.get("event") else row["id"]
        key = (row.get("event"), row["receiver_kind"], who, row.get("at"), alone)
        found.setdefault(key, []).append(row)
    return list(found.values())


def _line(desk: Desk, rows: Sequence[dict[str, Any]]) -> Line:
    shape, tell = desk.spec[MESSAGES], desk.teller.value
    row = max(rows, key=lambda one: _WEIGHT.index(str(one["channel"])))
    receiver = tell(shape, "receiver", row) if row.get("receiver") else None
    who = receiver.text if receiver else tell(shape, "receiver_kind", row).text
    direction = WORDS["from" if row.get("direction") == "in" else "to"].fill(who=who)
    ways = tuple(
        Way(
            tell(shape, "channel", one).text,
            desk.say(WORDS["came_in"]) if one.get("direction") == "in" else tell(shape, "status", one).text,
            _HUES.get(str(one["status"]), "grey"),
        )
        for one in rows
    )
    failed = next((one for one in rows if _may_go_again(one)), None)
    return Line(
        id=str(row["id"]),
        icon=_ICONS.get(str(row["channel"]), "message"),
        who=desk.say(direction),
        subject=_subject(desk, row),
        body=str(row.get("body") or ""),
        ways=ways,
        when=tell(shape, "at", row),
        error=" ".join(_in_language(str(one["error"]), desk.language) for one in rows if one.get("error")),
        to=", ".join(str(one["to"]) for one in rows if one.get("to")),
        again=str(failed["id"]) if failed and _does(desk, MESSAGES, "send_again") else "",
        by_hand=str(row["channel"]) in {"phone", "letter"},
    )


def _may_go_again(row: dict[str, Any]) -> bool:
    return (
        row["status"] in {"failed", "bounced", "skipped"} and row["channel"] in {"email", "sms"} and bool(row.get("to"))
    )


def _subject(desk: Desk, row: dict[str, Any]) -> str:
    event = str(row.get("event") or "")
    entry: Any = NOTICES.get(event) or OUTWARD.get(event)
    label = DIGEST if event == "digest" else entry.label if entry else None
    by_channel = desk.teller.value(desk.spec[MESSAGES], "channel", row).text
    return str(row.get("subject") or (label.pick(desk.language) if label else by_channel))


def _in_language(error: str, language: str) -> str:
    """Return the reader's half of a reason that stands in both languages."""
    nb, slash, en = error.partition(" / ")
    return en if slash and language == "en" else nb
