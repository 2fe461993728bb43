"""Sites: the one whose settings a page is about, and those to choose from."""

from typing import Any

from fastapi import Response

from directapp.declare.rules import Everything
from directapp.derive.inputs import Option
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.records.lists import may_create
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.errors import ForbiddenError, NotFoundError
from directapp.kernel.text import Text


async def site_of(ctx: RequestContext, asked: str, field: str) -> Record | None:
    """Return a site in which this person sets a field: the one asked for, else their own, else the first.

    Raises:
        ForbiddenError: another sets it here.

    """
    target = refs.as_uuid(asked) or ctx.person.site
    if target is None:
        target = next((refs.as_uuid(o.value) for o in await sites_to_set(ctx, field, None)), None)
    if target is None:
        if sets_everywhere(ctx, field):
            return None
        raise ForbiddenError
    seen = await look_up(ctx, ctx.meta(SITES), target)
    if field not in seen.view.writable:
        raise ForbiddenError
    return seen


async def demand_site(ctx: RequestContext, asked: str, field: str) -> Record:
    """Return such a site (NotFoundError: there is none)."""
    seen = await site_of(ctx, asked, field)
    if seen is None:
        raise NotFoundError
    return seen


def sets_everywhere(ctx: RequestContext, field: str) -> bool:
    """Whether a person sets a field of every site."""
    meta = ctx.meta(SITES)
    grants = meta.grants_of(ctx.person.roles)
    return any(field in meta.writes(g) and isinstance(g.edit_rule, Everything) for g in grants)


async def sites_to_set(ctx: RequestContext, field: str, chosen: Any) -> list[Option]:
    """Return the sites to choose from, for those who set a field of every one."""
    if not sets_everywhere(ctx, field):
        return []
    return await refs.choices_of(ctx, SITES, chosen)


def saved(ctx: RequestContext, site: Record, what: Text, page: str) -> Response:
    """Go back to a site's settings page and say what of it is saved, with the way back."""
    address = f"{page}?site={site.id}"
    told = f"{ctx.say(COMMON['saved'])}: {ctx.say(what)}"
    ctx.cookies.append(
        notes.tell_done(
            told, ctx.now, undo=f"{site.path}/undo", href=address, name=ctx.formatter.title(site.meta, site.told)
        )
    )
    return ctx.go(address)


def no_site(ctx: RequestContext, title: Text) -> Response:
    """Say that there is no site yet, and lead to the first one."""
    return ctx.page("no_site.html", here=SITES, title=ctx.say(title), may_create=may_create(ctx, ctx.meta(SITES)))
