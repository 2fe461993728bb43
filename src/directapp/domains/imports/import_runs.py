"""Import runs: one reading of a folder or a file, tried out or for good, with what came of it."""

from directapp.declare.access import Access, Grant
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Choice, Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, Who
from directapp.domains.people.fields import DEALERSHIPS
from directapp.kernel.text import Text
from directapp.services.attachments import FILES

OUTCOMES: tuple[Choice, ...] = choices(
    ("created", "Opprettet", "Created"),
    ("changed", "Endret", "Changed"),
    ("unchanged", "Uendret", "Unchanged"),
    ("repaired", "Rettet", "Repaired"),
    ("held", "Venter på avgjørelse", "Held"),
    ("rejected", "Avvist", "Rejected"),
)


def _count(outcome: Choice) -> Field:
    return Field(name=outcome.code, label=outcome.label, kind=Kind.INTEGER, default=0, minimum=0, computed=True)


SOURCE = Group(
    "source",
    Text("Kilde", "Source"),
    (
        field(
            "source",
            "Kilde",
            "Source",
            Kind.CHOICE,
            required=True,
            computed=True,
            choices=choices(
                ("prototype", "Prototypen", "The prototype"), ("csv", "CSV", "CSV"), ("xlsx", "Excel", "Excel")
            ),
        ),
        field("name", "Mappe eller fil", "Folder or file", computed=True, max_length=400, search=True),
        field("file", "Opplastet fil", "Uploaded file", Kind.REF, ref=FILES, on_delete="set_null", computed=True),
        field("collection", "Samling", "Collection", computed=True, max_length=60),
        field("columns", "Kolonner", "Columns", Kind.JSON, computed=True),
        field(
            "dealership",
            "Forhandler",
            "Dealership",
            Kind.REF,
            ref=DEALERSHIPS,
            computed=True,
            help=Text("Tom når kjøringen gjelder hele konsernet.", "Empty when the run is for the whole group."),
        ),
    ),
)
COURSE = Group(
    "course",
    Text("Gang", "Course"),
    (
        field(
            "status",
            "Status",
            "Status",
            Kind.CHOICE,
            computed=True,
            default="running",
            choices=choices(
                ("running", "Pågår", "Running"), ("finished", "Ferdig", "Finished"), ("failed", "Stoppet", "Stopped")
            ),
        ),
        field("dry_run", "Prøvekjøring", "Dry run", Kind.BOOLEAN, default=True, computed=True),
        field("started_at", "Startet", "Started", Kind.INSTANT, computed=True, default=lambda case: case.now),
        field("finished_at", "Ferdig", "Finished", Kind.INSTANT, computed=True),
        field("failure", "Hvorfor den stoppet", "Why it stopped", Kind.TEXT, computed=True),
    ),
)
RESULT = Group(
    "result",
    Text("Resultat", "Result"),
    (
        field("rows_total", "Rader", "Rows", Kind.INTEGER, default=0, minimum=0, computed=True),
        field("rows_done", "Behandlet", "Done", Kind.INTEGER, default=0, minimum=0, computed=True),
        *(_count(outcome) for outcome in OUTCOMES),
        field("report", "Rapport", "Report", Kind.JSON, computed=True),
    ),
)

IMPORT_RUNS = Collection(
    name="import_runs",
    label=Text("Import", "Import"),
    plural=Text("Importer", "Imports"),
    groups=(SOURCE, COURSE, RESULT),
    access=Access(
        systems=("importer",),
        grants=(
            Grant(role="manager", rows=Is("dealership", Who.SITE)),
            Grant(role="tenant_admin", write=("*",)),
        ),
    ),
    views=Views(
        columns=("started_at", "source", "name", "status", "dry_run", "rows_total", *(o.code for o in OUTCOMES)),
        title=("name", "started_at"),
        sort=("-started_at",),
        filters=("source", "status", "dry_run"),
        icon="file-import",
        menu=True,
    ),
)
