"""Comments: what people say about a car, or about something that belongs to it."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, One
from directapp.declare.collection import Collection, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.domains.records.events import COMMENT_MENTIONED, COMMENT_WRITTEN
from directapp.domains.records.rights import EVERYONE, SEEN, SEEN_OWN
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text

ABOUT = choices(
    ("cars", "Bil", "Car"),
    ("work_items", "Arbeidspunkt", "Work item"),
    ("inspections", "Kontroll", "Inspection"),
    ("parts_orders", "Delebestilling", "Parts order"),
    ("car_transfers", "Overføring", "Transfer"),
    ("car_accessories", "Tilbehør", "Accessory"),
    ("car_files", "Fil", "File"),
)


def _car_of_record(case: Case) -> Any:
    return case.get("record") if case.get("collection") in {None, "cars"} else None


def _record_of_car(case: Case) -> Any:
    return case.get("car") if case.get("collection") in {None, "cars"} else None


CONTENT = Group(
    "all",
    Text("Kommentar", "Comment"),
    (
        field(
            "car",
            "Bil",
            "Car",
            Kind.REF,
            ref="cars",
            on_delete="cascade",
            required=True,
            immutable=True,
            default=_car_of_record,
        ),
        field("collection", "Om", "About", Kind.CHOICE, choices=ABOUT, required=True, default="cars", immutable=True),
        field("record", "Post", "Record", Kind.REF, required=True, immutable=True, default=_record_of_car),
        field("text", "Kommentar", "Comment", Kind.TEXT, required=True, max_length=4000, search=True),
        field("mentions", "Nevnt", "Mentioned", Kind.REFS, ref="users"),
    ),
)


def record_is_the_car(case: Case) -> list[Problem]:
    """Demand that a comment on a car points to that car and to no other."""
    if case.get("collection") != "cars" or case.get("record") == case.get("car"):
        return []
    return [Problem(Text("Kommentaren peker på en annen bil.", "The comment points to another car."), field="record")]


def archived_is_silent(case: Case) -> list[Problem]:
    """Keep an archived car read-only."""
    if case.actor.is_system or case.one("car").get("status") != "archived":
        return []
    words = Text("Bilen er arkivert og kan ikke kommenteres.", "The car is archived and takes no comments.")
    return [Problem(words, field="car", code="CONFLICT")]


COMMENTS = Collection(
    name="comments",
    label=Text("Kommentar", "Comment"),
    plural=Text("Kommentarer", "Comments"),
    groups=(CONTENT,),
    access=Access(
        systems=("workflow", "vendor", "importer", "demo"),
        grants=(
            *grants(EVERYONE, rows=SEEN, read=("all",), write=("all",), edit=SEEN_OWN, create=True),
            Grant(role="tenant_admin", write=("*",), create=True),
        ),
    ),
    views=Views(
        columns=("created_at", "created_by", "car", "text"),
        title=("text",),
        filters=("created_by", "collection"),
        icon="message",
    ),
    rules=(record_is_the_car, archived_is_silent),
    related=(One("car", "car", "cars"),),
    indexes=(("collection", "record"), ("car", "created_at")),
    events=(Emit(event=COMMENT_WRITTEN, field="text"), Emit(event=COMMENT_MENTIONED, field="mentions")),
)
