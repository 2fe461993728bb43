"""What customers and vendors were told and answered, in a record's feed."""

from collections.abc import Iterable

from directapp.domains.messages.fields import Messages
from directapp.interfaces.web.core.beside import Ask, ask_children
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import FeedLine, FeedSource, Rows
from directapp.interfaces.web.core.moments import moment_of
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.messages.communication import ICONS, MESSAGES, subject_of
from directapp.interfaces.web.features.messages.words import WORDS
from directapp.kernel.text import _
from directapp.store.query import Condition

_FIELDS = (
    *(Messages.receiver_kind, Messages.direction, Messages.channel, Messages.status, Messages.event),
    *(Messages.subject, Messages.body, Messages.at, Messages.created_at, Messages.created_by),
)
_OUTSIDE = ("customer", "vendor")


def _ask(ctx: RequestContext, record: Record, most: int) -> Ask:
    outside = Condition((Messages.receiver_kind,), "in", _OUTSIDE)
    return ask_children(ctx, record.meta, record.id, MESSAGES, _FIELDS, only=(outside,), limit=most)


def _tell(ctx: RequestContext, _: Record, rows: Rows) -> Iterable[FeedLine]:
    meta, tell = ctx.spec[MESSAGES], ctx.formatter.value
    for row in rows:
        at, when = moment_of(ctx, meta, row, Messages.at, Messages.created_at)
        incoming = row.get(Messages.direction) == "in"
        who = WORDS["from" if incoming else "to"].fill(who=tell(meta, Messages.receiver_kind, row).text)
        yield FeedLine(
            at=at,
            when=when,
            who=ctx.say(who),
            icon=ICONS.get(str(row.get(Messages.channel)), "message"),
            shown=() if incoming else (tell(meta, Messages.status, row),),
            text=subject_of(ctx, row),
            prose=str(row.get(Messages.body) or "") if incoming or not row.get(Messages.event) else "",
        )


FEED = FeedSource(code=MESSAGES, label=_("Messages"), ask=_ask, tell=_tell)
