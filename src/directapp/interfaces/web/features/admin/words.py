"""The words of administration."""

from collections.abc import Mapping
from functools import cache

from directapp.kernel.text import Language, Text

T = Text
WORDS: Mapping[str, Text] = {
    "title": T("Administrasjon", "Administration"),
    "about": T("Oppsett av anlegg, folk og arbeidsmåte.", "Sites, people and ways of working."),
    # Sites
    "sites": T("Forhandlere", "Dealerships"),
    "sites_about": T("Anleggene, hvem som hører under hvem og hvor bilene klargjøres.", "Sites and their tree."),
    "new_site": T("Ny forhandler", "New dealership"),
    "closed": T("Ikke i drift", "Not active"),
    "prepared_at": T("Klargjøres hos {name}", "Prepared at {name}"),
    "prepares_for": T("Klargjør for {count}", "Prepares for {count}"),
    "own_prep": T("Klargjør selv", "Does its own prep"),
    "below": T("{count} under", "{count} below"),
    "own_site": T("Ditt anlegg", "Your site"),
    "as_list": T("Som liste", "As a list"),
    "no_sites": T("Ingen forhandlere ennå.", "No dealerships yet."),
    # Messages
    # Stage goals
    "goals": T("Mål per status", "Goals per status"),
    "goals_about": T(
        "Hvor lenge en bil kan stå i hver status før den blir gul, og rød, i lister og på tavlen.",
        "How long a car may stand at each status before it turns yellow, and red, in lists and on the board.",
    ),
    "goals_hint": T(
        "Timer, for eksempel 8 eller 1,5. Tomt er det vanlige, som står i grått. Bare gult: rødt er det dobbelte.",
        "Hours, for example 8 or 1.5. Empty is the usual, shown in grey. Only yellow: red is twice that.",
    ),
    "status": T("Status", "Status"),
    "yellow": T("Gul etter (timer)", "Yellow after (hours)"),
    "red": T("Rød etter (timer)", "Red after (hours)"),
    "yellow_of": T("Gul etter, timer: {status}", "Yellow after, hours: {status}"),
    "red_of": T("Rød etter, timer: {status}", "Red after, hours: {status}"),
    "no_number": T("«{typed}» er ikke et antall timer.", "“{typed}” is not a number of hours."),
    "too_long": T("Fra litt over 0 til {most} timer.", "From just over 0 to {most} hours."),
    "red_first": T("Rødt kan ikke komme før gult.", "Red cannot come before yellow."),
    "no_yellow": T("Skriv når den blir gul.", "Write when it turns yellow."),
    "stored_goal": T("Lagret nå: gul {yellow}, rød {red}", "Stored now: yellow {yellow}, red {red}"),
    "stored_usual": T("Lagret nå: det vanlige", "Stored now: the usual"),
    "site": T("Forhandler", "Dealership"),
    "choose": T("Velg", "Choose"),
    # Inspection templates
    "templates": T("Sjekklister", "Inspection templates"),
    "templates_about": T(
        "Det som kontrolleres når en bil kommer inn, per biltype.", "What is inspected when a car comes in, by type."
    ),
    "new_template": T("Ny sjekkliste", "New inspection template"),
    "car_type": T("Biltype", "Car type"),
    "kind": T("Slag", "Kind"),
    "points": T("Punkter", "Items"),
    "critical_count": T("{count} kritiske", "{count} critical"),
    "used": T("Brukes på nye kontroller", "Used by new inspections"),
    "outranked": T("I bruk, men en eldre velges først", "In use, but an older one is chosen first"),
    "unused": T("Ikke i bruk", "Not in use"),
    "no_templates": T("Ingen sjekklister ennå.", "No inspection templates yet."),
    "begun_keep": T(
        "Kontroller som er begynt, beholder punktene de begynte med.",
        "Inspections that have begun keep the items they began with.",
    ),
    "point": T("Punkt {number}", "Item {number}"),
    "point_nb": T("Punkt {number} på norsk", "Item {number} in Norwegian"),
    "point_en": T("Punkt {number} på engelsk", "Item {number} in English"),
    "in_nb": T("Norsk", "Norwegian"),
    "in_en": T("Engelsk", "English"),
    "critical": T("Kritisk", "Critical"),
    "critical_help": T(
        "En merknad på et kritisk punkt må bli et arbeidspunkt før mottaket kan godkjennes.",
        "A remark on a critical item must become a work item before the inspection can be approved.",
    ),
    "up": T("Flytt opp punkt {number}", "Move item {number} up"),
    "down": T("Flytt ned punkt {number}", "Move item {number} down"),
    "remove": T("Fjern punkt {number}", "Remove item {number}"),
    "add": T("Legg til punkt", "Add an item"),
    "shortcuts": T(
        "Alt + pil flytter punktet, Enter lager et nytt under.", "Alt + arrow moves the item, Enter adds one."
    ),
    "write_name": T("Skriv et navn.", "Write a name."),
    "write_text": T("Skriv teksten på {language}.", "Write the text in {language}."),
    "norwegian": T("norsk", "Norwegian"),
    "english": T("engelsk", "English"),
    "write_points": T("Skriv minst ett punkt.", "Write at least one item."),
    "saved_by_other": T(
        "{who} lagret sjekklisten i mellomtiden. Det du skrev, står her; lagrer du igjen, gjelder ditt.",
        "{who} saved the template in the meantime. What you wrote stands here; save again and yours holds.",
    ),
    "theirs": T("Slik er den lagret nå", "As it is stored now"),
    # What else the front page of administration leads to
    "users": T("Brukere", "Users"),
    "users_about": T("Inviter, gi roller, deaktiver.", "Invite, give roles, deactivate."),
    "standing_in": T("Aktive", "Active"),
    "standing_invited": T("Invitert", "Invited"),
    "standing_out": T("Deaktivert", "Deactivated"),
    "seen_at": T("Sist inne {when}", "Last in {when}"),
    "invited_at": T("{when}, ikke logget inn ennå", "{when}, not signed in yet"),
    "never_in": T("Ikke logget inn ennå", "Not signed in yet"),
    "you": T("deg", "you"),
    "all_sites": T("Alle", "All"),
    "no_people": T("Ingen her ennå.", "Nobody here yet."),
    "imports": T("Import", "Imports"),
    "imports_about": T("Ta inn biler og annet fra filer, og se hva som venter.", "Take in cars and more from files."),
    "rules": T("Regler", "Rules"),
    "rules_about": T(
        "Når noe skjer med en bil: varsle, sett et felt, lag et arbeidspunkt eller kall en webhook.",
        "When something happens to a car: notify, set a field, create a work item or call a webhook.",
    ),
    "webhooks": T("Webhooker", "Webhooks"),
    "webhooks_about": T(
        "Andre systemer som får vite hva som skjer, og hva de svarte.",
        "Other systems that are told what happens, and what they answered.",
    ),
    "permissions": T("Hvem kan se hva", "Who may see what"),
    "permissions_about": T("Se som en rolle eller en person, og hvorfor.", "See as a role or a person, and why."),
}


@cache
def speak_admin(language: Language) -> dict[str, str]:
    """Return all words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
