"""Words of the plan."""

from functools import cache
from typing import Any

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, pgettext

WORDS: dict[str, Text] = {
    "plan": _("Plan"),
    "day": _("Day"),
    "week": _("Week"),
    "timeline": _("Timeline"),
    "list": _("List"),
    "span": _("View"),
    "today": _("Today"),
    "before": _("Previous"),
    "after": _("Next"),
    "week_of": _("Week {week}, {month}"),
    "site": _("Site"),
    "all_sites": _("All sites"),
    "kind": _("Type"),
    "all_kinds": _("All types"),
    "show": _("Show"),
    "show_rows": _("Show all ({n})"),
    "hide_rows": _("Hide rows with nothing to do"),
    "new_booking": _("New booking"),
    "resources": _("Resources"),
    "bookings": _("Bookings"),
    "no_bookings": _("No bookings on this day."),
    "no_resources": _("No resources to show"),
    "no_resources_help": _("Add people, bays and working hours, and the plan has rows."),
    "add_resource": _("New resource"),
    "at_site": _("At {site}"),
    "read_only": _("You see the plan, but do not change it."),
    "keys": _(
        "Arrow keys choose a booking. M picks it up: arrows move it 15 min or to the next resource, "
        "Shift and an arrow change its end, Enter puts it down, Esc gives up. Enter opens, N is a new booking."
    ),
    "keys_title": _("Keyboard"),
    # What the calendar says
    "said_up": _("Picked up: {title}. {when}."),
    "said_at": _("{when}, {resource}."),
    "said_fits": _("It fits."),
    "said_down": _("Moved to {when}, {resource}."),
    "said_booked": _("Booked {when}, {resource}."),
    "said_back": _("Not moved."),
    "said_kept": _("Put back."),
    "said_no_network": _("No network. Nothing was moved."),
    "judging": _("Checking …"),
    "locked": _("The booking cannot be moved."),
    "elsewhere": _("Move it from the site that does the work."),
    "elsewhere_rows": _(
        "What stands in a row “At …” another site does under an agreement. "
        "Here you move the time; who does the work is for that site to say."
    ),
    "elsewhere_one": _("The work is done at {site}. You move the time; who does it is for that site to say."),
    "away": _("Away"),
    "closed": _("Outside working hours"),
    # Marks
    "mark_overrun": _("Running over"),
    "mark_held_up": _("Held up by one running over"),
    "mark_absent": _("Somebody is away"),
    "mark_late": _("Not started in time"),
    "mark_pinned": _("Pinned"),
    # Waiting cars
    "waiting": pgettext("several cars", "Ready to plan"),
    "waiting_help": _("Drag a car onto a row, or choose it to find a free time."),
    "waiting_none": _("No cars wait to be planned."),
    "waiting_more": _("{count} more"),
    "promised": _("Promised {day}"),
    "not_promised": _("No promised day"),
    "whole_chain": _("The whole preparation"),
    # Capacity
    "capacity": _("Capacity"),
    "used_of": _("{used} of {allocated} h"),
    "shares": _("Agreements this week"),
    "share_line": _("{consumer}: {kind}"),
    # A booking
    "booking": _("Booking"),
    "when": _("Time"),
    "starts": _("Starts"),
    "ends": _("Ends"),
    "resource": _("Resource"),
    "person": _("Person"),
    "hours": _("Hours"),
    "note": _("Note"),
    "car": _("Car"),
    "status": _("Status"),
    "pinned": _("Pin the time"),
    "move": _("Move"),
    "move_it": _("Move the booking"),
    "open_car": _("Open the car"),
    "whole_record": _("All about the booking"),
    "new_time": _("Find a new time"),
    "moved": _("The booking is moved"),
    "booked": _("The car is booked"),
    "back_to_plan": _("To the plan"),
    "reason": _("Reason"),
    "close": _("Close"),
    "actual_hours": _("Actual hours"),
    # The wizard
    "book_car": _("Book {car}"),
    "choose_car": _("Which car?"),
    "choose_kind": _("What is to be done?"),
    "choose_slot": _("When?"),
    "confirm": _("Is this right?"),
    "step_car": _("Car"),
    "step_kind": _("Work"),
    "step_slot": _("Time"),
    "step_confirm": _("Confirm"),
    "search_again": _("Search"),
    "earliest": _("Earliest"),
    "latest": _("Done by"),
    "estimate": _("Estimate {hours}"),
    "chain_about": _("Technical, then cosmetic, then the quality check, where there is room."),
    "edit_templates": _("Preparation templates"),
    "best": _("Best choice"),
    "book": _("Book"),
    "book_time": _("Book a time"),
    "book_all": _("Book them all"),
    "other_time": _("Another time"),
    "no_slots": _("No free time"),
    "no_slots_help": _("Try a later limit or fewer hours."),
    "done_by": _("Done {when}"),
    "late_by": _("{hours} after the limit"),
    "chain_booked": _("{all} bookings were made"),
    "make_room": _("See what could move"),
    "proposals": _("Plan proposals"),
    "by_yourself": _("Type time and resource yourself"),
    # My day
    "my_plan": _("My plan"),
    "due": _("Due"),
    "my_week": _("The rest of the week"),
    "start": _("Start"),
    "finish": _("Finished"),
    "free_today": _("Nothing is booked for you today."),
    "free_week": _("Nothing more this week."),
    "started": _("Started"),
    "finished": _("Finished"),
    "next_week": _("Next week"),
    "this_week": _("This week"),
    # Absences
    "to_move": _("Bookings to move"),
    "to_move_help": _("This is booked while {who} is away."),
    "nothing_to_move": _("No booking meets the absence."),
    "back_to_absence": _("To the absence"),
}


@cache
def speak_plan(language: Language) -> dict[str, str]:
    """Return the plan's words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}


def say(name: str, language: Language, **values: Any) -> str:
    """Return a word with its blanks filled in."""
    return WORDS[name].fill(**values).pick(language) if values else WORDS[name].pick(language)
