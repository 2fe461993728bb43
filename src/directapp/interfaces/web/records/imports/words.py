"""The words of the import pages."""

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, pgettext

WORDS: dict[str, Text] = {
    "title": _("Imports"),
    "new_import": _("New import"),
    "prototype": _("From the prototype"),
    "prototype_help": _("Choose dealership.json, directus_users.json and cars.json, or a zip of the three."),
    "sheet": _("From a sheet"),
    "sheet_help": _("CSV or XLSX. You see how the file was read, and may change it, before anything is tried."),
    "collection": _("What the rows are"),
    "files": _("Files"),
    "file": _("File"),
    "try": _("Try"),
    "next": pgettext("next step", "Next"),
    "tried_first": _("Everything is tried first. Nothing is stored until you have seen the report."),
    "earlier": _("Earlier imports"),
    "columns": _("Columns"),
    "columns_help": _("Say which field each column belongs to. Look at the suggestions that are marked."),
    "left_out": _("Left out"),
    "guess": _("suggestion"),
    "example": _("Example"),
    "key": _("Know records by"),
    "key_help": _("A row without a value here is not taken in before you have said what it is."),
    "key_none": _("Every row is new"),
    "running": _("Working: {done} of {total} rows"),
    "stopped": _("The import stopped after {done} of {total} rows. The figures show what is stored. It can go on."),
    "stopped_trial": _("The trial stopped after {done} of {total} rows. Nothing is stored. You can run it again."),
    "resume": _("Go on"),
    "trial": _("A trial: nothing is stored."),
    "taken": _("Taken in."),
    "commit": _("Take in"),
    "all": _("All"),
    "row": _("Row"),
    "outcome": _("Outcome"),
    "notes": _("Notes"),
    "record": _("Record"),
    "download": _("Download report"),
    "retry": _("Try corrected rows again"),
    "decision": _("Decision"),
    "not_decided": _("Not decided"),
    "take": _("Take in"),
    "skip": _("Skip"),
    "save": _("Save"),
    "answered": _("Answered, tried next time"),
    "no_rows": _("No rows here."),
    "more": _("Next"),
    "back": _("Back"),
    "unknown_file": _("The file is no longer here. Upload it again."),
    "no_file": _("Choose a file."),
    "rows_read": _("Rows: {rows} · Columns: {columns}"),
    "layout": _("How the file was read"),
    "layout_again": _("Read the file again"),
    "layout_sheet": _("Sheet"),
    "layout_header": _("Row of headings (0: none)"),
    "layout_header_rows": _("Rows of headings"),
    "layout_separator": _("Separator"),
    "layout_encoding": _("Encoding"),
    "layout_numbers": _("Numbers"),
    "layout_dates": _("Dates"),
    "preview": _("The first rows"),
    "hidden_sheet": _("{name} (hidden)"),
    "nameless": _("Column {letter}, without heading"),
    "other_sheets": _("The file has several sheets. This one was read: {sheet}. Not read: {others}."),
    "rows_above": _("Rows above the headings, which are left out: {rows}."),
    "no_headings": _("No row looks like headings. Choose the columns' fields yourself, or say which row it is."),
    "hidden_rows": _(
        "Rows that are hidden in the file, perhaps by a filter: {rows}. They are taken in like the others."
    ),
    "odd_rows": _("Rows that something is odd about: {rows}. The trial says what."),
    "columns_left": _("Not proposed for any field: {columns}."),
    "field_twice": _("The same field is chosen for two columns. Choose each field once."),
    "key_without_column": _("Choose the column by which records are to be known."),
    "no_columns": _("Choose a field for at least one column."),
}

SEPARATOR_NAMES: tuple[tuple[str, Text], ...] = (
    (";", _("Semicolon (;)")),
    (",", _("Comma (,)")),
    ("\t", _("Tab")),
    ("|", _("Vertical bar (|)")),
)
ENCODING_NAMES: tuple[tuple[str, Text], ...] = (
    ("utf-8", _("UTF-8")),
    ("cp1252", _("Windows (Western European)")),
    ("utf-16", _("UTF-16")),
    ("cp865", _("DOS (Nordic)")),
    ("mac_roman", _("Macintosh")),
)
NUMBER_FORMATS: tuple[tuple[str, Text], ...] = (
    ("auto", _("Norwegian; no ambiguity")),
    ("norwegian", _("1.234,50")),
    ("english", _("1,234.50")),
)
DATE_FORMATS: tuple[tuple[str, Text], ...] = (
    ("sheet", _("Norwegian; no ambiguity")),
    ("day_first", _("Day first: 31/12/2026")),
    ("month_first", _("Month first: 12/31/2026")),
)


def speak(language: Language) -> dict[str, str]:
    """Return the words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
