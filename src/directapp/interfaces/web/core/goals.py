"""Goals: how long a record may stand at each status by its site's own goals, as far as the reader may know them."""

from directapp.derive.board import Goals
from directapp.derive.shown import readable_anywhere
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import RequestContext
from directapp.kernel.errors import ForbiddenError
from directapp.store.query import Order, Query

GOALS = "stage_goals"
_MOST = 500


async def goals_of(ctx: RequestContext) -> Goals:
    """Return the goals of the sites whose settings the reader sees, by site and status."""
    meta = ctx.spec.get(SITES)
    if meta is None or ctx.actor is None or GOALS not in readable_anywhere(ctx.person, meta):
        return {}
    query = Query(fields=(("id",), (GOALS,)), sort=(Order("id"),), limit=_MOST)
    try:
        rows = await ctx.rows(SITES, query)
    except ForbiddenError:
        return {}
    return {str(r["id"]): r.get(GOALS) or {} for r in rows}
