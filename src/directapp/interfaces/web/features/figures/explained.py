"""How each figure is computed, in plain words."""

from functools import cache

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _

HOW: dict[str, Text] = {
    "load": _(
        "Hours of the bookings that begin in the period, of the hours that can be booked in it: those that people "
        "work, less absences and holidays, and those of bays that take work without a person. Cancelled bookings "
        "and no-shows are left out. Each booking counts once: as completed, in progress, ahead, or without outcome "
        "when its time is over and nobody has started it."
    ),
    "lead_time": _(
        "The time from when a car is registered until it is ready for delivery, for the cars you see that became "
        "ready in the period, delivered ones too. In time means ready on the promised day or before it. With a site "
        "chosen, only the cars prepared there count."
    ),
    "idle": _(
        "The time between the first and the last job on a car in which nobody worked on it, for cars with at least "
        "two jobs completed in the period. Cars with one job are left out of the mean; the link leads to all "
        "completed jobs."
    ),
    "now": _(
        "Open cars by promised day. Delayed: the day has passed, or the car is expected ready after it. At risk: it "
        "is expected ready on the day itself, or an inspection or quality check has failed. A car without a "
        "customer or without a promised day is never late. These four add up to all open cars you see, and the "
        "causes to those delayed."
    ),
    "bottlenecks": _("Resources and kinds of work of whose hours in the period more than 90 % are booked."),
    "types": _(
        "Hours booked, of the hours of what limits the work at each site: the people who do it, the bays for it or "
        "the hours laid out for it, whichever is least. A person who does several kinds of work counts in each of "
        "them, so the available hours do not add up; the booked ones do."
    ),
    "resources": _(
        "Hours booked, of the hours that the resource works in the period, less absences and holidays, times the "
        "jobs it takes at a time. What is out of use since is shown with what was booked on it."
    ),
    "accuracy": _(
        "Actual hours of completed jobs, of the hours estimated, or booked where nobody estimated. Over 100 % took "
        "longer; the last figure is the median. Completed jobs without actual hours are left out."
    ),
    "delays": _(
        "Bookings that began more than 15 minutes late, or took over 15 minutes longer than booked, until now where "
        "they have not ended. A booking without outcome is not late: nobody knows. The worst 50 are shown."
    ),
    "stages": _(
        "How long cars you see stood at each stage that they left in the period, weekends included. A stay that was "
        "taken back and went on counts once, to its last end. The goal is the site’s own."
    ),
    "settlements": _(
        "Completed bookings of one site’s time for another’s cars in the period, in actual hours, or booked ones "
        "where no actual hours are entered."
    ),
    "time-bank": _(
        "Hours that are entered for each person in the period: from bookings they completed, and corrections by hand."
    ),
    "lent": _(
        "All booked hours of one site’s time for another’s cars, by week, of the hours a week they have agreed on. "
        "A week that is only partly in the period counts with the days that are."
    ),
}


@cache
def explain(language: Language) -> dict[str, str]:
    """Return how figures are computed, in a language."""
    return {name: text.pick(language) for name, text in HOW.items()}
