"""How much damage is marked on a car, on the first screen of its page."""

from collections.abc import Iterable, Sequence

from directapp.derive.shown import Shown
from directapp.domains.workshop.fields import Inspections
from directapp.interfaces.web.core.beside import Ask, ask_children
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Overview, OverviewLine, Rows
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.floor.inspections.checklist import INSPECTIONS
from directapp.interfaces.web.features.floor.inspections.outline import CARS, DAMAGE, WORDS, damage_of

_MOST = 20


def _asks(ctx: RequestContext, record: Record) -> Sequence[Ask]:
    if not record.view.full:
        return (Ask(INSPECTIONS, None),)
    return (ask_children(ctx, record.meta, record.id, INSPECTIONS, (Inspections.damage_marks,), limit=_MOST),)


def _tell(ctx: RequestContext, _: Record, answers: Sequence[Rows]) -> Iterable[OverviewLine]:
    (inspections,) = answers
    marks = damage_of(ctx.language, [m for row in inspections for m in row.get(Inspections.damage_marks) or ()]).marks
    if marks:
        shown = Shown(text=ctx.say(WORDS["marks"].fill(count=len(marks))), look="ref", href=f"#s-{DAMAGE}")
        yield OverviewLine(label=ctx.say(WORDS["damage"]), shown=(shown,))


OVERVIEW = Overview(on=CARS, asks=_asks, tell=_tell)
