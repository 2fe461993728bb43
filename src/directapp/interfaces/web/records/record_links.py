"""Where else a record's page leads: the site's look, and who may see what."""

from dataclasses import dataclass
from uuid import UUID

from directapp.declare.spec import CollectionMeta
from directapp.domains.people.roles import ADMIN, MANAGER
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.branding.swatches import WORDS as BRANDING
from directapp.interfaces.web.features.plan.scope import CARS, PLAN, may_plan, opens_plan
from directapp.interfaces.web.features.plan.words import say
from directapp.kernel.text import Text
from directapp.services.reading import View

COLOURS = "brand_colors"
# Who looks into the rights of others.
EXPLORERS = frozenset({ADMIN, MANAGER})
EDIT_ITEMS = Text("Rediger punktene", "Edit the items")
CALENDAR = Text("Lag kalenderlenke", "Make a calendar link")
WHO_SEES = Text("Hvem kan se dette?", "Who may see this?")


@dataclass(frozen=True, slots=True)
class Link:
    """A page that belongs to a record."""

    href: str
    label: str
    icon: str
    primary: bool = False


def booking_of(ctx: RequestContext, meta: CollectionMeta, record: UUID, view: View) -> Link | None:
    """Return the way from a car to a booking of it, for whoever plans, while there is work to plan."""
    flow, status = meta.declared.workflow, view.row.get("status")
    state = flow.state(status) if meta.name == CARS and flow else None
    if state is None or state.locked or not view.full or not (opens_plan(ctx) and may_plan(ctx)):
        return None
    label = say("book_time", ctx.language)
    return Link(f"{PLAN}/book?car={record}", label, "calendar-plus", primary=status == "ready_to_plan")


def links_of(ctx: RequestContext, meta: CollectionMeta, record: UUID, view: View) -> tuple[Link, ...]:
    """Return the pages that belong to a record and are this person's to open."""
    made = []
    if meta.name == SITES and COLOURS in view.writable:
        made.append(Link(f"/app/branding?site={record}", ctx.say(BRANDING["open"]), "photo"))
    if meta.name == "inspection_templates" and "items" in view.writable:
        made.append(Link(f"/app/admin/templates/{record}", ctx.say(EDIT_ITEMS), "list-check"))
    if meta.name == "resources" and view.writable:
        made.append(Link(f"/app/calendar_feeds/do/issue?resource={record}", ctx.say(CALENDAR), "calendar-plus"))
    if ctx.person.roles & EXPLORERS:
        made.append(Link(f"/app/permissions?collection={meta.name}&record={record}", ctx.say(WHO_SEES), "eye"))
    return tuple(made)
