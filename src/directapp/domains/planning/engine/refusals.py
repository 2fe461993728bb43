"""Why a booking cannot stand at the time that somebody wants: every reason at once, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from directapp.domains.planning.engine.spans import HOUR, Seconds, ceil_second, day_of, floor_second, instant
from directapp.domains.planning.engine.words import hours_text, when_text
from directapp.domains.planning.engine.workdays import Schedule, WorkingTime
from directapp.kernel.clock import OSLO
from directapp.kernel.dates import day_text
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, listed, verbatim

_LONGEST_HOURS = 24
SHORTEST = timedelta(minutes=5)
# Whoever books "now" has used a few minutes to fill in the form.
GRACE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields a refusal names."""

    start: str = "start"
    end: str = "end"
    resource: str = "resource"


def time_problems(
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    schedule: Schedule | None = None,
    who: str = "",
    fields: Fields | None = None,
) -> list[Problem]:
    """Return why a time cannot be booked; without a schedule, only the times themselves are judged."""
    fields = fields or Fields()
    found = _shape_problems(start, end, fields)
    if start < now - GRACE:
        message = _("That time has passed: {when}.")
        found.insert(0, Problem(message.fill(when=when_text(start)), fields.start, "past"))
    if schedule is not None and end > start:
        found += _schedule_problems((floor_second(start), ceil_second(end)), WorkingTime(schedule), who, fields)
    return found


def _shape_problems(start: datetime, end: datetime, fields: Fields) -> list[Problem]:
    if end <= start:
        message = _("The booking has no length.") if end == start else _("The booking ends before it begins.")
        return [Problem(message, fields.end, "length")]
    if end - start < SHORTEST:
        message = _("A booking lasts at least {n} minutes.")
        return [Problem(message.fill(n=int(SHORTEST.total_seconds() // 60)), fields.end, "too_short")]
    second, before_end = floor_second(start), ceil_second(end) - 1
    if before_end + 1 - second > _LONGEST_HOURS * HOUR:
        message = _("A booking cannot be longer than 24 hours; this is {hours}.").fill(
            hours=hours_text((before_end + 1 - second) / HOUR)
        )
        return [Problem(message, fields.end, "too_long")]
    first, last = day_of(second), day_of(before_end)
    if first != last:
        message = _("A booking must begin and end on the same day; this goes from {first} to {last}.").fill(
            first=day_text(first), last=day_text(last)
        )
        return [Problem(message, fields.end, "other_day")]
    return []


def _schedule_problems(wanted: Seconds, working: WorkingTime, who: str, fields: Fields) -> list[Problem]:
    start, end = wanted
    if end - start > _LONGEST_HOURS * HOUR:
        return []
    day = day_of(start)
    planned = working.planned(day)
    name = verbatim(who) if who else _("The resource")
    if not planned:
        return [_shut_problem(working, start, name, fields)]
    found: list[Problem] = []
    longest = max(b - a for a, b in planned)
    if end - start > longest:
        message = _(
            "{hours} does not fit in the working day: {name} has no more than {longest} at a stretch on {day}."
        ).fill(hours=hours_text((end - start) / HOUR), longest=hours_text(longest / HOUR), name=name, day=day_text(day))
        found.append(Problem(message, fields.end, "too_long"))
    elif not any(a <= start and end <= b for a, b in planned):
        message = _("Outside working hours on {day}: {name} works {windows}.").fill(
            day=day_text(day), name=name, windows=_windows_text(planned)
        )
        found.append(Problem(message, fields.start, "outside_hours"))
    if (away := working.away(start, end)) is not None:
        message = _("{name} is absent from {start} until {end}.").fill(
            name=name, start=when_text(instant(away[0])), end=when_text(instant(away[1]))
        )
        found.append(Problem(message, fields.resource, "absent"))
    return found


def _shut_problem(working: WorkingTime, start: int, name: Text, fields: Fields) -> Problem:
    day = day_of(start)
    values = {"name": name, "day": day_text(day)}
    if (shut := working.shut(day)) is not None:
        message = _("{name} does not work on {day}: {shut}.")
        return Problem(message.fill(**values, shut=shut), fields.start, "outside_hours")
    message = _("{name} has no working hours on {day}.")
    return Problem(message.fill(**values), fields.start, "outside_hours")


def _windows_text(windows: list[Seconds]) -> Text:
    clocks = [tuple(f"{instant(s).astimezone(OSLO):%H:%M}" for s in window) for window in windows]
    return listed([verbatim(f"{a}–{b}") for a, b in ((c[0], c[1]) for c in clocks)])
