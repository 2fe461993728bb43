"""The front page of administration: what this person may open there. A page is added as one line of PLACES."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response

from directapp.derive.shown import writable_anywhere
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.features.admin.words import WORDS, speak_admin
from directapp.interfaces.web.records.goals import GOALS
from directapp.interfaces.web.records.record_links import COLOURS, EXPLORERS
from directapp.kernel.errors import ForbiddenError
from directapp.kernel.text import Text

PATH = "/app/admin"
TEMPLATES = "inspection_templates"
HOOK_LOG = "webhook_deliveries"


@dataclass(frozen=True, slots=True)
class Place:
    """A page of administration: its name, what it is for, who may open it, and the collections that it stands for."""

    name: str
    about: str
    icon: str
    href: str
    opens: Callable[[RequestContext], bool]
    collections: tuple[str, ...] = ()

    @property
    def label(self) -> Text:
        """What it is called."""
        return WORDS[self.name]

    @property
    def told(self) -> Text:
        """What it is for."""
        return WORDS[self.about]


def writes(collection: str, *fields: str) -> Callable[[RequestContext], bool]:
    """Return whether a person writes any of these fields, or any at all, in some record of a collection."""

    def asked(ctx: RequestContext) -> bool:
        meta = ctx.spec.get(collection)
        written = writable_anywhere(ctx.person, meta) if meta else frozenset()
        return bool(written & set(fields) if fields else written)

    return asked


def does(collection: str, verb: str) -> Callable[[RequestContext], bool]:
    """Return whether a person has a verb on some record of a collection."""

    def asked(ctx: RequestContext) -> bool:
        meta = ctx.spec.get(collection)
        grants = meta.grants_of(ctx.person.roles) if meta else ()
        return any(verb in g.verbs or "*" in g.verbs for g in grants)

    return asked


def opens(collection: str) -> Callable[[RequestContext], bool]:
    """Return whether a person opens a collection."""

    def asked(ctx: RequestContext) -> bool:
        meta = ctx.spec.get(collection)
        return bool(meta and meta.grants_of(ctx.person.roles))

    return asked


def has_role(*roles: str) -> Callable[[RequestContext], bool]:
    """Return whether a person has one of these roles."""
    return lambda ctx: bool(ctx.person.roles & set(roles))


PLACES: tuple[Place, ...] = (
    Place("users", "users_about", "users", f"{PATH}/people", does("users", "invite"), ("users",)),
    Place("sites", "sites_about", "building-store", f"{PATH}/sites", writes(SITES), (SITES,)),
    Place("branding", "branding_about", "photo", "/app/branding", writes(SITES, COLOURS)),
    Place("goals", "goals_about", "alarm", f"{PATH}/goals", writes(SITES, GOALS)),
    Place("templates", "templates_about", "list-check", f"{PATH}/templates", writes(TEMPLATES), (TEMPLATES,)),
    Place("letters", "letters_about", "mail", "/app/letters", has_role(*EXPLORERS)),
    Place("suppressed", "suppressed_about", "ban", "/app/suppressed_addresses", opens("suppressed_addresses")),
    Place("imports", "imports_about", "file-import", "/app/imports", opens("import_runs"), ("import_runs",)),
    Place("registry", "registry_about", "database", "/app/enrichment_runs", opens("enrichment_runs")),
    Place(
        "rules", "rules_about", "robot", "/app/workflow_rules", opens("workflow_rules"), ("workflow_rules", "rule_runs")
    ),
    Place("webhooks", "webhooks_about", "webhook", "/app/webhooks", opens("webhooks"), ("webhooks", HOOK_LOG)),
    Place("operations", "operations_about", "player-play", "/app/operations", opens("failed_jobs"), ("failed_jobs",)),
    Place("permissions", "permissions_about", "eye", "/app/permissions", has_role(*EXPLORERS)),
)


def places_of(ctx: RequestContext) -> tuple[Place, ...]:
    """Return the pages that a person may open, none before sign-in."""
    return tuple(p for p in PLACES if p.opens(ctx)) if ctx.actor else ()


def runs_admin(ctx: RequestContext) -> bool:
    """Whether administration stands in a person's menu."""
    return any(p.opens(ctx) for p in PLACES) if ctx.actor else False


def in_admin(ctx: RequestContext, name: str | None) -> bool:
    """Whether a collection is reached through administration by this person, and so not from the menu itself."""
    return any(name in p.collections and p.opens(ctx) for p in PLACES) if ctx.actor else False


def add_overview(router: APIRouter) -> None:
    """Add the front page of administration."""
    router.add_api_route(PATH, show_admin, methods=["GET"])


async def show_admin(ctx: PersonContext) -> Response:
    """Show the pages that this person may open."""
    places = places_of(ctx)
    if not places:
        raise ForbiddenError
    told = [(p, ctx.say(p.label), ctx.say(p.told)) for p in places]
    return ctx.page("admin/overview.html", here="admin", a=speak_admin(ctx.language), places=told)
