"""Comments: what colleagues say about a record, with mentions."""

from collections.abc import Mapping
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
from directapp.domains.records.fields import CAR_FILES, COMMENTS, Comments
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.beside import Ask, ask_all, ask_children, child_named
from directapp.interfaces.web.core.colleagues import who_see
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import Rows
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.subjects.about import about_of
from directapp.interfaces.web.features.subjects.files import keep_all, stages_of
from directapp.interfaces.web.records.lists import may_create
from directapp.interfaces.web.records.record import UnresolvedError
from directapp.interfaces.web.records.sections import (
    MOST,
    child_of,
    read_children,
    section_page,
    seen_record,
)
from directapp.kernel.errors import DirectAppError
from directapp.store.query import Order

CARD = "subjects/last.html"
LAST = 3
_SAID = (Comments.text, Comments.created_at, Comments.created_by, SUBJECT_ID)


@dataclass(frozen=True, slots=True)
class Comment:
    """One thing said: by whom, when, what."""

    id: str
    who: str
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
    rows = await read_children(ctx, child, target, _SAID, Order("id"))
    told = [comment_of(ctx, child.meta, row, target) for row in rows]
    writes = may_say(ctx)
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


def comment_of(ctx: RequestContext, meta: CollectionMeta, row: Mapping[str, Any], target: UUID) -> Comment:
    """Return one thing said."""
    who = ctx.formatter.value(meta, "created_by", row).text or "–"
    when, about = ctx.formatter.value(meta, "created_at", row), about_of(ctx, meta, row, target)
    return Comment(str(row[Comments.id]), who, when, row.get(Comments.text) or "", about)


def may_say(ctx: RequestContext) -> bool:
    """Whether this person may say something about a record that is seen in full."""
    return may_create(ctx, ctx.spec[COMMENTS])


def ask_last(ctx: RequestContext, meta: CollectionMeta, target: UUID) -> Ask:
    """Return the question what was said last about a record."""
    return ask_children(ctx, meta, target, COMMENTS, _SAID, limit=LAST + 1)


def comments_card(ctx: RequestContext, meta: CollectionMeta, target: UUID, rows: Rows) -> dict[str, Any]:
    """Return what was said last, oldest first, and whether there is a box to say more, and to attach files."""
    files = child_named(ctx, meta, CAR_FILES)
    said = ctx.spec[COMMENTS]
    return {
        "last_comments": [comment_of(ctx, said, row, target) for row in reversed(rows[:LAST])],
        "more_comments": len(rows) > LAST,
        "may_say": may_say(ctx),
        "may_attach": files is not None and may_create(ctx, files.meta),
        "attach_stage": next((s.value for s in stages_of(ctx, files)), "") if files else "",
    }


async def add_comment(ctx: PersonContext, collection: str, record: str) -> Response:
    """Say something about a record, with files or by files alone; @names of colleagues are mentions."""
    meta, target = await seen_record(ctx, collection, record)
    child = child_of(ctx, meta, COMMENTS)
    posted = await read_signed(ctx)
    try:
        await _say(ctx, meta, target, posted)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, child.meta.fields, ctx.language)
        typed, status = posted.get("text"), int(error.status)
        if ctx.partial and posted.get("_last"):
            return await _card(ctx, meta, target, status=status, typed=typed, summary=summary)
        return await show_comments(ctx, meta, target, child, typed=typed, problems=summary, status=status)
    if not ctx.partial:
        path = f"/app/{collection}/{target}"
        return ctx.go(path if posted.get("_last") else f"{path}/part/{COMMENTS}")
    if posted.get("_last"):
        return await _card(ctx, meta, target)
    return await show_comments(ctx, meta, target, child)


async def _say(ctx: RequestContext, meta: CollectionMeta, target: UUID, posted: Posted) -> None:
    """Keep what was said; files first, so that nothing is said of one that is refused."""
    child, text = child_of(ctx, meta, COMMENTS), posted.get("text")
    if posted.files:
        problems = await keep_all(ctx, child_of(ctx, meta, CAR_FILES), target, posted)
        if problems:
            raise UnresolvedError(problems)
        if not text.strip():
            return
    patch: dict[str, Any] = {**child.given(target), "text": text}
    mentions = await _mentioned(ctx, meta, target, posted)
    if mentions:
        patch[Comments.mentions] = mentions
    await ctx.do(child.meta, "create", patch, posted=posted)


async def _card(
    ctx: RequestContext, meta: CollectionMeta, target: UUID, *, status: int = 200, **refused: Any
) -> Response:
    """Answer with the last comments, in their place on the record's page."""
    (rows,) = await ask_all(ctx, [ask_last(ctx, meta, target)])
    context = comments_card(ctx, meta, target, rows)
    return ctx.page(CARD, status=status, path=f"/app/{meta.name}/{target}", stale_by=None, **context, **refused)


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
