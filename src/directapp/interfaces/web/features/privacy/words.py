"""The words of the pages about personal data."""

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, ngettext, pgettext

WORDS: dict[str, Text] = {
    "title": _("Personal data"),
    "settings_about": _("Find what is held of a person, hand it out or erase it; how long it is kept, and who looked."),
    "about": _(
        "Search by the name, phone number or e-mail address of a customer or a colleague. What is searched for is kept"
        " nowhere."
    ),
    "search": _("Name, phone or e-mail"),
    "find": pgettext("button", "Find"),
    "nobody": _("Nobody is called that, and nobody has that number or address."),
    "customers": _("Customers"),
    "colleagues": _("Colleagues"),
    "cars": ngettext("{count} car", "{count} cars"),
    "see": pgettext("button", "See what is held"),
    "held": _("What is held"),
    "records": _("Records"),
    "nothing_held": _("Nothing is held of this person any more."),
    "export": _("Hand it out"),
    "export_about": _("Everything that is held of the person, to read and as a file for programs."),
    "export_do": pgettext("button", "Export"),
    "download": _("Download as a file"),
    "download_files": _("Download with files and pictures"),
    "history": _("What it was before"),
    "erase": _("Erase"),
    "erase_about": _("First it is shown what would be done with each kind of record, and why. It cannot be undone."),
    "erase_try": pgettext("button", "See what would be erased"),
    "erase_do": pgettext("button", "Erase for good"),
    "would_be": _("What would be done"),
    "was_done": _("What was done"),
    "deed": _("What"),
    "count": pgettext("records", "Count"),
    "why": _("Why"),
    "reason": pgettext("of a request", "Reason"),
    "reason_help": _("Kept with the request, for instance the number of the case. Do not name the person."),
    "looked_at": _("Who has looked at the customer"),
    "no_looks": _("Nobody, or it was not kept."),
    "who": _("Who"),
    "at": pgettext("look", "When"),
    "made": _("Made {when}. The file and this page hold personal data: hand them to the person alone."),
    "register": _("Register of processing"),
    "register_about": _("Which fields are personal, what they are for and who reads them, from the declarations."),
    "fields": _("Fields"),
    "purpose": _("Purpose and ground"),
    "readers": _("Read by"),
    "system_alone": _("The system alone"),
    "on_request": _("Where somebody asks to be forgotten"),
    "retention": _("How long it is kept"),
    "retention_about": _(
        "Every night what is older than the rules in force is taken away. The numbers say what each rule would take"
        " away tonight."
    ),
    "rule": _("What is kept"),
    "status": _("Status of the car"),
    "months": ngettext("{count} month", "{count} months"),
    "kept_for": _("Kept for"),
    "tonight": _("Tonight"),
    "in_force": _("In force"),
    "not_in_force": _("Not in force"),
    "no_rules": _("There are no rules: everything is kept."),
    "new_rule": _("New rule"),
    "any_status": _("Delivered or archived"),
    "requests": _("Requests that were answered"),
    "looks": _("Who looked at customers"),
    "consents": _("Consents"),
    "more": _("More"),
}


def speak_privacy(language: Language) -> dict[str, str]:
    """Return the words in one language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
