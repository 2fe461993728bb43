"""Tenants: a dealer group or a fleet company, one row each; the row's id is the tenant's."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.collection import Collection, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.domains.people.events import TENANT_NAMED
from directapp.domains.people.roles import ADMIN, WORKING
from directapp.kernel.text import _, pgettext

COLLECTION = Collection(
    name="tenants",
    label=pgettext("tenant", "Company"),
    plural=_("Companies"),
    groups=(
        Group(
            "all",
            pgettext("tenant", "Company"),
            (field("name", _("Name"), required=True, max_length=120),),
        ),
        Group(
            "settings",
            _("Settings"),
            (field("settings", _("Settings"), Kind.JSON, form={"type": "object"}, default={}),),
        ),
    ),
    access=Access(
        grants=(
            *grants(WORKING, read=("all",)),
            Grant(role=ADMIN, read=("*",), write=("*",)),
        ),
        systems=("signin", "importer", "demo"),
    ),
    views=Views(columns=("name",), title=("name",), sort=("name",), icon="building"),
    events=(Emit(event=TENANT_NAMED, field="name"),),
)
