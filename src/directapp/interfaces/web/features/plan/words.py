"""Words of the plan, in nb and en."""

from functools import cache
from typing import Any

from directapp.kernel.text import Language, Text

T = Text

WORDS: dict[str, T] = {
    "plan": T("Plan", "Plan"),
    "day": T("Dag", "Day"),
    "week": T("Uke", "Week"),
    "timeline": T("Tidslinje", "Timeline"),
    "list": T("Liste", "List"),
    "span": T("Visning", "View"),
    "today": T("I dag", "Today"),
    "before": T("Forrige", "Previous"),
    "after": T("Neste", "Next"),
    "week_of": T("Uke {week}, {month}", "Week {week}, {month}"),
    "site": T("Anlegg", "Site"),
    "all_sites": T("Alle anlegg", "All sites"),
    "kind": T("Type", "Type"),
    "all_kinds": T("Alle typer", "All types"),
    "show": T("Vis", "Show"),
    "new_booking": T("Ny booking", "New booking"),
    "resources": T("Ressurser", "Resources"),
    "bookings": T("Bookinger", "Bookings"),
    "no_bookings": T("Ingen bookinger denne dagen.", "No bookings on this day."),
    "no_resources": T("Ingen ressurser å vise", "No resources to show"),
    "no_resources_help": T(
        "Legg inn personer, arbeidsplasser og arbeidstid, så har planen rader.",
        "Add people, bays and working hours, and the plan has rows.",
    ),
    "add_resource": T("Ny ressurs", "New resource"),
    "at_site": T("Hos {site}", "At {site}"),
    "read_only": T("Du ser planen, men endrer den ikke.", "You see the plan, but do not change it."),
    "keys": T(
        "Piltaster velger booking. M tar den opp: piltastene flytter 15 min eller til neste ressurs, "
        "Skift og piltast endrer slutten, Enter setter den ned, Esc angrer. Enter åpner, N er ny booking.",
        "Arrow keys choose a booking. M picks it up: arrows move it 15 min or to the next resource, "
        "Shift and an arrow change its end, Enter puts it down, Esc gives up. Enter opens, N is a new booking.",
    ),
    "keys_title": T("Tastatur", "Keyboard"),
    # What the calendar says
    "said_up": T("Tatt opp: {title}. {when}.", "Picked up: {title}. {when}."),
    "said_at": T("{when}, {resource}.", "{when}, {resource}."),
    "said_fits": T("Det er plass.", "It fits."),
    "said_down": T("Flyttet til {when}, {resource}.", "Moved to {when}, {resource}."),
    "said_booked": T("Booket {when}, {resource}.", "Booked {when}, {resource}."),
    "said_back": T("Ikke flyttet.", "Not moved."),
    "said_kept": T("Lagt tilbake.", "Put back."),
    "said_changed": T("Planen er oppdatert.", "The plan has been updated."),
    "said_no_network": T("Ikke på nett. Ingenting er flyttet.", "No network. Nothing was moved."),
    "judging": T("Sjekker …", "Checking …"),
    "locked": T("Bookingen kan ikke flyttes.", "The booking cannot be moved."),
    "elsewhere": T("Flytt den fra anlegget som gjør jobben.", "Move it from the site that does the work."),
    "elsewhere_rows": T(
        "Det som står på en rad «Hos …», gjør et annet anlegg etter avtale. "
        "Her flytter du tiden; hvem som gjør jobben, bestemmer anlegget.",
        "What stands in a row “At …” another site does under an agreement. "
        "Here you move the time; who does the work is for that site to say.",
    ),
    "elsewhere_one": T(
        "Jobben gjøres hos {site}. Du flytter tiden; hvem som gjør den, bestemmer anlegget.",
        "The work is done at {site}. You move the time; who does it is for that site to say.",
    ),
    "away": T("Borte", "Away"),
    "closed": T("Utenfor arbeidstid", "Outside working hours"),
    # Marks
    "mark_overrun": T("Over tiden", "Running over"),
    "mark_held_up": T("Venter på en som går over", "Held up by one running over"),
    "mark_absent": T("Fravær i tiden", "Somebody is away"),
    "mark_late": T("Ikke startet i tide", "Not started in time"),
    "mark_pinned": T("Festet", "Pinned"),
    # Waiting cars
    "waiting": T("Klare for planlegging", "Ready to plan"),
    "waiting_help": T(
        "Dra en bil inn på en rad, eller velg den for å finne ledig tid.",
        "Drag a car onto a row, or choose it to find a free time.",
    ),
    "waiting_none": T("Ingen biler venter på plan.", "No cars wait to be planned."),
    "waiting_more": T("{count} til", "{count} more"),
    "promised": T("Lovet {day}", "Promised {day}"),
    "not_promised": T("Ikke lovet bort", "No promised day"),
    "find_time": T("Finn tid", "Find a time"),
    "whole_chain": T("Hele klargjøringen", "The whole preparation"),
    # Capacity
    "capacity": T("Kapasitet", "Capacity"),
    "used_of": T("{used} av {allocated}", "{used} of {allocated}"),
    "shares": T("Avtaler denne uken", "Agreements this week"),
    "share_line": T("{consumer}: {kind}", "{consumer}: {kind}"),
    # A booking
    "booking": T("Booking", "Booking"),
    "when": T("Tid", "Time"),
    "starts": T("Starter", "Starts"),
    "ends": T("Slutter", "Ends"),
    "resource": T("Ressurs", "Resource"),
    "person": T("Person", "Person"),
    "hours": T("Timer", "Hours"),
    "note": T("Merknad", "Note"),
    "car": T("Bil", "Car"),
    "status": T("Status", "Status"),
    "pinned": T("Fest tiden", "Pin the time"),
    "move": T("Flytt", "Move"),
    "move_it": T("Flytt bookingen", "Move the booking"),
    "open_car": T("Åpne bilen", "Open the car"),
    "whole_record": T("Alt om bookingen", "All about the booking"),
    "new_time": T("Finn ny tid", "Find a new time"),
    "moved": T("Bookingen er flyttet", "The booking is moved"),
    "booked": T("Bilen er booket", "The car is booked"),
    "back_to_plan": T("Til planen", "To the plan"),
    "reason": T("Grunn", "Reason"),
    "close": T("Lukk", "Close"),
    "actual_hours": T("Medgåtte timer", "Actual hours"),
    "actual_help": T("Tomt: fra start til nå.", "Empty: from start to now."),
    # The wizard
    "book_car": T("Book {car}", "Book {car}"),
    "choose_car": T("Hvilken bil?", "Which car?"),
    "choose_kind": T("Hva skal gjøres?", "What is to be done?"),
    "choose_hours": T("Hvor lenge?", "How long?"),
    "choose_slot": T("Når?", "When?"),
    "confirm": T("Stemmer dette?", "Is this right?"),
    "step_car": T("Bil", "Car"),
    "step_kind": T("Arbeid", "Work"),
    "step_slot": T("Tid", "Time"),
    "step_confirm": T("Bekreft", "Confirm"),
    "search_again": T("Søk", "Search"),
    "earliest": T("Tidligst", "Earliest"),
    "latest": T("Ferdig senest", "Done by"),
    "estimate": T("Anslag {hours}", "Estimate {hours}"),
    "chain_about": T(
        "Teknisk, så kosmetisk, så kvalitetskontroll, der det er plass.",
        "Technical, then cosmetic, then the quality check, where there is room.",
    ),
    "take": T("Velg", "Choose"),
    "take_best": T("Velg den første", "Choose the first"),
    "best": T("Beste valg", "Best choice"),
    "book": T("Book", "Book"),
    "book_time": T("Book tid", "Book a time"),
    "book_all": T("Book alle", "Book them all"),
    "other_time": T("Annen tid", "Another time"),
    "no_slots": T("Ingen ledig tid", "No free time"),
    "no_slots_help": T("Prøv en senere frist eller færre timer.", "Try a later limit or fewer hours."),
    "done_by": T("Ferdig {when}", "Done {when}"),
    "late_by": T("{hours} etter fristen", "{hours} after the limit"),
    "in_time": T("Innen fristen", "In time"),
    "chain_booked": T("{all} bookinger er lagt inn", "{all} bookings were made"),
    "make_room": T("Se hva som kan flyttes", "See what could move"),
    "proposals": T("Planforslag", "Plan proposals"),
    "by_yourself": T("Skriv tid og ressurs selv", "Type time and resource yourself"),
    # My day
    "my_plan": T("Min plan", "My plan"),
    "my_week": T("Resten av uken", "The rest of the week"),
    "start": T("Start", "Start"),
    "finish": T("Ferdig", "Finished"),
    "free_today": T("Ingenting er booket på deg i dag.", "Nothing is booked for you today."),
    "free_week": T("Ingenting mer denne uken.", "Nothing more this week."),
    "started": T("Startet", "Started"),
    "finished": T("Ferdig", "Finished"),
    "next_week": T("Neste uke", "Next week"),
    "this_week": T("Denne uken", "This week"),
    "done_today": T("Gjort", "Done"),
    # Absences
    "to_move": T("Bookinger å flytte", "Bookings to move"),
    "to_move_help": T("Dette er booket mens {who} er borte.", "This is booked while {who} is away."),
    "nothing_to_move": T("Ingen bookinger treffer fraværet.", "No booking meets the absence."),
    "back_to_absence": T("Til fraværet", "To the absence"),
}


@cache
def speak_plan(language: Language) -> dict[str, str]:
    """Return the plan's words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}


def say(name: str, language: Language, **values: Any) -> str:
    """Return a word with its blanks filled in."""
    text = WORDS[name].pick(language)
    return text.format(**values) if values else text
