"""Checklists: the page of an inspection, each item answered in one tap, a remark made a work item in another."""

from typing import Any

import orjson
from fastapi import APIRouter, Response

from directapp.derive import forms
from directapp.interfaces.web import notes
from directapp.interfaces.web.checklist_view import INSPECTIONS, RESULTS, Checklist, Item, checklist_of
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.forms_in import Posted, read_signed
from directapp.interfaces.web.record_view import Answered, Record, look_up, page_context
from directapp.interfaces.web.records import perform, record_id
from directapp.interfaces.web.words import WORDS
from directapp.kernel.errors import DirectAppError, NotFoundError, StaleError


def add_checklist(router: APIRouter) -> None:
    """Add the route that takes answers."""
    router.add_api_route("/app/inspections/{record}/answers", answer, methods=["POST"])


async def answer(desk: PersonDesk, record: str) -> Response:
    """Keep the answers of a checklist."""
    shape, target = desk.shape(INSPECTIONS), record_id(record)
    posted = await read_signed(desk)
    seen = await look_up(desk, shape, target)
    points = checklist_of(desk.language, shape, seen.view)
    if points is None:
        raise NotFoundError
    answers = _answers(points, posted, seen.view.row.get("answers") or [])
    try:
        await _keep(desk, seen, posted, points, answers)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, {}, desk.language)
        context = await page_context(desk, seen, Answered(summary=summary))
        typed = Checklist(tuple(_typed(i, posted) for i in points.items), points.open)
        status = int(error.status)
        template = "parts/checklist.html" if desk.partial else "record.html"
        return desk.page(template, status=status, **{**context, "checklist": typed})
    path = f"/app/{INSPECTIONS}/{target}"
    if not desk.partial:
        desk.cookies.append(notes.tell_done(desk.say(WORDS["saved"]), desk.now, undo=f"{path}/undo", href=path))
        return desk.go(path)
    again = await look_up(desk, shape, target)
    return desk.page("parts/answered.html", **await page_context(desk, again))


async def _keep(desk: Desk, seen: Record, posted: Posted, points: Checklist, answers: list[dict[str, Any]]) -> None:
    """Save, unless somebody else answered since the form was made; what else changed is no matter here."""
    moved = posted.version is not None and posted.version != seen.version
    answered = bool(posted.base) and posted.base == orjson.loads(points.base)
    if moved and not answered and answers != seen.view.row.get("answers"):
        raise StaleError
    await perform(desk, seen.shape, "update", posted, {"answers": answers}, target=seen.id, version=seen.version)


def _typed(item: Item, posted: Posted) -> Item:
    result, note = posted.get(f"answer.{item.code}"), posted.get(f"note.{item.code}")
    return Item(item.code, item.label, result or item.result, note)


def _answers(points: Checklist, posted: Posted, stored: list[Any]) -> list[dict[str, Any]]:
    """Return the answers as they are kept; what else an answer holds (photos) stays."""
    known = {a.get("item"): a for a in stored if isinstance(a, dict)}
    made = []
    for point in points.items:
        item = _typed(point, posted)
        if item.result in RESULTS:
            made.append(
                {**known.get(item.code, {}), "item": item.code, "result": item.result, "note": item.note or None}
            )
    return made
