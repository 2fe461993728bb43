"""Where somebody is signed in, for who manages them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from fastapi import Response

from directapp.derive.shown import Shown
from directapp.domains.people.fields import USERS, Sessions, Users
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import RecordPart, Variables, get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import does
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.account.devices import device_of
from directapp.interfaces.web.features.account.overview import page
from directapp.interfaces.web.features.account.words import WORDS
from directapp.interfaces.web.records.record import record_id

_manages = does(USERS, "end_sign_in")


@dataclass(frozen=True, slots=True)
class SignInLine:
    """A sign-in of somebody as the page shows it."""

    id: str
    device: str
    where: str
    begun: Shown
    used: Shown


def address_of(record: str) -> str:
    """Return where a user's sign-ins stand."""
    return f"/app/users/{record}/sign-ins"


async def show(ctx: PersonContext, record: str) -> Response:
    """Show where a user is signed in."""
    meta, target = ctx.meta(USERS), record_id(record)
    user = await ctx.one(USERS, target)
    answer = await ctx.do(meta, "sign_ins", {}, target=target)
    lines = [_line(ctx, one) for one in orjson.loads(answer.json or "[]")]
    name = f"{user[Users.first_name]} {user[Users.last_name]}"
    return page(ctx, "account/their_sessions.html", record=record, name=name, lines=lines)


async def end(ctx: PersonContext, record: str, session: str) -> Response:
    """End one of them."""
    posted = await read_signed(ctx)
    await ctx.do(
        ctx.meta(USERS), "end_sign_in", {"sign_in": str(record_id(session))}, posted=posted, target=record_id(record)
    )
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS["ended"]), ctx.now))
    return ctx.go(address_of(record))


def _line(ctx: RequestContext, one: dict[str, Any]) -> SignInLine:
    meta, names = ctx.spec["sessions"], (Sessions.created_at, Sessions.last_used_at)
    row: dict[str, Any] = {str(name): datetime.fromisoformat(one[name]) if one[name] else None for name in names}
    device = device_of(one["user_agent"] or "") or ctx.say(WORDS["unknown_device"])
    where = ", ".join(filter(None, (one["place"], one["address"])))
    return SignInLine(one["id"], device, where, *(ctx.formatter.value(meta, name, row) for name in names))


def part_of(ctx: RequestContext, record: Record) -> Variables | None:
    """Return the way to a user's sign-ins, for who may see them."""
    if not _manages(ctx) or record.id == ctx.person.user:
        return None
    return {"sign_ins_address": address_of(str(record.id)), "sign_ins_label": ctx.say(WORDS["their_sessions"])}


PARTS = (
    RecordPart(
        on=USERS,
        template="account/sign_ins_part.html",
        load=part_of,
        verbs=frozenset({"sign_ins", "end_sign_in"}),
        beside=True,
    ),
)
ROUTES = (
    get("/app/users/{record}/sign-ins", show),
    post("/app/users/{record}/sign-ins/{session}", end),
)
