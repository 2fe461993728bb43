"""Import rows: each row as it came, what was made of it and why, and a place to correct it."""

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, Parent, Who
from directapp.domains.imports.import_runs import OUTCOMES
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text

WAITING = frozenset({"held", "rejected"})

DECISIONS = choices(("take", "Ta inn", "Take"), ("skip", "Hopp over", "Skip"))

READ = Group(
    "read",
    Text("Lest", "Read"),
    (
        field(
            "run", "Import", "Import", Kind.REF, ref="import_runs", on_delete="cascade", required=True, computed=True
        ),
        field("collection", "Samling", "Collection", required=True, max_length=60, computed=True),
        field("row_number", "Rad", "Row", Kind.INTEGER, minimum=0, required=True, computed=True),
        field("external_id", "Id i kilden", "Id in the source", max_length=100, computed=True, search=True),
        field("hash", "Avtrykk", "Hash", max_length=64, computed=True),
        field("data", "Slik den kom", "As it came", Kind.JSON, computed=True),
    ),
)
MADE = Group(
    "made",
    Text("Utfall", "Outcome"),
    (
        field("outcome", "Utfall", "Outcome", Kind.CHOICE, choices=OUTCOMES, required=True, computed=True),
        field("notes", "Merknader", "Notes", Kind.JSON, computed=True),
        field("record", "Post", "Record", Kind.REF, computed=True),
    ),
)
CORRECTION = Group(
    "correction",
    Text("Rettelse", "Correction"),
    (
        field("corrected", "Rettede verdier", "Corrected values", Kind.JSON, form={"type": "object"}),
        field("decision", "Avgjørelse", "Decision", Kind.CHOICE, choices=DECISIONS),
    ),
)


def correct_what_waits(case: Case) -> list[Problem]:
    """Only a row that is held or rejected waits for a person."""
    if case.actor.is_system or not case.changed("corrected", "decision") or case.was("outcome") in WAITING:
        return []
    words = Text(
        "Raden er alt tatt inn. Rett posten den ble til.", "The row is already in. Correct the record it became."
    )
    return [Problem(words, code="CONFLICT")]


def corrected_is_a_row(case: Case) -> list[Problem]:
    """Demand that a correction names columns and their values."""
    corrected = case.get("corrected")
    if corrected is None or (isinstance(corrected, dict) and all(isinstance(k, str) for k in corrected)):
        return []
    return [Problem(Text("Skal være kolonner med verdier.", "Must be columns with values."), field="corrected")]


IMPORT_ROWS = Collection(
    name="import_rows",
    label=Text("Importert rad", "Import row"),
    plural=Text("Importerte rader", "Import rows"),
    groups=(READ, MADE, CORRECTION),
    access=Access(
        systems=("importer",),
        grants=(
            Grant(role="manager", rows=Parent("run", "import_runs", Is("dealership", Who.SITE))),
            Grant(role="tenant_admin", write=("*",)),
        ),
    ),
    views=Views(
        columns=("row_number", "collection", "external_id", "outcome", "notes", "record"),
        title=("collection", "row_number"),
        sort=("row_number",),
        filters=("run", "outcome", "collection"),
        icon="table-row",
    ),
    rules=(correct_what_waits, corrected_is_a_row),
    unique=(
        Unique(
            fields=("run", "collection", "row_number"),
            message=Text("Raden er alt lest i denne importen.", "The import has already read that row."),
        ),
    ),
    indexes=(("collection", "external_id"), ("run", "outcome"), ("collection", "record")),
)
