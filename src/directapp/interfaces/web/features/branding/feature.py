"""Branding: a site's logo and colours."""

from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Feature, Link, RecordAction, SettingsPage
from directapp.interfaces.web.core.rights import writes
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.branding import page
from directapp.interfaces.web.features.branding.swatches import WORDS


def _open(ctx: RequestContext, record: Record) -> Link | None:
    if not page.may_brand(record):
        return None
    return Link(f"{page.PATH}?site={record.id}", ctx.say(WORDS["open"]), "photo")


FEATURE = Feature(
    name="branding",
    routes=page.ROUTES,
    actions=(RecordAction(on=SITES, link=_open),),
    settings=(
        SettingsPage(
            order=30,
            href=page.PATH,
            label=WORDS["open"],
            about=WORDS["about"],
            icon="photo",
            visible=writes(SITES, page.COLOURS),
        ),
    ),
)
