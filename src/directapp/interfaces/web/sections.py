"""Sections: what hangs on a record, loaded when it is opened: its children, comments, files and history."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Response

from directapp.declare.kinds import Kind
from directapp.declare.spec import Shape
from directapp.declare.verbs import Verb
from directapp.derive import forms, pages, tables
from directapp.derive.inputs import Option
from directapp.derive.pages import Child
from directapp.derive.questions import Address
from directapp.derive.shown import Shown, paths_for, readable_anywhere
from directapp.interfaces.web import refs
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.forms_in import Posted, read_signed
from directapp.interfaces.web.lists import collection_verbs, may_create
from directapp.interfaces.web.mentions import USERS, who_see
from directapp.interfaces.web.records import perform, record_id
from directapp.interfaces.web.words import WORDS
from directapp.kernel.errors import DirectAppError, NotFoundError
from directapp.store.query import Condition, Order, Query

COMMENTS, FILES = "comments", "car_files"
_MOST = 50
_COLUMNS = 5


def add_sections(router: APIRouter) -> None:
    """Add the routes of what hangs on records."""
    router.add_api_route("/app/{collection}/{record}/history", show_history, methods=["GET"])
    router.add_api_route("/app/{collection}/{record}/part/{child}", show_child, methods=["GET"])
    router.add_api_route("/app/{collection}/{record}/part/comments", add_comment, methods=["POST"])


async def show_history(desk: PersonDesk, collection: str, record: str) -> Response:
    """Show what was changed, by whom, when, field by field."""
    shape, target = desk.shape(collection), record_id(record)
    entries = await desk.platform.reading.history(desk.person, collection, target)
    names = await refs.names_of(desk, pages.ids_in(shape, entries))
    told = pages.history_of(desk.teller, shape, entries, names)
    context = {"happenings": told, "title": desk.say(WORDS["history"])}
    return _section(desk, "parts/history.html", shape, target, context)


def _section(
    desk: Desk, template: str, shape: Shape, target: UUID, context: dict[str, Any], *, status: int = 200
) -> Response:
    path = f"/app/{shape.name}/{target}"
    context = {"here": shape.name, "path": path, "plural": shape.declared.plural.pick(desk.language), **context}
    if desk.partial:
        return desk.page(template, status=status, **context)
    return desk.page("section.html", status=status, part=template, **context)


def child_of(desk: Desk, shape: Shape, name: str) -> Child:
    """Return a collection that hangs on a record by its name (NotFoundError: there is none)."""
    found = next((c for c in pages.children_of(desk.spec, desk.person, shape) if c.shape.name == name), None)
    if found is None:
        raise NotFoundError
    return found


async def show_child(desk: PersonDesk, collection: str, record: str, child: str) -> Response:
    """Show the records of one kind that hang on a record."""
    shape, target = desk.shape(collection), record_id(record)
    found = child_of(desk, shape, child)
    if child == COMMENTS:
        return await _comments(desk, shape, target, found)
    if child == FILES:
        return await show_files(desk, shape, target, found)
    return await _rows(desk, shape, target, found)


async def _read(desk: Desk, child: Child, target: UUID, names: tuple[str, ...], sort: Order) -> list[dict[str, Any]]:
    query = Query(
        fields=paths_for(desk.spec, desk.person, child.shape, ("id", *names)),
        filter=Condition((child.column,), "eq", target),
        sort=(sort,),
        limit=_MOST,
    )
    rows: list[dict[str, Any]] = orjson.loads(
        (await desk.platform.reading.page(desk.person, child.shape.name, query)).json
    )
    return rows


async def _rows(desk: Desk, shape: Shape, target: UUID, child: Child) -> Response:
    readable = readable_anywhere(desk.person, child.shape)
    own = child.shape.declared.views
    columns = tuple(n for n in own.columns if n in readable and n != child.column)[:_COLUMNS]
    titles = tuple(n for n in own.title if n in readable)
    rows = await _read(desk, child, target, tuple(dict.fromkeys((*columns, *titles))), Order("id", descending=True))
    listing = tables.Listing(
        shape=child.shape,
        address=Address(f"/app/{child.shape.name}"),
        columns=columns,
        sort=(),
        readable=readable,
        query=Query(),
    )
    path = f"/app/{shape.name}/{target}"
    given = f"{child.column}={target}&back={path}"
    context = {
        "columns": tables.columns_of(listing, desk.language),
        "rows": tables.rows_of(desk.teller, listing, rows),
        "all_href": f"/app/{child.shape.name}?{child.column}={target}",
        "new_href": f"/app/{child.shape.name}/new?{given}" if may_create(desk, child.shape) else None,
        "begin": _beginnings(desk, child, shape.name),
        "child": child,
        "child_path": f"/app/{child.shape.name}",
        "target": target,
        "title": child.shape.declared.plural.pick(desk.language),
    }
    return _section(desk, "parts/children.html", shape, target, context)


def _beginnings(desk: Desk, child: Child, parent: str) -> list[tuple[Verb, str, bool]]:
    """Return the verbs that make a child for this record: verb, the parameter that names it, nothing else asked."""
    found = []
    for verb in collection_verbs(desk, child.shape):
        column = next((p.name for p in verb.params if p.ref == parent and p.kind is Kind.REF), None)
        if column is not None:
            found.append((verb, column, len(verb.params) == 1))
    return found


# -- comments -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comment:
    """One thing said: by whom, when, what."""

    id: str
    who: str
    initials: str
    when: Shown
    text: str


async def _comments(
    desk: Desk,
    shape: Shape,
    target: UUID,
    child: Child,
    *,
    typed: str = "",
    problems: tuple[Any, ...] = (),
    status: int = 200,
) -> Response:
    rows = await _read(desk, child, target, ("text", "created_at", "created_by"), Order("id"))
    told = [_comment(desk, child.shape, row) for row in rows]
    writes = may_create(desk, child.shape)
    title = child.shape.declared.plural.pick(desk.language)
    context = {
        "title": title,
        "comments": told,
        "writes": writes,
        "typed": typed,
        "summary": problems,
        "stale_by": None,
    }
    return _section(desk, "parts/comments.html", shape, target, context, status=status)


def _comment(desk: Desk, shape: Shape, row: dict[str, Any]) -> Comment:
    who = desk.teller.value(shape, "created_by", row).text or "–"
    initials = "".join(part[0] for part in who.split()[:2]).upper()
    return Comment(str(row["id"]), who, initials, desk.teller.value(shape, "created_at", row), row.get("text") or "")


async def add_comment(desk: PersonDesk, collection: str, record: str) -> Response:
    """Say something about a record; @names of colleagues are mentions."""
    shape, target = desk.shape(collection), record_id(record)
    child = child_of(desk, shape, COMMENTS)
    posted = await read_signed(desk)
    text = posted.get("text")
    patch: dict[str, Any] = {child.column: target, "text": text}
    mentions = await _mentioned(desk, shape, target, posted)
    if mentions:
        patch["mentions"] = mentions
    try:
        await perform(desk, child.shape, "create", posted, patch)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, child.shape.fields, desk.language)
        return await _comments(desk, shape, target, child, typed=text, problems=summary, status=int(error.status))
    if not desk.partial:
        return desk.go(f"/app/{collection}/{target}/part/{COMMENTS}")
    return await _comments(desk, shape, target, child)


async def _mentioned(desk: Desk, shape: Shape, target: UUID, posted: Posted) -> list[str]:
    """Return the people whose name stands after an @: picked, or typed in full; those who may see the record."""
    said = posted.get("text").casefold()
    if "@" not in said or USERS not in desk.spec.shapes:
        return []
    near: list[Option] = (await refs.options_of(desk, [USERS])).get(USERS, [])
    picked = await refs.names_of(desk, {USERS: posted.typed.get("mention", ())})
    named = {**{p.value: p.label for p in near}, **picked}
    wanted = [person for person, label in named.items() if f"@{label.casefold()}" in said]
    return [str(person) for person in await who_see(desk, shape, target, wanted, most=_MOST)]


# -- files ----------------------------------------------------------------------------------------------


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


async def show_files(
    desk: Desk, shape: Shape, target: UUID, child: Child, *, problems: tuple[Any, ...] = (), status: int = 200
) -> Response:
    """Show the files of a record, and where to add more."""
    query = Query(
        fields=(
            *paths_for(desk.spec, desk.person, child.shape, ("id", "title", "stage", "created_at", "created_by")),
            ("file", "id"),
            ("file", "name"),
            ("file", "media_type"),
        ),
        filter=Condition((child.column,), "eq", target),
        sort=(Order("id", descending=True),),
        limit=_MOST,
    )
    rows = orjson.loads((await desk.platform.reading.page(desk.person, child.shape.name, query)).json)
    stages = allowed_stages(desk, child.shape)
    context = {
        "title": child.shape.declared.plural.pick(desk.language),
        "kept": [k for r in rows if (k := _kept(desk, child.shape, r)) is not None],
        "stages": stages,
        "summary": problems,
        "stale_by": None,
    }
    return _section(desk, "parts/files.html", shape, target, context, status=status)


def _kept(desk: Desk, shape: Shape, row: dict[str, Any]) -> Kept | None:
    file = row.get("file")
    if not file:
        return None
    tell = desk.teller.value
    return Kept(
        str(row["id"]),
        str(file["id"]),
        row.get("title") or file.get("name") or "",
        tell(shape, "stage", row).text,
        str(file.get("media_type", "")).startswith("image/"),
        tell(shape, "created_at", row),
        tell(shape, "created_by", row).text,
    )


def allowed_stages(desk: Desk, shape: Shape) -> list[Option]:
    """Return the stages for which this person adds files, from the rows their entries let them make."""
    item = shape.fields["stage"]
    making = [g for g in shape.grants_of(desk.person.roles) if g.create]
    codes = pages.values_allowed([g.edit_rule for g in making], "stage")
    return [Option(c.code, c.label.pick(desk.language)) for c in item.choices if codes is None or c.code in codes]
