"""A car's inspections in its feed."""

from collections.abc import Iterable

from directapp.domains.workshop.fields import Inspections
from directapp.interfaces.web.core.beside import Ask, ask_children
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import FeedLine, FeedSource, Rows
from directapp.interfaces.web.core.moments import moment_of
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.floor.inspections.checklist import INSPECTIONS
from directapp.interfaces.web.features.floor.inspections.outline import CARS
from directapp.kernel.text import _, ngettext

_APPROVED, _FAILED = _("approved"), _("not approved")
_REMARKS = ngettext("1 remark", "{count} remarks")
_FIELDS = (
    *(Inspections.kind, Inspections.signed_at, Inspections.signed_by, Inspections.approved, Inspections.remarks),
    *(Inspections.created_at, Inspections.created_by),
)


def _ask(ctx: RequestContext, record: Record, most: int) -> Ask:
    return ask_children(ctx, record.meta, record.id, INSPECTIONS, _FIELDS, limit=most)


def _tell(ctx: RequestContext, _: Record, rows: Rows) -> Iterable[FeedLine]:
    meta, tell = ctx.spec[INSPECTIONS], ctx.formatter.value
    for row in rows:
        at, when = moment_of(ctx, meta, row, Inspections.signed_at, Inspections.created_at)
        who = tell(meta, Inspections.signed_by, row) or tell(meta, Inspections.created_by, row)
        words = [tell(meta, Inspections.kind, row).text]
        if row.get(Inspections.approved) is not None:
            words.append(ctx.say(_APPROVED if row[Inspections.approved] else _FAILED))
        if row.get(Inspections.remarks):
            words.append(ctx.say(_REMARKS.fill(count=row[Inspections.remarks])))
        yield FeedLine(
            at=at,
            when=when,
            who=who.text,
            icon="clipboard-check",
            text=", ".join(words),
            href=f"/app/{INSPECTIONS}/{row['id']}",
        )


FEED = FeedSource(code=INSPECTIONS, label=_("Inspections"), ask=_ask, tell=_tell, on=CARS)
