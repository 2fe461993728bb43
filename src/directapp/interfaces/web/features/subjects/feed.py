"""What is said of a record, and the files that it is given, in its feed."""

from collections.abc import Iterable

from directapp.declare.fields import SUBJECT_ID
from directapp.domains.records.fields import CAR_FILES, COMMENTS, CarFiles, Comments
from directapp.interfaces.web.core.beside import Ask, ask_children
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import FeedLine, FeedSource, Rows
from directapp.interfaces.web.core.moments import moment_of
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.features.subjects.about import about_of
from directapp.interfaces.web.features.subjects.files import FILE, is_picture, name_of


def _ask_comments(ctx: RequestContext, record: Record, most: int) -> Ask:
    names = (Comments.text, Comments.created_at, Comments.created_by, SUBJECT_ID)
    return ask_children(ctx, record.meta, record.id, COMMENTS, names, limit=most)


def _tell_comments(ctx: RequestContext, record: Record, rows: Rows) -> Iterable[FeedLine]:
    meta = ctx.spec[COMMENTS]
    for row in rows:
        at, when = moment_of(ctx, meta, row, Comments.created_at)
        about = about_of(ctx, meta, row, record.id)
        yield FeedLine(
            at=at,
            when=when,
            who=ctx.formatter.value(meta, Comments.created_by, row).text,
            icon="message",
            shown=(about,) if about else (),
            prose=str(row.get(Comments.text) or ""),
        )


def _ask_files(ctx: RequestContext, record: Record, most: int) -> Ask:
    names = (CarFiles.title, CarFiles.kind, CarFiles.created_at, CarFiles.created_by)
    return ask_children(ctx, record.meta, record.id, CAR_FILES, names, limit=most, more=FILE)


def _tell_files(ctx: RequestContext, _: Record, rows: Rows) -> Iterable[FeedLine]:
    meta = ctx.spec[CAR_FILES]
    for row in rows:
        file = row.get(CarFiles.file)
        if not file:
            continue
        at, when = moment_of(ctx, meta, row, CarFiles.created_at)
        picture, kind = is_picture(file), ctx.formatter.value(meta, CarFiles.kind, row)
        yield FeedLine(
            at=at,
            when=when,
            who=ctx.formatter.value(meta, CarFiles.created_by, row).text,
            icon="photo" if picture else "file-text",
            shown=(kind,) if kind else (),
            text=name_of(row),
            href=f"/assets/{file['id']}",
            file=str(file["id"]) if picture else "",
        )


FEEDS = (
    FeedSource(code=COMMENTS, label=WORDS["comments"], ask=_ask_comments, tell=_tell_comments),
    FeedSource(code="files", label=WORDS["files"], ask=_ask_files, tell=_tell_files),
)
