"""Offline: the installed app, its worker, and what the worker asks when the network is back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import orjson
from fastapi import Request, Response

from directapp.interfaces.web.core.context import AnonymousContext, PersonContext, RequestContext
from directapp.interfaces.web.core.feature import Route, get
from directapp.interfaces.web.core.render import Asset
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.floor.inspections.checklist import INSPECTIONS, LABELS, checklist_of
from directapp.interfaces.web.features.floor.words import WORDS, speak_floor
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.errors import NotFoundError

_HERE = resources.files("directapp.interfaces.web.features.floor")
_ICONS = _HERE / "icons"
_SIZES = (192, 512)
_YEAR = "public, max-age=31536000"
_MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class TakenForm:
    """A form that the device takes without network: its address, whose it is, and the one field that it sets.

    ``collection`` is None where the address names it; ``sets`` may take its name from the address or from the form.
    """

    address: re.Pattern[str]
    collection: str | None
    sets: str | None


def read_places(places: Mapping[str, Any]) -> tuple[TakenForm, ...]:
    """Return the forms of ``offline.json``, which the worker of the installed app is built from too."""

    def group(match: re.Match[str]) -> str:
        return f"(?P<{match[1]}>{places['parts'][match[1]]})"

    return tuple(
        TakenForm(re.compile(re.sub(r"\{(\w+)\}", group, form["at"])), form.get("of"), form.get("sets"))
        for form in places["taken"]
    )


_FORMS = read_places(orjson.loads((_HERE / "offline.json").read_bytes()))


def offline_routes(worker: Asset) -> tuple[Route, ...]:
    """Return what makes the pages an installed app; ``worker`` is the built service worker."""

    async def service_worker() -> Response:
        headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}
        return Response(worker.bodies[""], media_type="text/javascript; charset=utf-8", headers=headers)

    icons = [get(f"/icon-{size}.png", _icon(size)) for size in _SIZES]
    return (
        get("/sw.js", service_worker),
        get("/manifest.webmanifest", manifest),
        get("/app/offline", show_queue),
        get("/app/offline/me", me),
        get("/app/offline/stored", stored),
        *icons,
    )


def _json(content: dict[str, Any], media_type: str = "application/json") -> Response:
    return Response(orjson.dumps(content), media_type=media_type, headers={"Cache-Control": "no-cache"})


def _icon(size: int) -> Any:
    content = (_ICONS / f"icon-{size}.png").read_bytes()

    async def icon() -> Response:
        return Response(content, media_type="image/png", headers={"Cache-Control": _YEAR})

    return icon


async def manifest(ctx: AnonymousContext) -> Response:
    """Describe the app to the device that installs it."""
    f = speak_floor(ctx.language)
    return _json(
        {
            "id": "/app/floor",
            "name": "DirectApp",
            "short_name": "DirectApp",
            "lang": ctx.language,
            "start_url": "/app/floor",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f6f7f9",
            "theme_color": "#0b57c4",
            "icons": [
                {"src": f"/icon-{s}.png", "sizes": f"{s}x{s}", "type": "image/png", "purpose": "any maskable"}
                for s in _SIZES
            ],
            "shortcuts": [
                {"name": f["my_cars_today"], "url": "/app/floor"},
                {"name": f["scan_title"], "url": "/app/scan"},
            ],
        },
        "application/manifest+json",
    )


async def show_queue(ctx: PersonContext) -> Response:
    """Show what waits on this device; the list itself is the device's own."""
    return ctx.page("floor/offline.html", here="offline", f=speak_floor(ctx.language))


async def me(ctx: PersonContext) -> Response:
    """Tell the device who is signed in, and the token its waiting forms need now."""
    return _json({"person": str(ctx.person.user), "csrf": ctx.csrf})


async def stored(request: Request, ctx: PersonContext) -> Response:
    """Tell what is stored now in the fields that a waiting form names."""
    asked = request.query_params
    form, parts = _taken(asked.get("place", ""))
    meta = ctx.meta(form.collection or parts.get("collection") or parts["subject"])
    target = record_id(parts["id"])
    seen = await look_up(ctx, meta, target)
    names = asked.getlist("name")[:_MOST_NAMES]
    if form.sets:
        names = [form.sets.format(kind=asked.get("kind", ""), **parts)]
    fields = _checklist(ctx, seen, names) if meta.name == INSPECTIONS else _fields(ctx, seen, names)
    return _json(
        {
            "title": ctx.formatter.title(meta, seen.told),
            "version": seen.version,
            "who": await ctx.last_writer(meta.name, target) or ctx.say(WORDS["someone"]),
            "fields": fields,
        }
    )


def _taken(place: str) -> tuple[TakenForm, dict[str, str]]:
    for form in _FORMS:
        if match := form.address.fullmatch(place):
            return form, match.groupdict()
    raise NotFoundError


def _fields(ctx: RequestContext, seen: Record, names: list[str]) -> list[dict[str, str]]:
    fields = seen.meta.fields
    return [
        {
            "name": name,
            "label": fields[name].label.pick(ctx.language),
            "stored": ctx.formatter.value(seen.meta, name, seen.told).text,
        }
        for name in dict.fromkeys(names)
        if name in fields and name in seen.view.readable
    ]


def _checklist(ctx: RequestContext, seen: Record, names: list[str]) -> list[dict[str, str]]:
    points = checklist_of(ctx.language, seen.meta, seen.view)
    told = []
    for item in points.items if points else ():
        answer = LABELS[item.result].pick(ctx.language) if item.result in LABELS else ""
        for name, value in ((f"answer.{item.code}", answer), (f"note.{item.code}", item.note)):
            if name in names:
                told.append({"name": name, "label": item.label, "stored": value})
    return told + _fields(ctx, seen, names)
