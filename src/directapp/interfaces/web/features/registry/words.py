"""The words of the registry's pages."""

from directapp.kernel.text import Language, Text

T = Text
WORDS: dict[str, Text] = {
    "settings_about": T(
        "Hva hver natt fylte ut, hva registeret ikke fant, og oppslag som er brukt i dag.",
        "What each night filled in, what the registry did not find, and the look-ups used today.",
    ),
    "title": T("Kjøretøyregisteret", "Vehicle registry"),
    "look_up": T("Slå opp", "Look up"),
    "looking": T("Spør Kjøretøyregisteret …", "Asking the vehicle registry …"),
    "code": T("Skilt eller understellsnummer", "Licence plate or VIN"),
    "code_help": T("For eksempel EL 12345.", "For example EL 12345."),
    "code_or_form": T(
        "Tomt felt: skiltet eller understellsnummeret i skjemaet brukes.",
        "Left empty, the plate or VIN in the form is used.",
    ),
    "code_missing": T("Skriv et skilt eller et understellsnummer.", "Write a licence plate or a VIN."),
    "fetched": T("Hentet {when}", "Fetched {when}"),
    "fresh": T("Hent på nytt", "Fetch again"),
    "old": T("Svaret er gammelt.", "The answer is old."),
    "by_vin": T(
        "Dette leses ut av understellsnummeret alene. Se over før du bruker det.",
        "This is read from the VIN alone. Look it over before you use it.",
    ),
    "changes": T("Dette kan fylles inn", "This can be filled in"),
    "nothing_new": T(
        "Alt svaret forteller, står på bilen fra før.", "All that the answer says stands on the car already."
    ),
    "same_one": T("Ett felt stemmer alt", "One field agrees already"),
    "same_many": T("{count} felter stemmer alt", "{count} fields agree already"),
    "more_details": T("Flere opplysninger", "More details"),
    "with_car_one": T(
        "Ett felt til fylles inn når bilen opprettes", "One more field is filled in when the car is created"
    ),
    "with_car_many": T(
        "{count} felter til fylles inn når bilen opprettes", "{count} more fields are filled in when the car is created"
    ),
    "now": T("Nå", "Now"),
    "empty": T("Tomt", "Empty"),
    "typed_by_person": T("Skrevet av en person", "Typed by a person"),
    "from_registry": T("Kjøretøyregisteret", "Vehicle registry"),
    "from_vin": T("Understellsnummeret", "The VIN"),
    "fill_in": T("Fyll inn valgte", "Fill in the chosen"),
    "fill_form": T("Fyll inn i skjemaet", "Fill into the form"),
    "filled_form": T("Fylt inn. Se over og opprett bilen.", "Filled in. Look it over and create the car."),
    "filled": T("Fylt inn fra Kjøretøyregisteret", "Filled in from the vehicle registry"),
    "none_chosen": T("Velg minst ett felt.", "Choose at least one field."),
    "other_car": T(
        "Svaret gjelder et annet understellsnummer ({vin}) enn bilens. Sjekk at det er riktig bil.",
        "The answer is about another VIN ({vin}) than the car’s. Check that it is the right car.",
    ),
    # The nights
    "about_nights": T(
        "Hver natt kl. 03.00 spør DirectApp Kjøretøyregisteret om biler som mangler opplysninger, "
        "og fyller bare det som er tomt.",
        "Every night at 03:00 DirectApp asks the vehicle registry about cars that lack details, "
        "and fills only what is empty.",
    ),
    "not_set_up": T(
        "Oppslag er ikke satt opp: nøkkelen fra Statens vegvesen mangler "
        "(DIRECTAPP_VEGVESEN_KEY, eller Maskinporten for mange om gangen).",
        "Look-ups are not set up: the key from Statens vegvesen is missing "
        "(DIRECTAPP_VEGVESEN_KEY, or Maskinporten for many at a time).",
    ),
    "quota": T("{used} av {limit} oppslag brukt i dag", "{used} of {limit} look-ups used today"),
    "run_now": T("Fyll ut nå", "Fill in now"),
    "running_now": T("En utfylling pågår. Tallene følger med.", "An enrichment is running. The figures follow."),
    "last_night": T("Siste utfylling", "Latest enrichment"),
    "nights": T("Utfyllinger", "Enrichments"),
    "no_nights": T(
        "Ingen utfylling er kjørt ennå. Den første kommer i natt kl. 03.00.",
        "No enrichment has run yet. The first comes tonight at 03:00.",
    ),
    "night": T("Startet", "Started"),
    "by": T("Startet av", "Started by"),
    "status": T("Status", "Status"),
    "asked": T("Spurt om", "Asked for"),
    "result_filled": T("Fylt ut", "Filled"),
    "result_not_found": T("Ikke funnet", "Not found"),
    "result_failed": T("Feilet", "Failed"),
    "result_skipped": T("Hoppet over", "Skipped"),
    "fields": T("Felter fylt", "Fields filled"),
    "fields_share": T("{filled} av {empty} tomme felter ({share} %)", "{filled} of {empty} empty fields ({share}%)"),
    "all_logs": T("Alle oppslag", "All look-ups"),
    "answered_already": T("En utfylling pågår alt.", "An enrichment is running already."),
    # EU control
    "inspections": T("EU-kontroll", "Periodic inspection"),
    "inspections_about": T(
        "Biler hos dere med frist for EU-kontroll innen {days} dager.",
        "Your cars whose periodic inspection is due within {days} days.",
    ),
    "no_inspections": T("Ingen biler har frist innen {days} dager.", "No car is due within {days} days."),
    "due": T("Frist", "Due"),
    "car": T("Bil", "Car"),
    "site": T("Anlegg", "Site"),
    "last_inspection": T("Siste kontroll", "Last inspection"),
    "overdue": T("Over fristen", "Overdue"),
    "days": T("Innen", "Within"),
    "days_option": T("{days} dager", "{days} days"),
    "show": T("Vis", "Show"),
    "more_than": T("Viser de første {count}.", "Showing the first {count}."),
}


def speak(language: Language) -> dict[str, str]:
    """Return every word in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
