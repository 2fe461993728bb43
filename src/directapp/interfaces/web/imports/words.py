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
        "CSV eller XLSX med kolonnenavn i første rad.", "CSV or XLSX with the columns' names in the first row."
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
    "key_none": T("Alle rader er nye", "Every row is new"),
    "running": T("Arbeider: {done} av {total} rader", "Working: {done} of {total} rows"),
    "failed": T(
        "Importen stoppet. Det som var lagret, står; kjør den igjen.",
        "The import stopped. What was stored stays; run it again.",
    ),
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
    "no_columns": T("Velg et felt for minst én kolonne.", "Choose a field for at least one column."),
    "busy": T("Importen pågår.", "The import is running."),
    "download_xlsx": T("Last ned Excel", "Download Excel"),
}


def speak(language: Language) -> dict[str, str]:
    """Return the words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
