"""Consents: what a customer has agreed to and taken back, when and told to whom; never changed afterwards."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import SeenInFull
from directapp.domains.cars.fields import CARS, CONSENTS, Cars, Consents
from directapp.domains.people.fields import USERS
from directapp.kernel.text import _

_KNOW = "new_car_sales used_car_sales reception planner sales_manager manager finance"

# What is taken back was never given; who is forgotten has taken nothing back.
_NOBODYS = frozenset({"undo", "erase"})


def consent_noted(case: Case) -> list[Consequence]:
    """Note that a customer has given a consent, or taken it back."""
    given = case.get(Cars.consent_sms) is True
    if case.verb in _NOBODYS or given == (case.was(Cars.consent_sms) is True):
        return []
    values: Values = {
        Consents.car: case.get(Cars.id),
        Consents.purpose: "sms",
        Consents.given: given,
        Consents.at: case.now,
        Consents.by: case.actor.user,
    }
    return [Consequence(collection=CONSENTS, system="custodian", patch=values)]


CONSENT_LOG = Collection(
    name=CONSENTS,
    label=_("Consent"),
    plural=_("Consents"),
    groups=(
        Group(
            "all",
            _("Consent"),
            (
                field(
                    Consents.car,
                    _("Car"),
                    Kind.REF,
                    ref=CARS,
                    on_delete="cascade",
                    required=True,
                    computed=True,
                ),
                field(
                    Consents.purpose,
                    _("What it is for"),
                    Kind.CHOICE,
                    choices=choices(("sms", _("Text messages about the car"))),
                    computed=True,
                ),
                field(Consents.given, _("Given"), Kind.BOOLEAN, computed=True, personal="customer"),
                field(Consents.at, _("When"), Kind.INSTANT, computed=True),
                field(Consents.by, _("Noted by"), Kind.REF, ref=USERS, on_delete="set_null", computed=True),
            ),
        ),
    ),
    access=Access(
        systems=("custodian", "importer", "demo"),
        grants=(*grants(_KNOW, rows=SeenInFull("car", CARS)), Grant(role="tenant_admin")),
        delete_why=_("A consent that is taken back with its act was never given."),
    ),
    views=Views(
        columns=(Consents.car, Consents.purpose, Consents.given, Consents.at, Consents.by),
        title=(Consents.purpose,),
        sort=("-created_at",),
        filters=(Consents.given,),
        icon="checklist",
    ),
    indexes=(("car", "at"),),
    history=False,
)
