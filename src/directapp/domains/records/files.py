"""Files: what is known of stored bytes. The bytes themselves lie outside, under a secret key."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Everything, In, Not, Parent, all_of, either
from directapp.domains.cars.fields import CARS
from directapp.domains.people.roles import WORKING
from directapp.domains.records.fields import CAR_FILES, Files
from directapp.domains.records.rights import OWN
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

PURPOSES = choices(
    ("car", _("For a car")),
    ("photo", _("Profile photo")),
    ("logo", _("Logo")),
    ("import", _("Import")),
)
# A face and a logo stand on everyone's pages.
# Taken off its last car, a file is its owner's alone.
ON_A_CAR = Parent("id", CAR_FILES, Everything(), key="file")
SHOWN_TO_ALL = In(Files.purpose, ("photo", "logo"))

ABOUT = Group(
    "all",
    _("File"),
    (
        field(Files.title, _("Title"), search=True, personal="customer"),
        field(Files.purpose, _("Purpose"), Kind.CHOICE, choices=PURPOSES, default="car", immutable=True),
        field(Files.name, _("File name"), computed=True, search=True, personal="customer"),
        field(Files.media_type, _("Media type"), computed=True, max_length=100),
        field(Files.size_bytes, _("Size"), Kind.INTEGER, computed=True, minimum=0, unit="byte"),
        field(Files.sha256, _("SHA-256"), computed=True, max_length=64),
        field(Files.width, _("Width"), Kind.INTEGER, computed=True, minimum=1, unit="px"),
        field(Files.height, _("Height"), Kind.INTEGER, computed=True, minimum=1, unit="px"),
        field(Files.storage_key, _("Storage key"), computed=True, secret=True, max_length=300),
        field(
            Files.car,
            _("Car"),
            Kind.REF,
            ref=CARS,
            on_delete="set_null",
            computed=True,
            help=_("The car it belongs to, and is seen with."),
        ),
    ),
)


def comes_with_bytes(case: Case) -> list[Problem]:
    """Refuse a file that is described but not uploaded."""
    if case.before is not None or case.get(Files.storage_key) is not None:
        return []
    return [Problem(_("Upload the file itself."))]


FILES = Collection(
    name="files",
    label=_("File"),
    plural=_("Files"),
    groups=(ABOUT,),
    access=Access(
        systems=("custodian", "workflow", "vendor", "importer", "demo"),
        grants=(
            *grants(WORKING, rows=either(ON_A_CAR, SHOWN_TO_ALL), read=("all",)),
            *grants(WORKING, rows=OWN, read=("all",), write=("all",), create=True),
            # Deleting goes with editing: it names a field that the owner writes anyway.
            *grants(WORKING, rows=all_of(OWN, Not(ON_A_CAR)), read=(), write=("title",), delete=True),
            Grant(role="tenant_admin", write=("*",), create=True),
            Grant(role="tenant_admin", rows=Not(ON_A_CAR), read=(), write=("title",), delete=True),
        ),
        erasable=True,
        delete_why=_("A file that is on no car can be deleted by whoever uploaded it."),
    ),
    views=Views(
        columns=(
            Files.name,
            Files.title,
            Files.media_type,
            Files.size_bytes,
            Files.purpose,
            Files.car,
            Files.created_at,
        ),
        title=(Files.title, Files.name),
        filters=(Files.purpose, Files.media_type, Files.car),
        icon="file",
    ),
    rules=(comes_with_bytes,),
    indexes=(("sha256",), ("created_by",), ("purpose",)),
)
