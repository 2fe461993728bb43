"""Comments: what colleagues say about a record, with mentions."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.fields import SUBJECT_ID
from directapp.declare.spec import CollectionMeta
from directapp.derive import forms
from directapp.derive.inputs import Option
from directapp.derive.pages import Child
from directapp.derive.shown import Shown
from directapp.domains.people.fields import USERS
from directapp.domains.records.fields import COMMENTS
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.colleagues import who_see
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.subjects.about import about_of
from directapp.interfaces.web.records.lists import may_create
from directapp.interfaces.web.records.sections import (
    MOST,
    child_of,
    read_children,
    section_page,
    seen_record,
)
from directapp.kernel.errors import DirectAppError
from directapp.store.query import Order


@dataclass(frozen=True, slots=True)
class Comment:
    """One thing said: by whom, when, what."""

    id: str
    who: str
    initials: str
    when: Shown
    text: str
    about: Shown | None


async def show_comments(
    ctx: RequestContext,
    meta: CollectionMeta,
    target: UUID,
    child: Child,
    *,
    typed: str = "",
    problems: tuple[Any, ...] = (),
    status: int = 200,
) -> Response:
    """Show what is said about a record, and where to say more."""
    rows = await read_children(ctx, child, target, ("text", "created_at", "created_by", SUBJECT_ID), Order("id"))
    told = [_comment(ctx, child.meta, row, target) for row in rows]
    writes = may_create(ctx, child.meta)
    title = child.meta.declared.plural.pick(ctx.language)
    context = {
        "title": title,
        "comments": told,
        "writes": writes,
        "typed": typed,
        "summary": problems,
        "stale_by": None,
    }
    return section_page(ctx, "subjects/comments.html", meta, target, context, status=status)


def _comment(ctx: RequestContext, meta: CollectionMeta, row: dict[str, Any], target: UUID) -> Comment:
    who = ctx.formatter.value(meta, "created_by", row).text or "–"
    initials = "".join(part[0] for part in who.split()[:2]).upper()
    when, about = ctx.formatter.value(meta, "created_at", row), about_of(ctx, meta, row, target)
    return Comment(str(row["id"]), who, initials, when, row.get("text") or "", about)


async def add_comment(ctx: PersonContext, collection: str, record: str) -> Response:
    """Say something about a record; @names of colleagues are mentions."""
    meta, target = await seen_record(ctx, collection, record)
    child = child_of(ctx, meta, COMMENTS)
    posted = await read_signed(ctx)
    text = posted.get("text")
    patch: dict[str, Any] = {**child.given(target), "text": text}
    mentions = await _mentioned(ctx, meta, target, posted)
    if mentions:
        patch["mentions"] = mentions
    try:
        await ctx.do(child.meta, "create", patch, posted=posted)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, child.meta.fields, ctx.language)
        return await show_comments(ctx, meta, target, child, typed=text, problems=summary, status=int(error.status))
    if not ctx.partial:
        return ctx.go(f"/app/{collection}/{target}/part/{COMMENTS}")
    return await show_comments(ctx, meta, target, child)


async def _mentioned(ctx: RequestContext, meta: CollectionMeta, target: UUID, posted: Posted) -> list[str]:
    """Return the people whose name stands after an @: picked, or typed in full; those who may see the record."""
    said = posted.get("text").casefold()
    if "@" not in said or USERS not in ctx.spec.metas:
        return []
    near: list[Option] = (await refs.options_of(ctx, [USERS])).get(USERS, [])
    picked = await refs.names_of(ctx, {USERS: posted.typed.get("mention", ())})
    named = {**{p.value: p.label for p in near}, **picked}
    wanted = [person for person, label in named.items() if f"@{label.casefold()}" in said]
    return [str(person) for person in await who_see(ctx, meta, target, wanted, most=MOST)]
