"""List columns: which columns a person wants in a list, and in which order; nobody else's business."""

from typing import Any

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, Who
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import ROLE_CHOICES
from directapp.domains.saved_views.fields import ListColumns
from directapp.domains.saved_views.views import COLUMNS_FORM, read_columns
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

_OWN = Is(ListColumns.person, Who.USER)


def _own(case: Case) -> Any:
    return case.actor.user


CONTENT = Group(
    "all",
    _("Columns"),
    (
        field(
            ListColumns.person,
            _("Person"),
            Kind.REF,
            ref=USERS,
            required=True,
            immutable=True,
            on_delete="cascade",
            default=_own,
            personal="employee",
        ),
        field(ListColumns.collection, _("List"), required=True, max_length=60, immutable=True),
        field(
            ListColumns.columns, _("Columns"), Kind.JSON, parse=read_columns, form=COLUMNS_FORM, default=lambda _: []
        ),
    ),
)


def is_ones_own(case: Case) -> list[Problem]:
    """Let people arrange their own lists only."""
    if case.actor.is_system or case.get(ListColumns.person) == case.actor.user:
        return []
    return [Problem(_("Choose for yourself only."), field=ListColumns.person)]


LIST_COLUMNS = Collection(
    name="list_columns",
    label=_("Choice of columns"),
    plural=_("Choices of columns"),
    groups=(CONTENT,),
    access=Access(
        grants=tuple(
            Grant(role=role.code, rows=_OWN, read=("all",), write=("all",), create=True, delete=True)
            for role in ROLE_CHOICES
        ),
        systems=("demo",),
        delete_why=_("People go back to the standard columns."),
    ),
    views=Views(
        columns=(ListColumns.collection, ListColumns.columns),
        title=(ListColumns.collection,),
        sort=(ListColumns.collection,),
        icon="columns",
    ),
    rules=(is_ones_own,),
    unique=(
        Unique(
            fields=(ListColumns.person, ListColumns.collection),
            message=_("The columns are chosen already."),
        ),
    ),
    history=False,
)
