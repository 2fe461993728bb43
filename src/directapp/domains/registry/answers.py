"""Answers of the vehicle registry, kept for a while so that the same car is not asked for twice; never an owner.

They belong to the tenant that asked: which cars a dealer looks up is nobody else's business.
"""

from directapp.declare.access import Access, Grant
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Nothing
from directapp.domains.cars.fields import REGISTRY_ANSWERS as NAME
from directapp.domains.cars.fields import RegistryAnswers
from directapp.kernel.text import _, pgettext

REGISTRAR = "registry"
KINDS = choices(("vin", _("VIN")), ("plate", _("Licence plate")))
SOURCES = choices(("registry", _("Vehicle registry")), ("vin", _("The VIN")))

REGISTRY_ANSWERS = Collection(
    name=NAME,
    label=_("Answer of the vehicle registry"),
    plural=_("Answers of the vehicle registry"),
    groups=(
        Group(
            "all",
            _("Answer"),
            (
                field(
                    RegistryAnswers.kind,
                    pgettext("means", "Asked by"),
                    Kind.CHOICE,
                    choices=KINDS,
                    required=True,
                    immutable=True,
                ),
                field(RegistryAnswers.asked, _("Asked for"), required=True, max_length=17, immutable=True),
                field(RegistryAnswers.source, _("Source"), Kind.CHOICE, choices=SOURCES, required=True, immutable=True),
                field(RegistryAnswers.chassis_number, _("VIN"), max_length=20),
                # What is kept stands in the answer alone, not once more in the audit of every renewal.
                field(RegistryAnswers.found, _("Values"), Kind.JSON, secret=True),
                field(RegistryAnswers.details, _("Details"), Kind.JSON, secret=True),
                field(RegistryAnswers.fetched_at, _("Fetched"), Kind.INSTANT, required=True),
                field(RegistryAnswers.expires_at, _("Good until"), Kind.INSTANT, required=True),
            ),
        ),
    ),
    access=Access(
        # No person sees one; only the system actor deletes.
        grants=(Grant(role="tenant_admin", rows=Nothing(), delete=True),),
        systems=(REGISTRAR, "demo"),
        delete_why=_("An answer that has run out is deleted: it was here only to save a look-up."),
    ),
    views=Views(
        columns=(RegistryAnswers.kind, RegistryAnswers.asked, RegistryAnswers.fetched_at),
        title=(RegistryAnswers.asked,),
    ),
    unique=(
        Unique(
            fields=(RegistryAnswers.kind, RegistryAnswers.asked, RegistryAnswers.source),
            message=_("The answer is kept already."),
        ),
    ),
    indexes=(("expires_at",),),
    exposed=False,
    history=False,
)
