"""Administration: people, sites, goals, inspection templates, who may see what, and where the rest is set up."""

from directapp.domains.people.roles import ADMIN, MANAGER
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.companies import NAMES
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Feature, Link, RecordAction, SettingsPage
from directapp.interfaces.web.core.goals import GOALS
from directapp.interfaces.web.core.rights import both, does, has_role, lists, opens, writes
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.admin import (
    company,
    goals,
    limits,
    overview,
    people,
    permissions,
    statuses,
    steps,
    templates,
    tree,
)
from directapp.interfaces.web.features.admin.settings_part import PARTS
from directapp.interfaces.web.features.admin.words import WORDS
from directapp.kernel.text import _

_EDIT_ITEMS = _("Edit the items")
_WHO_SEES = _("Who may see this?")


def _edit_items(ctx: RequestContext, record: Record) -> Link | None:
    if "items" not in record.view.writable:
        return None
    return Link(f"{templates.HERE}/{record.id}", ctx.say(_EDIT_ITEMS), "list-check")


def _who_sees(ctx: RequestContext, record: Record) -> Link | None:
    if not permissions.explores(ctx):
        return None
    href = f"{permissions.PATH}?collection={record.meta.name}&record={record.id}"
    return Link(href, ctx.say(_WHO_SEES), "eye")


FEATURE = Feature(
    name="admin",
    routes=(
        *permissions.ROUTES,
        *overview.ROUTES,
        *company.ROUTES,
        *people.ROUTES,
        *tree.ROUTES,
        *goals.ROUTES,
        *limits.ROUTES,
        *steps.ROUTES,
        *statuses.ROUTES,
        *templates.ROUTES,
    ),
    actions=(
        RecordAction(on=overview.TEMPLATES, link=_edit_items),
        RecordAction(link=_who_sees),
    ),
    parts=PARTS,
    settings=(
        SettingsPage(
            order=5,
            href=company.HERE,
            label=WORDS["company"],
            about=WORDS["company_about"],
            icon="building",
            visible=writes(company.TENANTS),
            collections=(company.TENANTS,),
        ),
        SettingsPage(
            order=10,
            href=people.HERE,
            label=WORDS["users"],
            about=WORDS["users_about"],
            icon="users",
            visible=does("users", "invite"),
            collections=("users", "roles"),
        ),
        SettingsPage(
            order=20,
            href=tree.HERE,
            label=WORDS["sites"],
            about=WORDS["sites_about"],
            icon="building-store",
            visible=writes(SITES),
            collections=(SITES,),
        ),
        SettingsPage(
            order=25,
            href="/app/departments",
            label=WORDS["departments"],
            about=WORDS["departments_about"],
            icon="hierarchy-2",
            visible=writes("departments"),
            collections=("departments",),
        ),
        SettingsPage(
            order=26,
            href="/app/service_programs",
            label=WORDS["programs"],
            about=WORDS["programs_about"],
            icon="calendar-repeat",
            visible=both(has_role(ADMIN, MANAGER, "fleet_manager"), lists("maintenance_schedules")),
            collections=("service_programs",),
        ),
        SettingsPage(
            order=30,
            href="/app/tracking_purposes",
            label=WORDS["tracking"],
            about=WORDS["tracking_about"],
            icon="current-location",
            visible=writes("tracking_purposes"),
            collections=("tracking_purposes",),
        ),
        SettingsPage(
            order=40,
            href=goals.HERE,
            label=WORDS["goals"],
            about=WORDS["goals_about"],
            icon="alarm",
            visible=writes(SITES, GOALS),
        ),
        SettingsPage(
            order=45,
            href=limits.HERE,
            label=WORDS["limits"],
            about=WORDS["limits_about"],
            icon="coin",
            visible=writes(SITES, limits.LIMITS),
        ),
        SettingsPage(
            order=47,
            href=steps.HERE,
            label=WORDS["steps"],
            about=WORDS["steps_about"],
            icon="checklist",
            visible=writes(SITES, steps.FIELD),
        ),
        SettingsPage(
            order=48,
            href=statuses.HERE,
            label=WORDS["statuses"],
            about=WORDS["statuses_about"],
            icon="palette",
            visible=writes(company.TENANTS, NAMES),
        ),
        SettingsPage(
            order=49,
            href="/app/own_fields",
            label=WORDS["own_fields"],
            about=WORDS["own_fields_about"],
            icon="columns",
            visible=opens("own_fields"),
            collections=("own_fields",),
        ),
        SettingsPage(
            order=50,
            href=templates.HERE,
            label=WORDS["templates"],
            about=WORDS["templates_about"],
            icon="list-check",
            visible=writes(overview.TEMPLATES),
            collections=(overview.TEMPLATES,),
        ),
        SettingsPage(
            order=80,
            href="/app/imports",
            label=WORDS["imports"],
            about=WORDS["imports_about"],
            icon="file-import",
            visible=opens("import_runs"),
            collections=("import_runs",),
        ),
        SettingsPage(
            order=100,
            href="/app/workflow_rules",
            label=WORDS["rules"],
            about=WORDS["rules_about"],
            icon="robot",
            visible=opens("workflow_rules"),
            collections=("workflow_rules", "rule_runs"),
        ),
        SettingsPage(
            order=110,
            href="/app/webhooks",
            label=WORDS["webhooks"],
            about=WORDS["webhooks_about"],
            icon="webhook",
            visible=opens("webhooks"),
            collections=("webhooks", "webhook_deliveries"),
        ),
        SettingsPage(
            order=115,
            href="/app/api_keys",
            label=WORDS["keys"],
            about=WORDS["keys_about"],
            icon="key",
            visible=has_role(ADMIN),
            collections=("api_keys",),
        ),
        SettingsPage(
            order=117,
            href="/app/directory_tokens",
            label=WORDS["directory_tokens"],
            about=WORDS["directory_tokens_about"],
            icon="key",
            visible=opens("directory_tokens"),
            collections=("directory_tokens", "directory_people", "directory_members"),
        ),
        SettingsPage(
            order=118,
            href="/app/directory_groups",
            label=WORDS["directory_groups"],
            about=WORDS["directory_groups_about"],
            icon="id-badge",
            visible=opens("directory_groups"),
            collections=("directory_groups",),
        ),
        SettingsPage(
            order=120,
            href="/app/network_rules",
            label=WORDS["networks"],
            about=WORDS["networks_about"],
            icon="network",
            visible=opens("network_rules"),
            collections=("network_rules",),
        ),
        SettingsPage(
            order=125,
            href="/app/identity_providers",
            label=WORDS["providers"],
            about=WORDS["providers_about"],
            icon="login",
            visible=opens("identity_providers"),
            collections=("identity_providers", "identity_mappings"),
        ),
        SettingsPage(
            order=130,
            href=permissions.PATH,
            label=WORDS["permissions"],
            about=WORDS["permissions_about"],
            icon="eye",
            visible=permissions.explores,
        ),
    ),
)
