"""Words of the pages that look ahead, in nb and en."""

from functools import cache

from directapp.kernel.text import Language, Text

T = Text

WORDS: dict[str, T] = {
    "proposals": T("Planforslag", "Plan proposals"),
    "proposal": T("Planforslag {first}–{last}", "Plan proposal {first}–{last}"),
    "proposals_help": T(
        "Forslaget legger alle biler som er klare for planlegging. Ingenting bookes før du tar det i bruk.",
        "The proposal places every car that is ready to plan. Nothing is booked until you accept it.",
    ),
    "ask": T("Lag forslag", "Make a proposal"),
    "site": T("Anlegg", "Site"),
    "first_day": T("Fra", "From"),
    "last_day": T("Til og med", "To"),
    "move_booked": T("Kan flytte bookinger som ikke er festet", "May move bookings that are not pinned"),
    "earlier": T("Tidligere forslag", "Earlier proposals"),
    "none_yet": T("Ingen forslag ennå.", "No proposals yet."),
    "made_by": T("{who}, {when}", "{who}, {when}"),
    "waiting": T("Planen regnes ut. Det tar noen sekunder.", "The plan is being made. It takes some seconds."),
    "refresh": T("Vis på nytt", "Show again"),
    "line_car": T("Bil", "Car"),
    "line_work": T("Arbeid", "Work"),
    "line_when": T("Tid", "Time"),
    "line_who": T("Ressurs", "Resource"),
    "line_why": T("Hvorfor", "Why"),
    "choose_line": T("Ta med {work} for {car}", "Take {work} for {car}"),
    "moved_from": T("flyttes fra {when}", "moved from {when}"),
    "accept": T("Ta i bruk det som er valgt", "Accept what is chosen"),
    "accepted": T("Planen er tatt i bruk", "The plan is accepted"),
    "drop": T("Forkast forslaget", "Drop the proposal"),
    "dropped": T("Forslaget er forkastet", "The proposal is dropped"),
    "unplanned": T("Fikk ikke plass", "Found no place"),
    "nothing": T("Ingen biler venter på plan i perioden.", "No cars wait to be planned in the period."),
    "proven": T("Bedre plan finnes ikke.", "There is no better plan."),
    "late": T("Til sammen {hours} etter lovet tid.", "{hours} after promised times in all."),
    "back_to_plan": T("Til planen", "To the plan"),
    "room": T("Hva kan flyttes?", "What could move?"),
    "room_help": T(
        "Bookinger med lavere prioritet kan gi plass. Ingenting flyttes før planleggeren gjør det.",
        "Bookings of lower priority could give way. Nothing moves until the planner moves it.",
    ),
    "room_for": T("{work} for {car}, {hours}", "{work} for {car}, {hours}"),
    "room_none": T("Ingenting kan flyttes", "Nothing could move"),
    "room_none_help": T(
        "Det som er booket, har like høy prioritet, er festet eller er startet.",
        "What is booked has the same priority, is pinned, or has started.",
    ),
    "room_move": T("{consumer}: {reason}", "{consumer}: {reason}"),
    "room_do": T("Flytt og book", "Move and book"),
    "room_done": T("Flyttet og booket", "Moved and booked"),
    "room_asks": T("{site} sin planlegger flytter dem.", "The planner of {site} moves them."),
    "promise": T("Når er bilen klar?", "When is the car ready?"),
    "promise_at": T("Forventet klar {when}", "Expected ready {when}"),
    "promise_none": T("Kan ikke si når", "Cannot say when"),
    "gains": T("Dette ville hjulpet mest", "What would help most"),
    "gain": T("{what}: {hours} før", "{what}: {hours} sooner"),
}


@cache
def speak_outlook(language: Language) -> dict[str, str]:
    """Return every word in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
