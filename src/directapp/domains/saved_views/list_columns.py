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
from directapp.domains.saved_views.views import COLUMNS_FORM, read_columns
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text

_OWN = Is("person", Who.USER)


def _own(case: Case) -> Any:
    return case.actor.user


CONTENT = Group(
    "all",
    Text("Kolonner", "Columns"),
    (
        field(
            "person",
            "Person",
            "Person",
            Kind.REF,
            ref=USERS,
            required=True,
            immutable=True,
            on_delete="cascade",
            default=_own,
        ),
        field("collection", "Liste", "List", required=True, max_length=60, immutable=True),
        field("columns", "Kolonner", "Columns", Kind.JSON, parse=read_columns, form=COLUMNS_FORM, default=lambda _: []),
    ),
)


def is_ones_own(case: Case) -> list[Problem]:
    """Let people arrange their own lists only."""
    if case.actor.is_system or case.get("person") == case.actor.user:
        return []
    return [Problem(Text("Velg bare for deg selv.", "Choose for yourself only."), field="person")]


LIST_COLUMNS = Collection(
    name="list_columns",
    label=Text("Kolonnevalg", "Choice of columns"),
    plural=Text("Kolonnevalg", "Choices of columns"),
    groups=(CONTENT,),
    access=Access(
        grants=tuple(
            Grant(role=role.code, rows=_OWN, read=("all",), write=("all",), create=True, delete=True)
            for role in ROLE_CHOICES
        ),
        systems=("demo",),
        delete_why=Text("Man går tilbake til standardkolonnene.", "People go back to the standard columns."),
    ),
    views=Views(columns=("collection", "columns"), title=("collection",), sort=("collection",), icon="columns"),
    rules=(is_ones_own,),
    unique=(
        Unique(
            fields=("person", "collection"),
            message=Text("Kolonnene er alt valgt.", "The columns are chosen already."),
        ),
    ),
    history=False,
)
