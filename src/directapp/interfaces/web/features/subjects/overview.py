"""What hangs on any record, on the first screen of its page: photos as thumbnails, and what was said last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from directapp.domains.records.fields import CAR_FILES, COMMENTS, CarFiles
from directapp.interfaces.web.core.beside import Ask, ask_children, child_named
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Overview, OverviewCard, Rows
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.subjects.comments import CARD, ask_last, comments_card
from directapp.interfaces.web.features.subjects.files import FILE, is_picture, name_of

_THUMBS, _LOOKED_AT = 4, 12


@dataclass(frozen=True, slots=True)
class Thumb:
    """A photo of a record: the file, and what it is called."""

    file: str
    title: str


def _asks(ctx: RequestContext, record: Record) -> Sequence[Ask]:
    if not record.view.full:
        return Ask(CAR_FILES, None), Ask(COMMENTS, None)
    files = ask_children(ctx, record.meta, record.id, CAR_FILES, (CarFiles.title,), limit=_LOOKED_AT, more=FILE)
    return files, ask_last(ctx, record.meta, record.id)


def _tell(ctx: RequestContext, record: Record, answers: Sequence[Rows]) -> Iterable[OverviewCard]:
    files, comments = answers
    thumbs = [t for row in files if (t := _thumb(row)) is not None]
    if thumbs:
        variables: Mapping[str, Any] = {"thumbs": thumbs[:_THUMBS], "more_thumbs": len(thumbs) > _THUMBS}
        yield OverviewCard(code="photos", template="subjects/thumbs.html", variables=variables)
    if record.view.full and child_named(ctx, record.meta, COMMENTS) is not None:
        yield OverviewCard(code=COMMENTS, template=CARD, variables=comments_card(ctx, record.meta, record.id, comments))


def _thumb(row: Mapping[str, Any]) -> Thumb | None:
    file = row.get(CarFiles.file)
    if not file or not is_picture(file):
        return None
    return Thumb(str(file["id"]), name_of(row))


OVERVIEW = Overview(asks=_asks, tell=_tell)
