"""The words of the import pages."""

from directapp.kernel.text import Language, Text

T = Text
WORDS: dict[str, Text] = {
    "title": T("Importer", "Imports"),
    "new_import": T("Ny import", "New import"),
    "prototype": T("Fra prototypen", "From the prototype"),
    "prototype_help": T(
        "Velg dealership.json, directus_users.json og cars.json, eller en zip med de tre.",
        "Choose dealership.json, directus_users.json and cars.json, or a zip of the three.",
    ),
    "sheet": T("Fra regneark", "From a sheet"),
    "sheet_help": T(
        "CSV eller XLSX. Du ser hvordan filen er lest, og kan endre det, før noe prøves.",
        "CSV or XLSX. You see how the file was read, and may change it, before anything is tried.",
    ),
    "collection": T("Hva radene er", "What the rows are"),
    "files": T("Filer", "Files"),
    "file": T("Fil", "File"),
    "try": T("Prøv", "Try"),
    "next": T("Videre", "Next"),
    "tried_first": T(
        "Alt prøves først. Ingenting lagres før du har sett rapporten.",
        "Everything is tried first. Nothing is stored until you have seen the report.",
    ),
    "earlier": T("Tidligere importer", "Earlier imports"),
    "columns": T("Kolonner", "Columns"),
    "columns_help": T(
        "Si hvilket felt hver kolonne hører til. Forslag som er merket, bør du se på.",
        "Say which field each column belongs to. Look at the suggestions that are marked.",
    ),
    "left_out": T("Tas ikke inn", "Left out"),
    "guess": T("forslag", "suggestion"),
    "example": T("Eksempel", "Example"),
    "key": T("Kjenn igjen poster på", "Know records by"),
    "key_help": T(
        "En rad uten verdi her blir ikke tatt inn før du har sagt hva den er.",
        "A row without a value here is not taken in before you have said what it is.",
    ),
    "key_none": T("Alle rader er nye", "Every row is new"),
    "running": T("Arbeider: {done} av {total} rader", "Working: {done} of {total} rows"),
    "stopped": T(
        "Importen stoppet etter {done} av {total} rader. Tallene viser hva som er lagret. Den kan fortsette.",
        "The import stopped after {done} of {total} rows. The figures show what is stored. It can go on.",
    ),
    "stopped_trial": T(
        "Prøvekjøringen stoppet etter {done} av {total} rader. Ingenting er lagret. Du kan kjøre den på nytt.",
        "The trial stopped after {done} of {total} rows. Nothing is stored. You can run it again.",
    ),
    "resume": T("Fortsett", "Go on"),
    "trial": T("Prøvekjøring: ingenting er lagret.", "A trial: nothing is stored."),
    "taken": T("Tatt inn.", "Taken in."),
    "commit": T("Ta inn", "Take in"),
    "all": T("Alle", "All"),
    "row": T("Rad", "Row"),
    "outcome": T("Utfall", "Outcome"),
    "notes": T("Merknader", "Notes"),
    "record": T("Post", "Record"),
    "download": T("Last ned rapport", "Download report"),
    "retry": T("Prøv rettede rader igjen", "Try corrected rows again"),
    "decision": T("Avgjørelse", "Decision"),
    "not_decided": T("Ikke avgjort", "Not decided"),
    "take": T("Ta inn", "Take in"),
    "skip": T("Hopp over", "Skip"),
    "save": T("Lagre", "Save"),
    "answered": T("Svart, prøves neste gang", "Answered, tried next time"),
    "no_rows": T("Ingen rader her.", "No rows here."),
    "more": T("Neste", "Next"),
    "back": T("Tilbake", "Back"),
    "unknown_file": T(
        "Filen er ikke lenger her. Last den opp på nytt.", "The file is no longer here. Upload it again."
    ),
    "no_file": T("Velg en fil.", "Choose a file."),
    "rows_read": T("Rader: {rows} · Kolonner: {columns}", "Rows: {rows} · Columns: {columns}"),
    "layout": T("Slik er filen lest", "How the file was read"),
    "layout_again": T("Les filen på nytt", "Read the file again"),
    "layout_sheet": T("Ark", "Sheet"),
    "layout_header": T("Rad med overskrifter (0: ingen)", "Row of headings (0: none)"),
    "layout_header_rows": T("Antall overskriftsrader", "Rows of headings"),
    "layout_separator": T("Skilletegn", "Separator"),
    "layout_encoding": T("Tegnsett", "Encoding"),
    "layout_numbers": T("Tall", "Numbers"),
    "layout_dates": T("Datoer", "Dates"),
    "preview": T("De første radene", "The first rows"),
    "hidden_sheet": T("{name} (skjult)", "{name} (hidden)"),
    "nameless": T("Kolonne {letter}, uten overskrift", "Column {letter}, without heading"),
    "other_sheets": T(
        "Filen har flere ark. Dette er lest: {sheet}. Ikke lest: {others}.",
        "The file has several sheets. This one was read: {sheet}. Not read: {others}.",
    ),
    "rows_above": T(
        "Rader over overskriftene, som ikke tas inn: {rows}.",
        "Rows above the headings, which are left out: {rows}.",
    ),
    "no_headings": T(
        "Ingen rad ser ut som overskrifter. Velg felt for kolonnene selv, eller si hvilken rad det er.",
        "No row looks like headings. Choose the columns' fields yourself, or say which row it is.",
    ),
    "hidden_rows": T(
        "Rader som er skjult i filen, kanskje av et filter: {rows}. De tas inn som de andre.",
        "Rows that are hidden in the file, perhaps by a filter: {rows}. They are taken in like the others.",
    ),
    "odd_rows": T(
        "Rader det er noe påfallende ved: {rows}. Prøvekjøringen sier hva.",
        "Rows that something is odd about: {rows}. The trial says what.",
    ),
    "columns_left": T("Ikke foreslått for noe felt: {columns}.", "Not proposed for any field: {columns}."),
    "field_twice": T(
        "Samme felt er valgt for to kolonner. Velg hvert felt én gang.",
        "The same field is chosen for two columns. Choose each field once.",
    ),
    "key_without_column": T(
        "Velg hvilken kolonne poster skal kjennes igjen på.",
        "Choose the column by which records are to be known.",
    ),
    "no_columns": T("Velg et felt for minst én kolonne.", "Choose a field for at least one column."),
    "busy": T("Importen pågår.", "The import is running."),
    "download_xlsx": T("Last ned Excel", "Download Excel"),
}

SEPARATOR_NAMES: tuple[tuple[str, Text], ...] = (
    (";", T("Semikolon (;)", "Semicolon (;)")),
    (",", T("Komma (,)", "Comma (,)")),
    ("\t", T("Tabulator", "Tab")),
    ("|", T("Loddrett strek (|)", "Vertical bar (|)")),
)
ENCODING_NAMES: tuple[tuple[str, Text], ...] = (
    ("utf-8", T("UTF-8", "UTF-8")),
    ("cp1252", T("Windows (vesteuropeisk)", "Windows (Western European)")),
    ("utf-16", T("UTF-16", "UTF-16")),
    ("cp865", T("DOS (nordisk)", "DOS (Nordic)")),
    ("mac_roman", T("Macintosh", "Macintosh")),
)
NUMBER_FORMATS: tuple[tuple[str, Text], ...] = (
    ("auto", T("Norsk; tvetydige avvises", "Norwegian; no ambiguity")),
    ("norwegian", T("1.234,50", "1.234,50")),
    ("english", T("1,234.50", "1,234.50")),
)
DATE_FORMATS: tuple[tuple[str, Text], ...] = (
    ("sheet", T("Norsk; tvetydige avvises", "Norwegian; no ambiguity")),
    ("day_first", T("Dag først: 31/12/2026", "Day first: 31/12/2026")),
    ("month_first", T("Måned først: 12/31/2026", "Month first: 12/31/2026")),
)


def speak(language: Language) -> dict[str, str]:
    """Return the words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
