"""The page of a question: how it was understood, part by part, what was not, and the answer."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from directapp.asking.answering import Answered, answer, read_question
from directapp.asking.grammar import LONGEST, Question
from directapp.asking.telling import chips_of, sentence
from directapp.declare.kinds import Kind
from directapp.derive.questions import NONE, Address
from directapp.derive.shown import page_of
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.words import ASK
from directapp.kernel.text import Text, _

_SHOWN = 25
WORDS: Mapping[str, Text] = {
    "about": _("In Norwegian or English. What is not understood is said, and nothing is guessed."),
    "question": _("Question"),
    "example": _("For example: used Audi under 200 000 kr without licence plate"),
    "filter": _("The filter"),
    "without": _("Leave out {part}, and show the list"),
    "as_list": _("Show as a list"),
    "list_about": _("In the list the filter can be changed, and kept as a view."),
    "answer": _("The answer"),
    "nothing": _("Nothing matches."),
    "no_value": _("(none)"),
}


async def show_question(ctx: PersonContext, q: str = "", here: str = "") -> Response:
    """Show the box, and what came of a question."""
    text = q.strip()[:LONGEST]
    at = here if here in {meta.name for meta in ctx.spec.exposed if meta.grants_of(ctx.person.roles)} else None
    context: dict[str, Any] = {
        "asked": text,
        "list_of": at or "",
        "sentence": "",
        "chips": (),
        "lines": (),
        "groups": (),
    }
    question = await read_question(ctx.platform, ctx.person, text, here=at) if text else None
    if question is not None:
        found = await answer(ctx.platform, ctx.person, question, limit=_SHOWN)
        context |= await _answered(ctx, question, found)
    words = {name: word.pick(ctx.language) for name, word in WORDS.items()}
    return ctx.page("asking/page.html", here=None, t=words, question=question, **context)


async def _answered(ctx: RequestContext, question: Question, found: Answered) -> dict[str, Any]:
    meta, path = question.meta, f"/app/{question.meta.name}"
    return {
        "sentence": sentence(question, ctx.language),
        "chips": [
            {
                "told": f"{chip.label}: {chip.words}",
                "href": Address(path, tuple(p for p in question.params if p not in chip.params)).text,
            }
            for chip in chips_of(question, ctx.language)
        ],
        "list_href": found.address,
        "count": found.count,
        "lines": [(page_of(meta.name, row["id"]), ctx.formatter.title(meta, row)) for row in found.rows],
        "groups": await _groups(ctx, question, found),
    }


async def _groups(ctx: RequestContext, question: Question, found: Answered) -> list[dict[str, Any]]:
    """Return each group with what it is called, how many there are, and the list of its rows."""
    if not question.group:
        return []
    item = question.meta.fields[question.group]
    ids = [str(value) for value, _count in found.groups if value]
    names = await refs.names_of(ctx, {item.points_to: ids}) if item.points_to else {}

    def called(value: Any) -> str:
        if value in (None, ""):
            return WORDS["no_value"].pick(ctx.language)
        if item.points_to:
            return names.get(str(value), str(value))
        choice = item.choice(value)
        if item.kind is Kind.BOOLEAN or choice is None:
            return ctx.formatter.value(question.meta, item.name, {item.name: value}).text
        return choice.label.pick(ctx.language)

    def rows(value: Any) -> str:
        chosen = NONE if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)
        return Address(f"/app/{question.meta.name}", (*question.params, (item.name, chosen))).text

    return [{"name": called(value), "number": count, "href": rows(value)} for value, count in found.groups]


ROUTES = (get(ASK, show_question),)
