"""Import runs: one reading of a folder or a file, tried out or for good, with what came of it."""

from directapp.declare.access import Access, Grant
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Choice, Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, Who
from directapp.domains.imports.fields import ImportRuns
from directapp.domains.people.fields import DEALERSHIPS
from directapp.kernel.text import _, pgettext
from directapp.services.attachments import FILES

OUTCOMES: tuple[Choice, ...] = choices(
    ("created", _("Created")),
    ("changed", _("Changed")),
    ("unchanged", _("Unchanged")),
    ("repaired", _("Repaired")),
    ("held", _("Held")),
    ("rejected", _("Rejected")),
)


def _count(outcome: Choice) -> Field:
    return Field(name=outcome.code, label=outcome.label, kind=Kind.INTEGER, default=0, minimum=0, computed=True)


SOURCE = Group(
    "source",
    _("Source"),
    (
        field(
            ImportRuns.source,
            _("Source"),
            Kind.CHOICE,
            required=True,
            computed=True,
            choices=choices(("prototype", _("The prototype")), ("csv", _("CSV")), ("xlsx", _("Excel"))),
        ),
        field(ImportRuns.name, _("Folder or file"), computed=True, max_length=400, search=True),
        field(ImportRuns.file, _("Uploaded file"), Kind.REF, ref=FILES, on_delete="set_null", computed=True),
        field(ImportRuns.collection, _("Collection"), computed=True, max_length=60),
        field(ImportRuns.columns, _("Columns"), Kind.JSON, computed=True),
        field(
            ImportRuns.dealership,
            _("Site"),
            Kind.REF,
            ref=DEALERSHIPS,
            computed=True,
            help=_("Empty when the run is for the whole group."),
        ),
    ),
)
COURSE = Group(
    "course",
    pgettext("how it goes", "Course"),
    (
        field(
            ImportRuns.status,
            _("Status"),
            Kind.CHOICE,
            computed=True,
            default="running",
            choices=choices(("running", _("Running")), ("finished", _("Finished")), ("failed", _("Stopped"))),
        ),
        field(ImportRuns.dry_run, _("Dry run"), Kind.BOOLEAN, default=True, computed=True),
        field(ImportRuns.started_at, _("Started"), Kind.INSTANT, computed=True, default=lambda case: case.now),
        field(ImportRuns.finished_at, _("Finished"), Kind.INSTANT, computed=True),
        field(ImportRuns.failure, _("Why it stopped"), Kind.TEXT, computed=True),
    ),
)
RESULT = Group(
    "result",
    _("Result"),
    (
        field(ImportRuns.rows_total, _("Rows"), Kind.INTEGER, default=0, minimum=0, computed=True),
        field(ImportRuns.rows_done, pgettext("rows", "Done"), Kind.INTEGER, default=0, minimum=0, computed=True),
        *(_count(outcome) for outcome in OUTCOMES),
        field(ImportRuns.report, _("Report"), Kind.JSON, computed=True),
    ),
)

IMPORT_RUNS = Collection(
    name="import_runs",
    label=_("Import"),
    plural=_("Imports"),
    groups=(SOURCE, COURSE, RESULT),
    access=Access(
        systems=("importer",),
        grants=(
            Grant(role="manager", rows=Is(ImportRuns.dealership, Who.SITE)),
            Grant(role="tenant_admin", write=("*",)),
        ),
    ),
    views=Views(
        columns=(
            ImportRuns.started_at,
            ImportRuns.source,
            ImportRuns.name,
            ImportRuns.status,
            ImportRuns.dry_run,
            ImportRuns.rows_total,
            *(o.code for o in OUTCOMES),
        ),
        title=(ImportRuns.name, ImportRuns.started_at),
        sort=("-started_at",),
        filters=(ImportRuns.source, ImportRuns.status, ImportRuns.dry_run),
        icon="file-import",
        menu=True,
    ),
)
