"""The values of the figures in words, for one reader."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from directapp.derive import board, present
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.figures.cells import Cell
from directapp.interfaces.web.features.figures.explained import explain
from directapp.interfaces.web.features.figures.links import Links
from directapp.interfaces.web.features.figures.words import speak_figures
from directapp.kernel.clock import OSLO
from directapp.kernel.text import _, pgettext

Found = Mapping[str, Any]
FULL, _TIGHT = 0.9, 0.75
_HOURS = _("{hours} h")
_PERCENT = pgettext("a share", "{share}%")
_WEEK_OF = _("{week} ({day})")


class Formatter:
    """What tables and tiles are written with: the verb's answer, names, goals, words, and the lists behind."""

    def __init__(
        self, ctx: RequestContext, found: Found, links: Links, *, cars: Mapping[str, str], goals: board.Goals
    ) -> None:
        """Keep what names and goals the reader may know."""
        self.ctx = ctx
        self.found = found
        self.links = links
        self.f = speak_figures(ctx.language)
        self.how = explain(ctx.language)
        self.names: Mapping[str, str] = found["names"]
        self.cars = cars
        self._goals = goals

    def number(self, value: float | str | Decimal) -> str:
        """Return a number with at most two decimals."""
        rounded = Decimal(str(value)).quantize(Decimal("0.01"))
        return present.show_number(rounded.normalize() if rounded else Decimal(0), self.ctx.language)

    def hours(self, value: float | str | Decimal, href: str = "") -> Cell:
        """Return hours as a cell."""
        return Cell(text=self.ctx.say(_HOURS.fill(hours=self.number(value))), href=href, figure=True)

    def length(self, hours: float) -> str:
        """Return a length of time with no more detail than it deserves."""
        return present.show_length(hours, self.ctx.language)

    def minutes(self, minutes: int) -> Cell:
        """Return minutes as a cell."""
        return Cell(text=self.length(minutes / 60) if minutes else "–", figure=True)

    def percent(self, share: float) -> str:
        """Return a share of one as percent."""
        return self.ctx.say(_PERCENT.fill(share=f"{share * 100:.0f}"))

    def bar(self, share: float | None) -> Cell:
        """Return a share as a bar with its number."""
        if share is None:
            return Cell(text="–", figure=True)
        tone = "late" if share > FULL else "soon" if share > _TIGHT else ""
        return Cell(text=self.percent(share), share=min(share, 1.0), tone=tone, figure=True)

    def kind(self, code: str) -> str:
        """Return what a type is called."""
        return str(self.found["types"].get(code, "–"))

    def site(self, code: str) -> str:
        """Return what a site is called."""
        return self.names.get(code, "–")

    def moment(self, text: str) -> str:
        """Return a moment as it is told near now."""
        moment: datetime | None = present.read_instant(text)
        return present.show_moment(moment, self.ctx.now, self.ctx.language) if moment else ""

    def week(self, monday: str) -> str:
        """Return a week by its number and its first day."""
        day = present.read_day(monday)
        if day is None:
            return monday
        shown = present.show_day(day, self.ctx.now.astimezone(OSLO).date(), self.ctx.language)
        return self.ctx.say(_WEEK_OF.fill(week=day.isocalendar().week, day=shown))

    @property
    def goals(self) -> Mapping[str, Mapping[str, float]]:
        """The goals of the one site that is shown, else those of the reader's own."""
        sites = self.found["sites"]
        return self._goals.get(str(sites[0]["id"] if len(sites) == 1 else self.ctx.person.site), {})
