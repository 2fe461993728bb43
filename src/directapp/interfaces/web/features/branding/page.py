"""Branding: a site's logo and colours, tried before they are saved, by those who may set them."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import Variables, get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.uploads import chunks_of, file_key, key_with
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.branding.swatches import PRIMARY, SECONDARY, STANDARD, WORDS, swatch
from directapp.interfaces.web.records import sites
from directapp.interfaces.web.records.record import UnresolvedError
from directapp.kernel import colours
from directapp.kernel.errors import DirectAppError, Problem
from directapp.services.attachments import Incoming

COLOURS, LOGO = "brand_colors", "logo"
PATH = "/app/branding"
_PICTURES = frozenset({"image/png", "image/jpeg", "image/webp"})


@dataclass(frozen=True, slots=True)
class _Tried:
    """Colours that are tried and not saved yet, and why they were not."""

    primary: str
    secondary: str
    summary: tuple[Complaint, ...] = ()
    status: int = HTTPStatus.OK


async def save_branding(ctx: PersonContext) -> Response:
    """Save the logo and the colours of a site."""
    posted = await read_signed(ctx)
    seen = await sites.demand_site(ctx, posted.get("site"), COLOURS)
    try:
        await _save(ctx, seen, posted)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, seen.meta.fields, ctx.language)
        tried = _Tried(posted.get(PRIMARY), posted.get(SECONDARY), summary, int(error.status))
        return await _page(ctx, seen, tried)
    ctx.services.brandings.forget(ctx.person.tenant)
    told = f"{ctx.say(COMMON['saved'])}: {ctx.say(WORDS['title'])}"
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=f"{seen.path}/undo", href=_address(seen)))
    return ctx.go(_address(seen))


def _address(seen: Record) -> str:
    return f"{PATH}?site={seen.id}"


def may_brand(seen: Record) -> bool:
    """Whether a person may set the look of this record's site."""
    return seen.meta.name == SITES and COLOURS in seen.view.writable


def branding_part(ctx: RequestContext, record: Record) -> Variables | None:
    """Return the logo and colours on a site's own page, with the way to their form for who may set them."""
    if COLOURS not in record.view.readable:
        return None
    kept = record.view.row.get(COLOURS) or {}
    return {
        "b": {name: text.pick(ctx.language) for name, text in WORDS.items()},
        "brand_logo": record.view.row.get(LOGO),
        "brand_colours": [(ctx.say(WORDS[n]), str(kept[n])) for n in (PRIMARY, SECONDARY) if kept.get(n)],
        "brand_href": f"{PATH}?site={record.id}" if may_brand(record) else None,
    }


def _stored(seen: Record) -> _Tried:
    kept = seen.view.row.get(COLOURS) or {}
    primary, secondary = (str(kept.get(name) or STANDARD[name]) for name in (PRIMARY, SECONDARY))
    return _Tried(primary, secondary)


async def show_branding(ctx: PersonContext, site: str = "", primary: str = "", secondary: str = "") -> Response:
    """Show the page; colours in the address are tried."""
    seen = await sites.site_of(ctx, site, COLOURS)
    if seen is None:
        return sites.no_site(ctx, WORDS["title"])
    stored = _stored(seen)
    return await _page(ctx, seen, _Tried(primary or stored.primary, secondary or stored.secondary))


async def show_preview(ctx: PersonContext, primary: str = "", secondary: str = "") -> Response:
    """Show how colours would look and read."""
    return ctx.page("branding/preview.html", **_preview(ctx, _Tried(primary, secondary)))


def _preview(ctx: RequestContext, tried: _Tried) -> dict[str, Any]:
    tries = ((PRIMARY, tried.primary), (SECONDARY, tried.secondary))
    return {
        "b": {name: text.pick(ctx.language) for name, text in WORDS.items()},
        "swatches": [swatch(ctx.language, name, value) for name, value in tries],
        "sheet": tried.primary.lstrip("#") if colours.parse_hex(tried.primary) else None,
    }


async def _page(ctx: RequestContext, seen: Record, tried: _Tried) -> Response:
    return ctx.page(
        "branding/page.html",
        status=tried.status,
        here=SITES,
        site=seen,
        name=ctx.formatter.title(seen.meta, seen.told),
        logo=seen.view.row.get(LOGO),
        sites=await sites.sites_to_set(ctx, COLOURS, seen.id),
        summary=tried.summary,
        stale_by=None,
        **_preview(ctx, tried),
    )


async def _save(ctx: RequestContext, seen: Record, posted: Posted) -> None:
    chosen = {name: posted.get(name) for name in (PRIMARY, SECONDARY)}
    wrong = [Problem(WORDS["no_colour"], field=COLOURS) for c in chosen.values() if colours.parse_hex(c) is None]
    if wrong:
        raise UnresolvedError(wrong[:1])
    patch: dict[str, Any] = {COLOURS: chosen}
    if posted.files:
        patch[LOGO] = str(await _keep_logo(ctx, posted))
    elif posted.get("remove_logo"):
        patch[LOGO] = None
    await ctx.do(seen.meta, "update", patch, posted=posted, target=seen.id, version=posted.version)


async def _keep_logo(ctx: RequestContext, posted: Posted) -> UUID | None:
    file = posted.files[0]
    if file.content_type not in _PICTURES:
        raise UnresolvedError(Problem(WORDS["not_a_picture"], field=LOGO))
    incoming = Incoming(name=file.filename, chunks=chunks_of(file))
    kept = await ctx.services.attachments.keep(
        ctx.person,
        incoming,
        {"purpose": LOGO},
        origin="web",
        key=file_key(await key_with(file, posted.key)),
        request_id=ctx.request_id,
    )
    return kept.record


ROUTES = (
    post(PATH, save_branding),
    get(PATH, show_branding),
    get(f"{PATH}/preview", show_preview),
)
