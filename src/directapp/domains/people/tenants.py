"""Tenants: a dealer group or a fleet company, one row each; the row's id is the tenant's."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.collection import Collection, SetUp, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.domains.people.events import TENANT_NAMED
from directapp.domains.people.fields import Tenants
from directapp.domains.people.identity_providers import SIGN_IN_GROUP, asks_to_close_passwords
from directapp.domains.people.optional_steps import GROUP as STEPS_GROUP
from directapp.domains.people.optional_steps import SWITCH
from directapp.domains.people.roles import ADMIN, WORKING
from directapp.domains.people.second_factor import COMPANY_GROUP, note_since
from directapp.domains.people.values import STATUSES_FORM, parse_statuses
from directapp.kernel.text import _, pgettext

COLLECTION = Collection(
    name="tenants",
    set_up=SetUp(leave_out=("name", Tenants.passwords_off)),
    label=pgettext("tenant", "Company"),
    plural=_("Companies"),
    groups=(
        Group(
            "all",
            pgettext("tenant", "Company"),
            (field(Tenants.name, _("Name"), required=True, max_length=120),),
        ),
        Group(
            "settings",
            _("Settings"),
            (field(Tenants.settings, _("Settings"), Kind.JSON, form={"type": "object"}, default={}),),
        ),
        Group(
            "statuses",
            _("Statuses"),
            (field(Tenants.status_names, _("Names of statuses"), Kind.JSON, parse=parse_statuses, form=STATUSES_FORM),),
        ),
        Group(
            "modules",
            _("Modules"),
            (
                field(
                    Tenants.modules,
                    _("Modules"),
                    Kind.CHOICES,
                    default=[],
                    choices=choices(("dealership", _("Car dealers")), ("fleet", _("Vehicles and drivers"))),
                    help=_("What the menu offers; none ticked: all. Nobody loses a right by it, or gains one."),
                ),
            ),
        ),
        STEPS_GROUP,
        COMPANY_GROUP,
        SIGN_IN_GROUP,
    ),
    access=Access(
        grants=(
            *grants(WORKING, read=("all", "statuses", "modules")),
            Grant(role=ADMIN, read=("*",), write=("*",), verbs=("switch_step",)),
        ),
        systems=("signin", "importer", "demo", "workflow"),
    ),
    views=Views(columns=(Tenants.name,), title=(Tenants.name,), sort=(Tenants.name,), icon="building"),
    verbs=(SWITCH,),
    rules=(asks_to_close_passwords,),
    fill=(note_since,),
    events=(Emit(event=TENANT_NAMED, field=Tenants.name),),
)
