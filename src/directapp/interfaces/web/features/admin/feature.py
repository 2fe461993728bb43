"""Administration: people, sites, goals, inspection templates, who may see what, and where the rest is set up."""

from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Feature, Link, RecordAction, SettingsPage
from directapp.interfaces.web.core.goals import GOALS
from directapp.interfaces.web.core.rights import does, opens, writes
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.admin import goals, overview, people, permissions, templates, tree
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
        *people.ROUTES,
        *tree.ROUTES,
        *goals.ROUTES,
        *templates.ROUTES,
    ),
    actions=(
        RecordAction(on=overview.TEMPLATES, link=_edit_items),
        RecordAction(link=_who_sees),
    ),
    settings=(
        SettingsPage(
            order=10,
            href=people.HERE,
            label=WORDS["users"],
            about=WORDS["users_about"],
            icon="users",
            visible=does("users", "invite"),
            collections=("users",),
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
            order=40,
            href=goals.HERE,
            label=WORDS["goals"],
            about=WORDS["goals_about"],
            icon="alarm",
            visible=writes(SITES, GOALS),
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
            order=130,
            href=permissions.PATH,
            label=WORDS["permissions"],
            about=WORDS["permissions_about"],
            icon="eye",
            visible=permissions.explores,
        ),
    ),
)
