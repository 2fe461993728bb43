"""Departments: whom a company's vehicles, people and costs belong to, across its sites."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.collection import Collection, SetUp, Unique, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.domains.people.fields import DEALERSHIPS, DEPARTMENTS, USERS, Departments
from directapp.domains.people.roles import ADMIN, WORKING
from directapp.kernel.text import _, pgettext

COLLECTION = Collection(
    name=DEPARTMENTS,
    set_up=SetUp(key=(Departments.name,), leave_out=(Departments.manager,)),
    label=_("Department"),
    plural=_("Departments"),
    groups=(
        Group(
            "all",
            _("Department"),
            (
                field(Departments.name, _("Name"), required=True, max_length=120, search=True),
                field(Departments.parent, _("Belongs to"), Kind.REF, ref=DEPARTMENTS, tree=True),
                field(Departments.dealership, _("Site"), Kind.REF, ref=DEALERSHIPS),
                field(Departments.cost_centre, _("Cost centre"), code=True, max_length=20, search=True),
                field(Departments.manager, _("Head of department"), Kind.REF, ref=USERS, on_delete="set_null"),
                field(Departments.active, pgettext("department", "Active"), Kind.BOOLEAN, default=True),
            ),
        ),
    ),
    access=Access(
        grants=(
            *grants(WORKING, read=("all",)),
            Grant(role=ADMIN, read=("*",), write=("*",), create=True),
        ),
        systems=("importer", "demo"),
    ),
    views=Views(
        columns=(
            Departments.name,
            Departments.parent,
            Departments.dealership,
            Departments.cost_centre,
            Departments.manager,
        ),
        title=(Departments.name,),
        sort=(Departments.name,),
        filters=(Departments.dealership, Departments.active),
        keys=(Departments.cost_centre,),
        icon="hierarchy-2",
    ),
    unique=(Unique(fields=(Departments.name,), message=_("Another department has this name.")),),
)
