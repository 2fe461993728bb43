"""The words of the registry's pages."""

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, ngettext, pgettext

WORDS: dict[str, Text] = {
    "eu_control": _("Periodic inspection"),
    "settings_about": _("What each night filled in, what the registry did not find, and the look-ups used today."),
    "title": _("Vehicle registry"),
    "look_up": _("Look up"),
    "looking": _("Asking the vehicle registry …"),
    "code": _("Licence plate or VIN"),
    "code_help": _("For example EL 12345."),
    "code_or_form": _("Left empty, the plate or VIN in the form is used."),
    "code_missing": _("Write a licence plate or a VIN."),
    "fetched": _("Fetched {when}"),
    "fresh": _("Fetch again"),
    "old": _("The answer is old."),
    "by_vin": _("This is read from the VIN alone. Look it over before you use it."),
    "changes": _("This can be filled in"),
    "nothing_new": _("All that the answer says stands on the car already."),
    "same": ngettext("One field agrees already", "{count} fields agree already"),
    "more_details": _("More details"),
    "with_car": ngettext(
        "One more field is filled in when the car is created",
        "{count} more fields are filled in when the car is created",
    ),
    "now": _("Now"),
    "empty": _("Empty"),
    "typed_by_person": _("Typed by a person"),
    "from_registry": _("Vehicle registry"),
    "from_vin": _("The VIN"),
    "fill_in": _("Fill in the chosen"),
    "fill_form": _("Fill into the form"),
    "filled_form": _("Filled in. Look it over and create the car."),
    "filled": _("Filled in from the vehicle registry"),
    "none_chosen": _("Choose at least one field."),
    "other_car": _("The answer is about another VIN ({vin}) than the car’s. Check that it is the right car."),
    # The nights
    "about_nights": _(
        "Every night at 03:00 DirectApp asks the vehicle registry about cars that lack details, "
        "and fills only what is empty."
    ),
    "not_set_up": _(
        "Look-ups are not set up: the key from Statens vegvesen is missing "
        "(DIRECTAPP_VEGVESEN_KEY, or Maskinporten for many at a time)."
    ),
    "quota": _("{used} of {limit} look-ups used today"),
    "run_now": _("Fill in now"),
    "running_now": _("An enrichment is running. The figures follow."),
    "last_night": _("Latest enrichment"),
    "nights": _("Enrichments"),
    "no_nights": _("No enrichment has run yet. The first comes tonight at 03:00."),
    "night": _("Started"),
    "by": _("Started by"),
    "status": _("Status"),
    "asked": _("Asked for"),
    "fields": pgettext("short", "Fields filled"),
    "fields_share": _("{filled} of {empty} empty fields ({share}%)"),
    "all_logs": _("All look-ups"),
    # EU control
    "inspections": _("Periodic inspection"),
    "inspections_about": _("Your cars whose periodic inspection is due within {days} days."),
    "no_inspections": _("No car is due within {days} days."),
    "due": _("Due"),
    "car": _("Car"),
    "site": _("Site"),
    "last_inspection": _("Last inspection"),
    "overdue": pgettext("deadline", "Overdue"),
    "days": _("Within"),
    "days_option": ngettext("{count} day", "{count} days"),
    "show": _("Show"),
    "more_than": _("Showing the first {count}."),
}


def speak(language: Language) -> dict[str, str]:
    """Return every word in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
