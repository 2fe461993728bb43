"""The plan: the calendar, bookings, one's own day, absences, proposals, making room and promises."""

from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Feature, HomeLink, Link, MenuEntry, Panel, RecordAction
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.plan import absence, booking, mine, moves, page, wizard
from directapp.interfaces.web.features.plan.outlook import promise, proposals, room
from directapp.interfaces.web.features.plan.outlook.asking import PROMISE, may_ask
from directapp.interfaces.web.features.plan.outlook.words import WORDS as OUTLOOK_WORDS
from directapp.interfaces.web.features.plan.scope import (
    CARS,
    PLAN,
    RESOURCES,
    begins_with_plan,
    may_plan,
    opens_plan,
    plan_home,
)
from directapp.interfaces.web.features.plan.words import WORDS
from directapp.kernel.text import Text, _

_CALENDAR_LINK = _("Make a calendar link")
# The status in which planning is what a car waits for.
_TO_PLAN = "ready_to_plan"


def _book(ctx: RequestContext, record: Record) -> Link | None:
    """Return the way from a car to a booking of it, for whoever plans, while there is work to plan."""
    flow, status = record.meta.declared.workflow, record.view.row.get("status")
    state = flow.state(status) if flow else None
    if state is None or state.locked or not record.view.full or not (opens_plan(ctx) and may_plan(ctx)):
        return None
    href = f"{PLAN}/book?car={record.id}"
    return Link(href, ctx.say(WORDS["book_time"]), "calendar-plus", primary=status == _TO_PLAN)


def _calendar_link(ctx: RequestContext, record: Record) -> Link | None:
    if not record.view.writable:
        return None
    return Link(f"/app/calendar_feeds/do/issue?resource={record.id}", ctx.say(_CALENDAR_LINK), "calendar-plus")


def _shows_promise(ctx: RequestContext, record: Record) -> bool:
    return record.view.full and may_ask(ctx)


def _home_label(ctx: RequestContext) -> Text:
    return WORDS["plan" if plan_home(ctx) == PLAN else "my_plan"]


FEATURE = Feature(
    name="plan",
    routes=(
        *page.ROUTES,
        *moves.ROUTES,
        *booking.ROUTES,
        *wizard.ROUTES,
        *mine.ROUTES,
        *absence.ROUTES,
        *proposals.ROUTES,
        *room.ROUTES,
        *promise.ROUTES,
    ),
    menu=(
        MenuEntry(
            href=plan_home,
            label=WORDS["plan"],
            icon="calendar-week",
            visible=opens_plan,
            codes=frozenset({"plan", "plan-mine"}),
            order=30,
        ),
    ),
    panels=(
        Panel(
            on=CARS,
            code=PROMISE,
            label=OUTLOOK_WORDS["promise"],
            icon="calendar-check",
            visible=_shows_promise,
            first=True,
        ),
    ),
    actions=(
        RecordAction(on=CARS, link=_book, next_step=True),
        RecordAction(on=RESOURCES, link=_calendar_link),
    ),
    home_links=(HomeLink(href=plan_home, label=_home_label, visible=begins_with_plan),),
)
