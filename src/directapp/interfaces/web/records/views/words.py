"""Words of the views of a list, in nb and en."""

from functools import cache

from directapp.kernel.text import Language, Text

T = Text

WORDS: dict[str, T] = {
    "views": T("Visninger", "Views"),
    "table": T("Tabell", "Table"),
    "board": T("Tavle", "Board"),
    "calendar": T("Kalender", "Calendar"),
    "closed_hidden": T("Uten avsluttede", "Without closed ones"),
    "unread_filter": T(
        "Filteret {label} kan ikke leses («{written}»), så ingenting vises. {why}",
        "The filter {label} cannot be read (“{written}”), so nothing is shown. {why}",
    ),
    "closed_show": T("Vis også avsluttede", "Show closed ones too"),
    "closed_shown": T("Med avsluttede", "With closed ones"),
    "closed_hide": T("Skjul avsluttede", "Hide closed ones"),
    "move_to": T("Flytt til …", "Move to …"),
    "move": T("Flytt", "Move"),
    "move_title": T("Flytt {title}", "Move {title}"),
    "moved": T("Flyttet til {to}", "Moved to {to}"),
    "not_moved": T("Ikke flyttet", "Not moved"),
    "can_move": T("Kan flyttes til", "Can be moved to"),
    "cannot_move": T("Ikke nå", "Not now"),
    "nowhere": T("Herfra er det ingen steg for deg nå.", "There is no step for you from here now."),
    "asks": T("Det trengs litt mer", "A little more is needed"),
    "nobody": T("Ikke tildelt", "Not assigned"),
    "stands": T("{age} i status", "{age} at this status"),
    "late": T("over frist", "overdue"),
    "soon": T("nærmer seg frist", "close to its limit"),
    "empty_lane": T("Ingen her", "None here"),
    "more": T("Vis flere", "Show more"),
    "wall": T("Veggskjerm", "Wall screen"),
    "wall_leave": T("Avslutt veggskjerm", "Leave wall screen"),
    "month": T("Måned", "Month"),
    "week": T("Uke", "Week"),
    "today": T("I dag", "Today"),
    "before": T("Forrige", "Previous"),
    "after": T("Neste", "Next"),
    "by_date": T("Dato", "Date"),
    "week_of": T("Uke {week}, {month}", "Week {week}, {month}"),
    "saved_views": T("Lagrede visninger", "Saved views"),
    "no_saved": T("Ingen lagrede visninger ennå.", "No saved views yet."),
    "save_view": T("Lagre denne visningen", "Save this view"),
    "view_name": T("Navn på visningen", "Name of the view"),
    "share": T("Del med", "Share with"),
    "only_me": T("Bare meg", "Only me"),
    "my_site": T("Hele anlegget mitt", "Everyone at my site"),
    "at_my_site": T("{role} på anlegget mitt", "{role} at my site"),
    "at_all_sites": T("{role} på alle anlegg", "{role} at every site"),
    "pin": T("Fest i menyen", "Pin in the menu"),
    "save": T("Lagre", "Save"),
    "delete": T("Slett", "Delete"),
    "delete_view": T("Slett visningen {name}", "Delete the view {name}"),
    "view_saved": T("Visningen er lagret: {name}", "The view is saved: {name}"),
    "view_deleted": T("Visningen er slettet", "The view is deleted"),
    "shared": T("delt", "shared"),
    "pinned": T("Festede visninger", "Pinned views"),
    "find": T("Finn bil, side eller handling", "Find a car, a page or an action"),
    "find_help": T(
        "Skilt, understellsnummer, ordrenummer eller kunde. Enter åpner.",
        "Plate, VIN, order number or customer. Enter opens.",
    ),
    "found_none": T("Ingenting å finne. Sjekk nummeret, eller prøv færre tegn.", "Nothing found. Try fewer letters."),
    "page": T("Side", "Page"),
    "verb": T("Handling", "Action"),
    "close": T("Lukk", "Close"),
    "pick": T("Velg {title}", "Pick {title}"),
    "with_picked": T("Gjør med de valgte", "Do with those picked"),
    "picked": T("{count} valgt", "{count} picked"),
    "most_picked": T(
        "Bare de første {most} av {count} er tatt med. Velg færre om gangen.",
        "Only the first {most} of {count} are taken along. Pick fewer at a time.",
    ),
    "none_picked": T("Ingen er valgt. Kryss av i listen.", "None is picked. Tick some in the list."),
    "no_shared_verb": T(
        "Ingen handling passer for alle de valgte. Velg færre, eller biler på samme steg.",
        "No action fits all that were picked. Pick fewer, or ones at the same stage.",
    ),
    "fill_in": T("{label} må fylles ut.", "{label} is required."),
    "bulk_done": T("{done} av {count} er gjort", "{done} of {count} done"),
    "was_done": T("Gjort", "Done"),
}


@cache
def speak_views(language: Language) -> dict[str, str]:
    """Return all words of the views in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
