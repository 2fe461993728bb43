"""The plan: the calendar, bookings, one's own day, absences, proposals, making room and promises."""

from directapp.domains.cars.fields import Cars
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Feature, FoundPage, HomeLink, Link, MenuEntry, RecordAction
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.plan import absence, booking, mine, moves, page, wizard
from directapp.interfaces.web.features.plan.feed import FEED
from directapp.interfaces.web.features.plan.outlook import drafts, promise, proposals, room
from directapp.interfaces.web.features.plan.overview import OVERVIEW
from directapp.interfaces.web.features.plan.scope import (
    CARS,
    PLAN,
    RESOURCES,
    begins_with_plan,
    may_plan,
    opens_plan,
    plan_home,
)
from directapp.interfaces.web.features.plan.settings import SETTINGS
from directapp.interfaces.web.features.plan.words import WORDS
from directapp.kernel.text import Text, _

_CALENDAR_LINK = _("Make a calendar link")
# The status in which planning is what a car waits for.
_TO_PLAN = "ready_to_plan"


def _book(ctx: RequestContext, record: Record) -> Link | None:
    """Return the way from a car to a booking of it, for whoever plans, while there is work to plan."""
    flow, status = record.meta.declared.workflow, record.view.row.get(Cars.status)
    state = flow.state(status) if flow else None
    if state is None or state.locked or not record.view.full or not (opens_plan(ctx) and may_plan(ctx)):
        return None
    href = f"{PLAN}/book?car={record.id}"
    return Link(href, ctx.say(WORDS["book_time"]), "calendar-plus", primary=status == _TO_PLAN)


def _calendar_link(ctx: RequestContext, record: Record) -> Link | None:
    if not record.view.writable:
        return None
    return Link(f"/app/calendar_feeds/do/issue?resource={record.id}", ctx.say(_CALENDAR_LINK), "calendar-plus")


def _proposes(ctx: RequestContext) -> bool:
    return opens_plan(ctx) and proposals.may_propose(ctx)


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
        *drafts.ROUTES,
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
    overviews=(OVERVIEW,),
    feeds=(FEED,),
    actions=(
        RecordAction(on=CARS, link=_book, next_step=True),
        RecordAction(on=RESOURCES, link=_calendar_link),
    ),
    settings=SETTINGS,
    found_pages=(FoundPage(href=proposals.PATH, label=WORDS["proposals"], visible=_proposes),),
    home_links=(HomeLink(href=plan_home, label=_home_label, visible=begins_with_plan),),
)
