"""Working time: an axis of hours with nights and weekends left out, counted from now."""

from datetime import date, datetime, time, timedelta
from functools import cached_property

from directapp.kernel.clock import OSLO

OPENS, CLOSES = time(7, 30), time(16, 0)
DAY = 8.5
_SATURDAY = 5
_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 17), (12, 24), (12, 25), (12, 26)})
_DAYS_BACK, _DAYS_AHEAD = 170, 120


def is_workday(day: date) -> bool:
    """Whether people work on a day: neither at weekends nor on holidays with a fixed date."""
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _HOLIDAYS


class Worktime:
    """Turns working hours before and after now into instants."""

    def __init__(self, now: datetime) -> None:
        """Keep the present."""
        self.now = now

    @cached_property
    def _days(self) -> list[date]:
        today = self.now.astimezone(OSLO).date()
        around = (today + timedelta(days=n) for n in range(-_DAYS_BACK, _DAYS_AHEAD))
        return [day for day in around if is_workday(day)]

    @cached_property
    def _present(self) -> float:
        """Where now stands on the axis; at night and at weekends the last minute of work before."""
        here = self.now.astimezone(OSLO)
        begun = [i for i, day in enumerate(self._days) if _at(day, OPENS) < here]
        worked = (here - _at(self._days[begun[-1]], OPENS)).total_seconds() / 3600
        return begun[-1] * DAY + min(worked, DAY - 1 / 60)

    def at(self, hours: float) -> datetime:
        """Return the instant some working hours from now (negative: before); whole minutes."""
        index, rest = divmod(self._present + hours, DAY)
        opened = _at(self._days[int(index)], OPENS)
        moment = (opened + timedelta(minutes=int(rest * 60))).astimezone(self.now.tzinfo)
        return min(moment, self.now) if hours <= 0 else moment

    def day(self, hours: float) -> date:
        """Return the day that lies some working hours from now."""
        return self.at(hours).astimezone(OSLO).date()

    def morning(self, day: date) -> datetime:
        """Return the beginning of a working day, though not after now."""
        return min(_at(day, OPENS).astimezone(self.now.tzinfo), self.now)

    def evening(self, day: date) -> datetime:
        """Return the end of a working day, though not after now."""
        return min(_at(day, CLOSES).astimezone(self.now.tzinfo) + timedelta(minutes=30), self.now)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=OSLO)
