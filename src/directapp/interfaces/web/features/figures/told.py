"""The figures as tables of cells: what the verb answers, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from directapp.derive import board, present
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.figures.words import speak_figures
from directapp.kernel.clock import OSLO
from directapp.kernel.text import _, ngettext, pgettext

Found = Mapping[str, Any]
_DAY = 24
_FULL, _TIGHT = 0.9, 0.75
_DAYS = ngettext("{count} day", "{count} days")
_HOURS = _("{hours} h")
_PERCENT = pgettext("a share", "{share}%")
_WEEK_OF = _("{week} ({day})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: words, perhaps a link, a bar from 0 to 1, a tone or a status colour."""

    text: str
    href: str = ""
    share: float | None = None
    tone: str = ""
    hue: str = ""
    figure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its title, what it says when it is empty, and perhaps a sum at the end."""

    code: str
    title: str
    note: str = ""
    empty: str
    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]
    wide: bool = False
    last_is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """How a day, a week or the period stands."""

    name: str
    share: str
    booked: str
    jobs: str
    late: str
    tone: str


class Formatter:
    """Turns the verb's answer into tables, for one reader."""

    def __init__(self, ctx: RequestContext, found: Found, *, cars: Mapping[str, str], goals: board.Goals) -> None:
        """Keep what names and goals the reader may know."""
        self.ctx = ctx
        self.found = found
        self.f = speak_figures(ctx.language)
        self.names: Mapping[str, str] = found["names"]
        self._cars = cars
        self._goals = goals

    # -- values ---------------------------------------------------------------------------------------

    def number(self, value: float | str | Decimal) -> str:
        """Return a number with at most two decimals."""
        rounded = Decimal(str(value)).quantize(Decimal("0.01"))
        return present.show_number(rounded.normalize() if rounded else Decimal(0), self.ctx.language)

    def hours(self, value: float | str | Decimal) -> Cell:
        """Return hours as a cell."""
        return Cell(text=self.ctx.say(_HOURS.fill(hours=self.number(value))), figure=True)

    def length(self, hours: float) -> str:
        """Return a length of time with no more detail than it deserves."""
        if hours >= 2 * _DAY:
            days = present.show_number(Decimal(f"{hours / _DAY:.1f}"), self.ctx.language, decimals=1)
            return self.ctx.say(_DAYS.fill(count=days))
        return present.show_span(timedelta(hours=hours), self.ctx.language)

    def percent(self, share: float) -> str:
        """Return a share of one as percent."""
        return self.ctx.say(_PERCENT.fill(share=f"{share * 100:.0f}"))

    def bar(self, share: float) -> Cell:
        """Return a share as a bar with its number."""
        tone = "late" if share > _FULL else "soon" if share > _TIGHT else ""
        return Cell(text=self.percent(share), share=min(share, 1.0), tone=tone, figure=True)

    def kind(self, code: str) -> str:
        """Return what a type is called."""
        return str(self.found["types"].get(code, "–"))

    def site(self, code: str) -> str:
        """Return what a site is called."""
        return self.names.get(code, "–")

    # -- parts ----------------------------------------------------------------------------------------

    def loads(self) -> list[Load]:
        """Return today, this week and the period."""
        made = []
        for name, word in (("today", "today"), ("week", "this_week"), ("period", "chosen")):
            one = self.found[name]
            share = one["booked"] / one["available"] if one["available"] else float(bool(one["booked"]))
            made.append(
                Load(
                    name=self.f[word],
                    share=self.percent(share),
                    booked=self.f["booked_of"].format(
                        booked=self.number(one["booked"]), available=self.number(one["available"])
                    ),
                    jobs=self.f["jobs_done"].format(done=one["completed"], jobs=one["jobs"]),
                    late=self.f["jobs_late"].format(late=one["late"]) if one["late"] else "",
                    tone="late" if share > _FULL else "",
                )
            )
        return made

    def tables(self) -> list[Table]:
        """Return every table, in the order of the page."""
        return [
            self._by_type(),
            self._accuracy(),
            self._by_resource(),
            self._stages(),
            self._settlements(),
            self._time_bank(),
            self._delays(),
            self._lent(),
        ]

    def _heads(self, *words: str, words_only: int = 1) -> list[tuple[str, bool]]:
        return [(self.f[word], n >= words_only) for n, word in enumerate(words)]

    def _use(self, one: Found) -> list[Cell]:
        return [self.hours(one["booked"]), self.hours(one["available"]), self.bar(one["share"])]

    def _by_type(self) -> Table:
        rows = [[Cell(text=self.kind(u["key"])), *self._use(u)] for u in self.found["by_type"]]
        return Table(
            code="types",
            title=self.f["by_type"],
            empty=self.f["nothing_booked"],
            heads=self._heads("type", "booked", "available", "share"),
            rows=rows,
        )

    def _by_resource(self) -> Table:
        several = len(self.found["sites"]) > 1
        used = sorted(self.found["resources"], key=lambda u: (-u["share"], u["name"]))
        rows = [
            [
                Cell(text=u["name"], href=f"/app/resources/{u['key']}"),
                *([Cell(text=self.site(u["site"]))] if several else []),
                *self._use(u),
            ]
            for u in used
        ]
        words = ("resource", *(("site",) if several else ()), "booked", "available", "share")
        return Table(
            code="resources",
            title=self.f["by_resource"],
            empty=self.f["no_resources"],
            heads=self._heads(*words, words_only=2 if several else 1),
            rows=rows,
            wide=several,
        )

    def _accuracy(self) -> Table:
        rows = [
            [
                Cell(text=self.kind(a["type"])),
                Cell(text=str(a["n"]), figure=True),
                self.hours(a["estimated"]),
                self.hours(a["actual"]),
                Cell(text=self.percent(a["ratio"]), figure=True, tone="late" if a["ratio"] > 1 + 1 / 4 else ""),
            ]
            for a in self.found["accuracy"]
        ]
        return Table(
            code="accuracy",
            title=self.f["accuracy"],
            note=self.f["accuracy_note"],
            empty=self.f["none_completed"],
            heads=self._heads("type", "jobs", "estimated", "actual", "ratio"),
            rows=rows,
        )

    def _delays(self) -> Table:
        resources = {u["key"]: u["name"] for u in self.found["resources"]}
        rows = [
            [
                Cell(
                    text=self._cars.get(d["car"], "–"), href=f"/app/cars/{d['car']}" if d["car"] in self._cars else ""
                ),
                Cell(text=self._moment(d["starts_at"]), href=f"/app/resource_bookings/{d['booking']}"),
                Cell(text=resources.get(d["resource"], "–")),
                Cell(text=self.kind(d["type"])),
                self._minutes(d["late_start"]),
                self._minutes(d["overrun"]),
            ]
            for d in self.found["delays"]
        ]
        return Table(
            code="delays",
            title=self.f["delays"],
            note=self.f["delays_note"].format(count=self.found["delayed"]) if rows else "",
            empty=self.f["no_delays"],
            heads=self._heads("car", "time", "resource", "type", "late_start", "overrun", words_only=4),
            rows=rows,
            wide=True,
        )

    def _moment(self, text: str) -> str:
        moment = present.read_instant(text)
        return present.show_moment(moment, self.ctx.now, self.ctx.language) if moment else ""

    def _minutes(self, minutes: int) -> Cell:
        return Cell(text=self.length(minutes / 60) if minutes else "–", figure=True)

    def _stages(self) -> Table:
        flow = self.ctx.spec["cars"].declared.workflow
        states = flow.states if flow else ()
        told = {s["status"]: s for s in self.found["stages"]}
        goals = self._goals.get(str(self._goal_site()), {})
        rows = []
        for state in (s for s in states if s.code in told and not s.locked):
            one, limits = told[state.code], board.limits_of(state, goals)
            mean = float(one["mean"])
            tone = "" if limits is None or mean <= limits[0] else "late" if mean > limits[1] else "soon"
            rows.append(
                [
                    Cell(text=self.ctx.say(state.label), hue=state.phase.hue),
                    Cell(text=self.length(mean), tone=tone, figure=True),
                    Cell(text=self.length(float(one["median"])), figure=True),
                    Cell(text=self.length(limits[0]) if limits else "–", figure=True),
                    Cell(text=str(one["n"]), figure=True),
                ]
            )
        return Table(
            code="stages",
            title=self.f["stages"],
            note=self.f["stages_note"],
            empty=self.f["no_stages"],
            heads=self._heads("stage", "mean", "median", "goal", "cars"),
            rows=rows,
        )

    def _goal_site(self) -> object:
        sites = self.found["sites"]
        return sites[0]["id"] if len(sites) == 1 else self.ctx.person.site

    def _lent(self) -> Table:
        rows = [
            [
                Cell(text=self.site(one["provider"])),
                Cell(text=self.site(one["consumer"])),
                Cell(text=self.kind(one["type"])),
                Cell(text=self._week(one["week"])),
                self.hours(one["hours"]),
                Cell(text=self.f["no_cap"]) if one["cap"] is None else self.hours(one["cap"]),
                Cell(text="–", figure=True) if one["share"] is None else self.bar(one["share"]),
            ]
            for one in self.found["lent"]
        ]
        words = ("provider", "consumer", "type", "week", "hours", "cap", "share")
        return Table(
            code="lent",
            title=self.f["lent"],
            note=self.f["lent_note"],
            empty=self.f["none_lent"],
            heads=self._heads(*words, words_only=4),
            rows=rows,
            wide=True,
        )

    def _week(self, monday: str) -> str:
        day = present.read_day(monday)
        if day is None:
            return monday
        shown = present.show_day(day, self.ctx.now.astimezone(OSLO).date(), self.ctx.language)
        return self.ctx.say(_WEEK_OF.fill(week=day.isocalendar().week, day=shown))

    def _settlements(self) -> Table:
        rows = []
        for one in self.found["settlements"]:
            pair = [Cell(text=self.site(one["provider"])), Cell(text=self.site(one["consumer"]))]
            rows += [[*pair, Cell(text=self.kind(k)), self.hours(h)] for k, h in one["types"].items()]
            if len(one["types"]) > 1:
                rows.append([*pair, Cell(text=self.f["total"], tone="sum"), self.hours(one["hours"])])
        return Table(
            code="settlements",
            title=self.f["settlements"],
            note=self.f["settlements_note"],
            empty=self.f["none_lent"],
            heads=self._heads("provider", "consumer", "type", "hours", words_only=3),
            rows=rows,
        )

    def _time_bank(self) -> Table:
        people = self.found["people"]
        rows = [
            [
                Cell(text=people.get(one["person"], {}).get("name", "–")),
                self.hours(one["kinds"].get("work", 0)),
                self.hours(one["kinds"].get("correction", 0)),
                self.hours(one["hours"]),
            ]
            for one in self.found["time_bank"]
        ]
        rows.sort(key=lambda row: row[0].text)
        if len(rows) > 1:
            whole = sum((Decimal(one["hours"]) for one in self.found["time_bank"]), Decimal(0))
            rows.append([Cell(text=self.f["total"]), Cell(text=""), Cell(text=""), self.hours(whole)])
        return Table(
            code="time-bank",
            title=self.f["time_bank"],
            note=self.f["time_bank_note"],
            empty=self.f["no_hours"],
            heads=self._heads("person", "work", "correction", "total"),
            rows=rows,
            last_is_sum=len(rows) > 1,
        )
