"""Import rows: each row as it came, what was made of it and why, and a place to correct it."""

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, Parent, Who
from directapp.domains.imports.fields import ImportRows
from directapp.domains.imports.import_runs import OUTCOMES
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext

WAITING = frozenset({"held", "rejected"})

DECISIONS = choices(("take", _("Take")), ("skip", _("Skip")))

READ = Group(
    "read",
    _("Read"),
    (
        field(
            ImportRows.run, _("Import"), Kind.REF, ref="import_runs", on_delete="cascade", required=True, computed=True
        ),
        field(ImportRows.collection, _("Collection"), required=True, max_length=60, computed=True),
        field(ImportRows.row_number, _("Row"), Kind.INTEGER, minimum=0, required=True, computed=True),
        field(ImportRows.external_id, _("Id in the source"), max_length=100, computed=True, search=True),
        field(ImportRows.hash, _("Hash"), max_length=64, computed=True),
        field(ImportRows.data, _("As it came"), Kind.JSON, computed=True, personal="customer"),
    ),
)
MADE = Group(
    "made",
    _("Outcome"),
    (
        field(ImportRows.outcome, _("Outcome"), Kind.CHOICE, choices=OUTCOMES, required=True, computed=True),
        field(ImportRows.notes, _("Notes"), Kind.JSON, computed=True),
        field(ImportRows.record, _("Record"), Kind.REF, computed=True),
    ),
)
CORRECTION = Group(
    "correction",
    pgettext("row of an import", "Correction"),
    (
        field(ImportRows.corrected, _("Corrected values"), Kind.JSON, form={"type": "object"}, personal="customer"),
        field(ImportRows.decision, _("Decision"), Kind.CHOICE, choices=DECISIONS),
    ),
)


def correct_what_waits(case: Case) -> list[Problem]:
    """Only a row that is held or rejected waits for a person."""
    if (
        case.actor.is_system
        or not case.changed(ImportRows.corrected, ImportRows.decision)
        or case.was(ImportRows.outcome) in WAITING
    ):
        return []
    words = _("The row is already in. Correct the record it became.")
    return [Problem(words, code="CONFLICT")]


def corrected_is_a_row(case: Case) -> list[Problem]:
    """Demand that a correction names columns and their values."""
    corrected = case.get(ImportRows.corrected)
    if corrected is None or (isinstance(corrected, dict) and all(isinstance(k, str) for k in corrected)):
        return []
    return [Problem(_("Must be columns with values."), field=ImportRows.corrected)]


IMPORT_ROWS = Collection(
    name="import_rows",
    label=_("Import row"),
    plural=_("Import rows"),
    groups=(READ, MADE, CORRECTION),
    access=Access(
        systems=("importer",),
        grants=(
            Grant(role="manager", rows=Parent("run", "import_runs", Is("dealership", Who.SITE))),
            Grant(role="tenant_admin", write=("*",)),
        ),
    ),
    views=Views(
        columns=(
            ImportRows.row_number,
            ImportRows.collection,
            ImportRows.external_id,
            ImportRows.outcome,
            ImportRows.notes,
            ImportRows.record,
        ),
        title=(ImportRows.collection, ImportRows.row_number),
        sort=(ImportRows.row_number,),
        filters=(ImportRows.run, ImportRows.outcome, ImportRows.collection),
        icon="table-row",
    ),
    rules=(correct_what_waits, corrected_is_a_row),
    unique=(
        Unique(
            fields=(ImportRows.run, ImportRows.collection, ImportRows.row_number),
            message=_("The import has already read that row."),
        ),
    ),
    indexes=(("collection", "external_id"), ("run", "outcome"), ("collection", "record")),
)
