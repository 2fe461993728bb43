"""Unblocking: the way from a refusal to what takes it away."""

from uuid import UUID

from directapp.declare.spec import CollectionMeta
from directapp.derive.shown import page_of
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Link
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.covering import acts_of
from directapp.kernel.errors import Problem
from directapp.services.reading import View


def way_on(ctx: RequestContext, meta: CollectionMeta, record: UUID, view: View, problem: Problem) -> Link | None:
    """Return the way to the record, the act or the field that a refusal is about; None where this person has none."""
    if problem.stands_on is not None:
        other, found = problem.stands_on
        return Link(page_of(other, found), ctx.say(WORDS["other_record"]), "external-link")
    name = problem.field or ""
    act = acts_of(ctx, meta, view).get(name)
    if act is not None and act.blocked is None and view.row.get(name) in (None, False):
        return Link(act.page, act.verb.label.pick(ctx.language), act.verb.icon)
    group = meta.group_of(name)
    if name not in view.writable or group is None:
        return None
    return Link(f"/app/{meta.name}/{record}#g-{group.code}", meta.fields[name].label.pick(ctx.language), "pencil")
