"""Files: dropped or photographed on a record's page, kept with the record, and shown there."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response
from starlette.datastructures import UploadFile

from directapp.declare.fields import SUBJECT_ID
from directapp.declare.spec import CollectionMeta
from directapp.derive import forms
from directapp.derive.inputs import Option
from directapp.derive.pages import Child
from directapp.derive.shown import Shown, paths_for
from directapp.domains.records.fields import CAR_FILES, CarFiles, Files
from directapp.interfaces.web.core.beside import belonging
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import choices_to_create
from directapp.interfaces.web.core.uploads import keep_file
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.features.subjects.about import about_of
from directapp.interfaces.web.records.lists import may_create
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.sections import (
    MOST,
    child_of,
    section_page,
)
from directapp.kernel.errors import DirectAppError, Problem
from directapp.store.query import Order, Query

# What is asked of the file itself.
FILE = ((CarFiles.file, Files.id), (CarFiles.file, Files.name), (CarFiles.file, Files.media_type))


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a record, as its section shows it."""

    id: str
    file: str
    title: str
    stage: str
    picture: bool
    when: Shown
    who: str
    about: Shown | None


async def show_files(
    ctx: RequestContext,
    meta: CollectionMeta,
    target: UUID,
    child: Child,
    *,
    problems: tuple[Any, ...] = (),
    status: int = 200,
) -> Response:
    """Show the files of a record, and where to add more."""
    query = Query(
        fields=(
            *paths_for(
                ctx.spec,
                ctx.person,
                child.meta,
                ("id", "title", "stage", "kind", "created_at", "created_by", SUBJECT_ID),
            ),
            *FILE,
        ),
        filter=belonging(child, target),
        sort=(Order("id", descending=True),),
        limit=MOST,
    )
    rows = await ctx.rows(child.meta.name, query)
    context = {
        "title": child.meta.declared.plural.pick(ctx.language),
        "kept": [k for r in rows if (k := _kept(ctx, child.meta, r, target)) is not None],
        "adds": may_create(ctx, child.meta),
        "stages": stages_of(ctx, child),
        "summary": problems,
        "stale_by": None,
    }
    return section_page(ctx, "subjects/files.html", meta, target, context, status=status)


def stages_of(ctx: RequestContext, child: Child) -> list[Option]:
    """Return the stages at which this person adds files; what belongs to another record than a car has none."""
    return [] if child.meta.fields[child.column].ref_in else choices_to_create(ctx, child.meta, "stage")


def is_picture(file: Mapping[str, Any]) -> bool:
    """Whether a file is shown as a picture."""
    return str(file.get(Files.media_type, "")).startswith("image/")


def name_of(row: Mapping[str, Any]) -> str:
    """Return what a file of a record is called: its title, else the name it came with."""
    return str(row.get(CarFiles.title) or row[CarFiles.file].get(Files.name) or "")


def _kept(ctx: RequestContext, meta: CollectionMeta, row: dict[str, Any], target: UUID) -> Kept | None:
    file = row.get(CarFiles.file)
    if not file:
        return None
    tell = ctx.formatter.value
    return Kept(
        str(row[CarFiles.id]),
        str(file[Files.id]),
        name_of(row),
        " · ".join(filter(None, (tell(meta, n, row).text for n in (CarFiles.stage, CarFiles.kind)))),
        is_picture(file),
        tell(meta, "created_at", row),
        tell(meta, "created_by", row).text,
        about_of(ctx, meta, row, target),
    )


async def upload(ctx: PersonContext, collection: str, record: str) -> Response:
    """Keep the files of a form with a record."""
    meta, target = ctx.meta(collection), record_id(record)
    child = child_of(ctx, meta, CAR_FILES)
    posted = await read_signed(ctx)
    problems = await keep_all(ctx, child, target, posted)
    if not posted.files:
        problems = [Problem(WORDS["choose_file"])]
    _, summary = forms.sort_problems(problems, {}, ctx.language)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    if not ctx.partial and not problems:
        return ctx.go(f"/app/{collection}/{target}/part/{CAR_FILES}")
    return await show_files(ctx, meta, target, child, problems=summary, status=status)


async def keep_all(ctx: RequestContext, child: Child, target: UUID, posted: Posted) -> list[Problem]:
    """Keep each file for itself: one that is refused does not take the others with it."""
    problems: list[Problem] = []
    values = _values(child, target, posted)
    for number, file in enumerate(posted.files):
        try:
            await keep_file(ctx, child.meta, file, values=values, key=posted.key_of(number))
        except DirectAppError as error:
            problems += [_about(file, p) for p in error.problems]
    return problems


def _values(child: Child, target: UUID, posted: Posted) -> dict[str, Any]:
    return {**child.given(target), "stage": posted.get("stage")}


def _about(file: UploadFile, problem: Problem) -> Problem:
    return Problem(WORDS["about_file"].fill(name=file.filename or "?", message=problem.message))
