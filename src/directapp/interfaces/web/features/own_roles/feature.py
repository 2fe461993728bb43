"""Roles of the company's own: their pages, and the way to them from a role's record."""

from directapp.domains.people.fields import ROLE_VERSIONS, ROLES, Roles
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Feature, Link, RecordAction, SettingsPage
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.own_roles import editing, page
from directapp.interfaces.web.features.own_roles.words import WORDS


def _gives(ctx: RequestContext, record: Record) -> Link | None:
    if not page.administers(ctx) or record.view.row.get(Roles.based_on) is None:
        return None
    return Link(f"{page.HERE}/{record.id}", ctx.say(WORDS["gives"]), "id-badge")


FEATURE = Feature(
    name="own_roles",
    routes=(*page.ROUTES, *editing.ROUTES),
    actions=(RecordAction(on=ROLES, link=_gives),),
    settings=(
        SettingsPage(
            order=129,
            href=page.HERE,
            label=WORDS["title"],
            about=WORDS["about"],
            icon="id-badge",
            visible=page.administers,
            collections=(ROLES, ROLE_VERSIONS),
        ),
    ),
)
