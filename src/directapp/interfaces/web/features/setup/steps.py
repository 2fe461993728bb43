"""The steps of the guide: what each is about, where it is done, and whether it has been."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.goals import GOALS
from directapp.store.query import Order, Query

PATH = "/app/setup"
TENANTS = "tenants"
_MOST = 200
# What is counted, and the fields that tell whether a site has been looked after.
_COUNTED = (
    "users",
    "working_hours",
    "resource_types",
    "resource_sharing",
    "inspection_templates",
    "cars",
    "resource_bookings",
)


# Ways to the world outside: what each is called, by the setting that turns it on.
MAIL = {"resend_key": "Resend", "smtp_host": "SMTP"}
SMS = {"sveve_user": "Sveve", "twilio_account": "Twilio"}
REGISTRY = {"vegvesen_key": "Statens vegvesen", "maskinporten_client": "Maskinporten"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a company has so far."""

    counts: Mapping[str, int]
    sites: tuple[Mapping[str, Any], ...]
    tenant: Mapping[str, Any]
    settings: object

    @property
    def skipped(self) -> frozenset[str]:
        """The steps that were skipped."""
        kept = (self.tenant.get("settings") or {}).get("setup") or {}
        return frozenset(kept.get("skipped") or ())


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its code names its words; ``count`` is what it tells of, ``done`` whether it has been done."""

    code: str
    href: str
    done: Callable[[Facts], bool]
    count: Callable[[Facts], int] | None = None


def settings_of(ctx: RequestContext) -> object:
    """Return the settings of the installation."""
    return getattr(ctx.request.app.state, "settings", None)


def way_in_use(settings: object, ways: Mapping[str, str]) -> str:
    """Return what the first of some ways is called that the installation has set up, empty where it has none."""
    return next((name for setting, name in ways.items() if getattr(settings, setting, "")), "")


def _has_way(ways: Mapping[str, str]) -> Callable[[Facts], bool]:
    return lambda facts: bool(way_in_use(facts.settings, ways))


def _counted(name: str) -> Callable[[Facts], int]:
    return lambda facts: facts.counts[name]


def _some(name: str, least: int = 1) -> Callable[[Facts], bool]:
    return lambda facts: facts.counts[name] >= least


def _site_with(*fields: str) -> Callable[[Facts], bool]:
    return lambda facts: any(site.get(name) for site in facts.sites for name in fields)


STEPS = (
    Step("company", "/app/admin/company", lambda facts: bool(facts.tenant.get("name"))),
    Step("sites", f"{PATH}/sites", lambda facts: bool(facts.sites), lambda facts: len(facts.sites)),
    # Whoever sets up is one already.
    Step("people", f"{PATH}/people", _some("users", 2), _counted("users")),
    Step("hours", f"{PATH}/hours", _some("working_hours")),
    Step("types", "/app/resource_types", _some("resource_types"), _counted("resource_types")),
    Step("sharing", "/app/resource_sharing", _some("resource_sharing"), _counted("resource_sharing")),
    Step("goals", "/app/admin/goals", _site_with(GOALS)),
    Step("branding", "/app/branding", _site_with("logo", "brand_colors")),
    Step("checklists", "/app/admin/templates", _some("inspection_templates"), _counted("inspection_templates")),
    Step("mail", f"{PATH}/trying", _has_way(MAIL)),
    Step("sms", f"{PATH}/trying", _has_way(SMS)),
    Step("registry", f"{PATH}/trying", _has_way(REGISTRY)),
    Step("car", "/app/cars/new", _some("cars"), _counted("cars")),
    Step("plan", "/app/plan/book", _some("resource_bookings"), _counted("resource_bookings")),
)
CODES = frozenset(step.code for step in STEPS)


async def read_facts(ctx: RequestContext) -> Facts:
    """Return what the person's company has, counting no further than a page tells."""
    names = ("id", GOALS, "logo", "brand_colors")
    query = Query(fields=tuple((n,) for n in names), sort=(Order("id"),), limit=_MOST)
    return Facts(
        counts={name: await _count(ctx, name) for name in _COUNTED},
        sites=tuple(await ctx.rows(SITES, query)),
        tenant=await ctx.one(TENANTS, ctx.person.tenant),
        settings=settings_of(ctx),
    )


async def _count(ctx: RequestContext, name: str) -> int:
    return len(await ctx.rows(name, Query(fields=(("id",),), sort=(Order("id"),), limit=_MOST)))
