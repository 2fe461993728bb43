"""The tool that takes a question in plain words."""

from directapp.asking.answering import answer, read_question
from directapp.asking.grammar import LONGEST
from directapp.asking.telling import chips_of, sentence
from directapp.interfaces.mcp import arguments as read
from directapp.interfaces.mcp.arguments import Arguments
from directapp.interfaces.mcp.domain_tools import WORDS, DomainTool, Found, ToolContext, answer_of, or_none, rows_of
from directapp.interfaces.mcp.tools import MOST_ROWS, seen
from directapp.kernel.errors import ForbiddenError
from directapp.kernel.text import _


async def _ask(ctx: ToolContext, arguments: Arguments) -> Found:
    here = arguments.get("collection")
    if here is not None:
        await ctx.platform.reading.meta(ctx.actor, read.text(arguments, "collection"))
    limit, language = read.number(arguments, "limit", 25), ctx.actor.language
    question = await read_question(ctx.platform, ctx.actor, read.text(arguments, "question")[:LONGEST], here=here)
    if question is None:
        raise ForbiddenError
    found = await answer(ctx.platform, ctx.actor, question, limit=limit)
    return {
        "understood": question.sure,
        "sentence": sentence(question, language),
        "not_understood": question.unread,
        "collection": question.meta.name,
        "filter": [
            {
                "field": chip.field,
                "label": chip.label,
                "words": chip.words,
                "params": [list(pair) for pair in chip.params],
            }
            for chip in chips_of(question, language)
        ],
        "page": f"{ctx.platform.public_url.rstrip('/')}{found.address}" if question.sure else None,
        "rows": list(found.rows),
        "count": found.count,
        "groups": [{"value": value, "count": count} for value, count in found.groups],
    }


TOOLS = (
    DomainTool(
        name="ask",
        title=_("Ask in plain words"),
        about=_(
            "Answer a question in Norwegian or English, such as “used cars under 200 000 kr at 490” or “how many were"
            " sold last month per site”: the filter that it was understood as, and the rows, the number or the groups."
            " What is not understood is said and nothing is guessed; ask in other words, or use list."
        ),
        takes={
            "question": {"type": "string", "maxLength": LONGEST},
            "collection": {"type": "string", "maxLength": 80},
            "limit": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
        },
        required=("question",),
        answers=answer_of(
            understood={"type": "boolean"},
            sentence=WORDS,
            not_understood={"type": "array", "items": WORDS},
            collection=WORDS,
            filter=rows_of(field=WORDS, label=WORDS, words=WORDS, params={"type": "array"}),
            page=or_none(WORDS),
            rows={"type": "array", "items": {"type": "object"}},
            count=or_none({"type": "integer"}),
            groups=rows_of(value={}, count={"type": "integer"}),
        ),
        offered=lambda spec, actor: bool(seen(spec, actor)),
        run=_ask,
    ),
)
