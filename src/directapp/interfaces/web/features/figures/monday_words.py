"""Words of the Monday page, and how its figures are computed."""

from functools import cache

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, pgettext

WORDS: dict[str, Text] = {
    "title": _("The sites side by side"),
    "back": _("All figures"),
    "last_week": _("Last week: {days}"),
    "by": _("Whose cars"),
    "dealership": _("By selling site"),
    "prep_center": _("By prep centre"),
    "number": _("Site number"),
    "site": _("Site"),
    "week": _("Week from"),
    "week_no": pgettext("number of the week", "w. {week}"),
    "weeks": _("Thirteen weeks"),
    "ready": _("Became ready"),
    "days": _("Days from arrival to ready"),
    "share": _("In time, %"),
    "on_time": _("In time"),
    "kept": _("Ready in time"),
    "kept_of": _("{kept} of {promised}"),
    "missed": _("Ready too late"),
    "sent_back": _("Sent back by the quality check"),
    "open": _("Open cars"),
    "delayed": _("Delayed now"),
    "causes": _("Why"),
    "capacity": _("Capacity next week"),
    "hours_booked": _("Hours booked next week"),
    "hours_available": _("Hours available next week"),
    "no_sites": _("You answer for no site."),
    "newest": _("last: {value}"),
    "how_sites": _(
        "Became ready, days, in time and sent back are of last week; open and delayed are as now. Days run from "
        "arrival at the prep centre to ready for delivery, weekends too; cars without an arrival are left out of "
        "the mean. In time is the share of cars with a promised day that were ready on it. Delayed cars have a "
        "customer and a promised day, and each has one cause, so the causes add up."
    ),
    "how_causes": _(
        "The cause is read off the car, the first that holds: a failed inspection or quality check; parts that "
        "have not come; a car that has not arrived or waits to be sent back to its site; a car that is ready and "
        "waits for its customer; a car that waits for its turn, or was planned after the promised day; otherwise "
        "unknown."
    ),
    "how_capacity": _("Hours booked next week of the hours that can be booked at the site then."),
    "how_weeks": _(
        "The same figures for all the sites above, week by week. A car counts in the week in which it became "
        "ready, or in which it left the failed quality check."
    ),
}


@cache
def speak_monday(language: Language) -> dict[str, str]:
    """Return the words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
