"""Words of the pages that look ahead."""

from functools import cache

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, ngettext, pgettext

WORDS: dict[str, Text] = {
    "proposals": _("Plan proposals"),
    "proposal": _("Plan proposal {first}–{last}"),
    "proposals_help": _("The proposal places every car that is ready to plan. Nothing is booked until you accept it."),
    "ask": _("Make a proposal"),
    "site": _("Site"),
    "first_day": _("From"),
    "last_day": pgettext("last day", "To"),
    "move_booked": _("May move bookings that are not pinned"),
    "earlier": _("Earlier proposals"),
    "none_yet": _("No proposals yet."),
    "waiting": _("The plan is being made. It takes some seconds."),
    "refresh": _("Show again"),
    "line_car": _("Car"),
    "line_work": _("Work"),
    "line_when": _("Time"),
    "line_who": _("Resource"),
    "line_why": _("Why"),
    "choose_line": _("Take {work} for {car}"),
    "moved_from": _("moved from {when}"),
    "accept": _("Accept what is chosen"),
    "accepted": _("The plan is accepted"),
    "drop": _("Drop the proposal"),
    "dropped": _("The proposal is dropped"),
    "unplanned": _("Found no place"),
    "nothing": _("No cars wait to be planned in the period."),
    "proven": _("There is no better plan."),
    "late": _("{hours} after promised times in all."),
    "back_to_plan": _("To the plan"),
    # Drafts on the timeline
    "draft": pgettext("plan", "Draft"),
    "drafts": ngettext("{count} booking is proposed.", "{count} bookings are proposed."),
    "drafts_left_out": ngettext("{count} is left out.", "{count} are left out."),
    "draft_help": _(
        "Dashed bars are drafts and not booked. Drag one to move it; open one to accept it or leave it out."
    ),
    "draft_changed": _("The draft is changed"),
    "change_draft": _("Change the draft"),
    "change": _("Change"),
    "not_booked": _("Not booked yet."),
    "left_out": pgettext("plan", "Left out"),
    "leave_out": _("Leave it out"),
    "take_in": _("Take it in again"),
    "accept_one": _("Accept this one"),
    "accept_all": _("Accept all of it"),
    "as_list": _("As a list"),
    "show_on_plan": _("Show on the plan"),
    "hide_draft": _("Hide the draft"),
    "week": _("Week {week} ({count})"),
    "starts": _("Starts"),
    "ends": _("Ends"),
    "open_car": _("Open the car"),
    "room": _("What could move?"),
    "room_help": _("Bookings of lower priority could give way. Nothing moves until the planner moves it."),
    "room_for": _("{work} for {car}, {hours}"),
    "room_none": _("Nothing could move"),
    "room_none_help": _("What is booked has the same priority, is pinned, or has started."),
    "room_move": _("{consumer}: {reason}"),
    "room_do": _("Move and book"),
    "room_done": _("Moved and booked"),
    "room_asks": _("The planner of {site} moves them."),
    "promise": _("When is the car ready?"),
    "promise_at": _("Expected ready {when}"),
    "promise_none": _("Cannot say when"),
    "gains": _("What would help most"),
    "gain": _("{what}: {hours} sooner"),
}


@cache
def speak_outlook(language: Language) -> dict[str, str]:
    """Return every word in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
