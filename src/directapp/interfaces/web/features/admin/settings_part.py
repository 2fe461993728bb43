"""Settings on the pages of a site and of the company, in words, each with the way to its form."""

from collections.abc import Mapping
from typing import Any

from directapp.derive import present
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.companies import NAMES
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import RecordPart, Variables
from directapp.interfaces.web.core.goals import GOALS
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.admin import company, goals, limits
from directapp.interfaces.web.features.admin.words import WORDS, speak_admin


def settings_part(ctx: RequestContext, record: Record) -> Variables | None:
    """Return the goals and limits of a site as far as this person may read them; None where they may not."""
    told = [
        (ctx.say(WORDS[word]), shown(ctx, record.view.row.get(name) or {}), f"{href}?site={record.id}", name)
        for name, word, shown, href in (
            (GOALS, "goals", _shown_goals, goals.HERE),
            (limits.LIMITS, "limits", limits.shown_limits, limits.HERE),
        )
        if name in record.view.readable
    ]
    if not told:
        return None
    return {"a": speak_admin(ctx.language), "site_settings": told}


def _shown_goals(ctx: RequestContext, stored: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    words = WORDS["goal_told"]
    return [
        (
            ctx.say(state.label),
            ctx.say(words.fill(**{name: present.input_number(h, ctx.language) for name, h in goal.items()})),
        )
        for state in goals.states_of(ctx)
        if (goal := stored.get(state.code))
    ]


def company_part(ctx: RequestContext, _: Record) -> Variables | None:
    """Return the way to what is set for the company."""
    return {"a": speak_admin(ctx.language)}


PARTS = (
    RecordPart(
        on=SITES,
        template="admin/site_settings.html",
        load=settings_part,
        fields=frozenset({GOALS, limits.LIMITS}),
    ),
    RecordPart(
        on=company.TENANTS,
        template="admin/company.html",
        load=company_part,
        fields=frozenset({"settings", NAMES}),
        beside=True,
    ),
)
