"""A person's data: found by name, phone or e-mail, shown as it is held, handed out, and erased once that was seen.

What is searched for goes with forms and never with an address, which servers and browsers keep.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Response

from directapp.declare.kinds import BadValueError
from directapp.declare.spec import CollectionMeta
from directapp.derive import forms, present
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import USERS, Users
from directapp.domains.privacy.fields import PERSONAL_REQUESTS
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import does
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.privacy.packed import packed
from directapp.interfaces.web.features.privacy.words import WORDS, speak_privacy
from directapp.kernel.errors import DirectAppError, NotFoundError
from directapp.store.query import Condition, Query
from directapp.store.words import question_words

PATH = "/app/privacy"
_WHO = ("name", "phone", "email", "user")
_MOST, _FEWEST_DIGITS = 200, 5
answers = does(PERSONAL_REQUESTS, "look_for")


def requests_of(ctx: RequestContext) -> CollectionMeta:
    """Return the collection of requests (ForbiddenError: another answers them)."""
    return ctx.meta(PERSONAL_REQUESTS)


async def show_privacy(ctx: PersonContext) -> Response:
    """Show where to search."""
    requests_of(ctx)
    return _page(ctx)


async def find_person(ctx: PersonContext) -> Response:
    """Search for a person, or show what is held of the one that was chosen."""
    posted = await read_signed(ctx)
    meta = requests_of(ctx)
    if any(posted.get(name) for name in _WHO):
        return await _held(ctx, meta, posted)
    text = posted.get("q").strip()
    return _page(ctx, q=text, found=await _found(ctx, text) if text else None)


async def _held(ctx: RequestContext, meta: CollectionMeta, posted: Posted, **more: Any) -> Response:
    answer = await ctx.do(meta, "look_for", _who(posted))
    found = orjson.loads(answer.json or "{}")
    return _page(ctx, who=_who(posted), held=found["held"], called=_called(found, posted), **more)


def _called(found: Mapping[str, Any], posted: Posted) -> str:
    told = [*found["names"], *found["phones"], *found["emails"]]
    return ", ".join(told) or ", ".join(filter(None, (posted.get(name) for name in _WHO[:3])))


def _who(posted: Posted) -> dict[str, Any]:
    return {name: value for name in _WHO if (value := posted.get(name).strip())}


def _page(ctx: RequestContext, *, status: int = HTTPStatus.OK, **more: Any) -> Response:
    known: dict[str, Any] = {"q": "", "found": None, "who": None, "held": None, "lines": None, "summary": ()}
    known |= {"called": "", "reason": "", "dry": True}
    return ctx.page(
        "privacy/page.html",
        status=status,
        here="admin",
        p=speak_privacy(ctx.language),
        stale_by=None,
        **{**known, **more},
    )


# -- searching ------------------------------------------------------------------------------------------


async def _found(ctx: RequestContext, text: str) -> dict[str, list[dict[str, Any]]]:
    cars = await ctx.rows(CARS, _asked(ctx, text))
    customers: dict[tuple[str, ...], int] = {}
    for car in cars:
        key = tuple(str(car.get(name) or "") for name in (Cars.customer_name, Cars.customer_phone, Cars.customer_email))
        if any(key):
            customers[key] = customers.get(key, 0) + 1
    users = await ctx.rows(USERS, Query(search=question_words(text), limit=_MOST))
    return {
        "customers": [
            {
                "who": {k: v for k, v in zip(_WHO[:3], key, strict=True) if v},
                "told": ", ".join(filter(None, key)),
                "cars": ctx.say(WORDS["cars"].fill(count=count)),
            }
            for key, count in customers.items()
        ],
        "colleagues": [
            {
                "who": {"user": str(user["id"])},
                "told": f"{user[Users.first_name]} {user[Users.last_name]}, {user.get(Users.email) or ''}",
            }
            for user in users
        ],
    }


def _asked(ctx: RequestContext, text: str) -> Query:
    fields = tuple((str(n),) for n in (Cars.id, Cars.customer_name, Cars.customer_phone, Cars.customer_email))
    for name, likely in (
        (Cars.customer_email, "@" in text),
        (Cars.customer_phone, sum(c.isdigit() for c in text) >= _FEWEST_DIGITS),
    ):
        if likely:
            try:
                value = ctx.spec[CARS].fields[name].understand(text)
            except BadValueError:
                continue
            return Query(fields=fields, filter=Condition((str(name),), "eq", value), limit=_MOST)
    return Query(fields=fields, search=question_words(text), limit=_MOST)


# -- handing out and erasing ----------------------------------------------------------------------------


async def export_person(ctx: PersonContext) -> Response:
    """Hand out what is held: a page to read, or a file."""
    posted = await read_signed(ctx)
    meta = requests_of(ctx)
    # Without the key of the form: what was answered is kept nowhere.
    async with ctx.step_up(posted):
        answer = await ctx.do(meta, "export_person", {**_who(posted), "reason": posted.get("reason") or None})
    if posted.get("format") == "json":
        headers = {"Content-Disposition": 'attachment; filename="personal-data.json"', "Cache-Control": "no-store"}
        return Response(answer.json, media_type="application/json", headers=headers)
    found = orjson.loads(answer.json or "{}")
    if posted.get("format") == "zip":
        return await packed(ctx, str(answer.json or ""), found)
    return ctx.page(
        "privacy/export.html",
        here="admin",
        p=speak_privacy(ctx.language),
        who=_who(posted),
        reason=posted.get("reason"),
        made=ctx.say(WORDS["made"].fill(when=_moment(ctx, found["made_at"]))),
        collections=[
            {**one, "records": [_shown(ctx, record) for record in one["records"]]} for one in found["collections"]
        ],
        looks=[(_moment(ctx, look["at"]), look["by"]) for look in found["looked_at"]],
    )


def _shown(ctx: RequestContext, record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "fields": [(one["label"], _told(ctx, one["value"])) for one in record["fields"]],
        "history": [
            (_moment(ctx, change["at"]), change["by"], one["label"], *(_past(ctx, one[n]) for n in ("before", "after")))
            for change in record["history"]
            for one in change["fields"]
        ],
    }


def _past(ctx: RequestContext, value: Any) -> str:
    return "–" if value is None else _told(ctx, value)


def _moment(ctx: RequestContext, written: str) -> str:
    return present.show_moment(datetime.fromisoformat(written), ctx.now, ctx.language)


def _told(ctx: RequestContext, value: Any) -> str:
    if isinstance(value, bool):
        return ctx.say(COMMON["yes" if value else "no"])
    return value if isinstance(value, str) else str(orjson.dumps(value), "utf-8")


async def erase_person(ctx: PersonContext) -> Response:
    """Show what would be erased, and erase it once that was seen."""
    posted = await read_signed(ctx)
    meta, dry = requests_of(ctx), posted.get("do") != "erase"
    patch = {**_who(posted), "reason": posted.get("reason") or None, "dry": dry}
    try:
        async with ctx.step_up(posted):
            answer = await ctx.do(meta, "erase_person", patch)
    except NotFoundError:
        return _page(ctx, who=_who(posted), held=[])
    except DirectAppError as error:
        verb = meta.verb("erase_person")
        fields = {item.name: item for item in verb.params} if verb else {}
        _, summary = forms.sort_problems(error.problems, fields, ctx.language)
        return await _held(ctx, meta, posted, summary=summary, status=int(error.status), reason=posted.get("reason"))
    lines = orjson.loads(answer.json or "{}")["lines"]
    if not dry:
        return _page(ctx, lines=lines, dry=False)
    return await _held(ctx, meta, posted, lines=lines, dry=True, reason=posted.get("reason"))


ROUTES = (
    get(PATH, show_privacy),
    post(PATH, find_person),
    post(f"{PATH}/export", export_person),
    post(f"{PATH}/erase", erase_person),
)
