"""The tables of the figures: how the work went, stage by stage and job by job, and who has worked."""

from collections.abc import Sequence
from decimal import Decimal

from directapp.derive import board
from directapp.domains.planning.fields import ResourceBookings, TimebankEntries
from directapp.interfaces.web.features.figures import usage_tables
from directapp.interfaces.web.features.figures.cells import Cell, Table
from directapp.interfaces.web.features.figures.told import Formatter

_LONGER = 1.25


def tables_of(told: Formatter) -> list[Table]:
    """Return every table, in the order of the page."""
    return [
        usage_tables.by_type(told),
        _accuracy(told),
        usage_tables.by_resource(told),
        _stages(told),
        usage_tables.settlements(told),
        _time_bank(told),
        _delays(told),
        usage_tables.lent(told),
    ]


def _accuracy(told: Formatter) -> Table:
    done = (ResourceBookings.outcome, "completed"), (f"{ResourceBookings.actual_hours}.from", "0")
    rows = [
        [
            Cell(text=told.kind(a["type"])),
            Cell(
                text=str(a["n"]),
                href=told.links.bookings((ResourceBookings.resource_type, a["type"]), *done),
                figure=True,
            ),
            told.hours(a["estimated"]),
            told.hours(a["actual"]),
            Cell(text=told.percent(a["ratio"]), figure=True, tone="late" if a["ratio"] > _LONGER else ""),
        ]
        for a in told.found["accuracy"]
    ]
    counted, completed = sum(a["n"] for a in told.found["accuracy"]), told.found["period"]["completed"]
    return Table(
        code="accuracy",
        title=told.f["accuracy"],
        how=told.how["accuracy"],
        note=told.f["accuracy_note"].format(counted=counted, completed=completed) if rows else "",
        note_href=told.links.bookings(*done),
        empty=told.f["none_completed"],
        heads=told.f.heads("type", "jobs", "estimated", "actual", "ratio"),
        rows=rows,
    )


def _delays(told: Formatter) -> Table:
    resources = {u["key"]: u["name"] for u in told.found["resources"]}
    rows = [
        [
            Cell(text=told.cars.get(d["car"], "–"), href=f"/app/cars/{d['car']}" if d["car"] in told.cars else ""),
            Cell(text=told.moment(d["starts_at"]), href=f"/app/resource_bookings/{d['booking']}"),
            Cell(text=resources.get(d["resource"], "–")),
            Cell(text=told.kind(d["type"])),
            told.minutes(d["late_start"]),
            told.minutes(d["overrun"]),
        ]
        for d in told.found["delays"]
    ]
    return Table(
        code="delays",
        title=told.f["delays"],
        how=told.how["delays"],
        note=told.f["delays_note"].format(count=told.found["delayed"]) if rows else "",
        note_href=told.links.bookings((ResourceBookings.delayed, "true")),
        empty=told.f["no_delays"],
        heads=told.f.heads("car", "time", "resource", "type", "late_start", "overrun", words_only=4),
        rows=rows,
        wide=True,
    )


def _stages(told: Formatter) -> Table:
    flow = told.ctx.spec["cars"].declared.workflow
    stays, rows = {s["status"]: s for s in told.found["stages"]}, []
    for state in (s for s in (flow.states if flow else ()) if s.code in stays and not s.locked):
        one, limits = stays[state.code], board.limits_of(state, told.goals)
        mean = float(one["mean"])
        tone = "" if limits is None or mean <= limits[0] else "late" if mean > limits[1] else "soon"
        rows.append(
            [
                Cell(text=told.ctx.say(state.label), hue=state.phase.hue),
                Cell(text=told.length(mean), tone=tone, figure=True),
                Cell(text=told.length(float(one["median"])), figure=True),
                Cell(text=told.length(limits[0]) if limits else "–", figure=True),
                Cell(text=str(one["n"]), href=told.links.stages(state.code), figure=True),
            ]
        )
    return Table(
        code="stages",
        title=told.f["stages"],
        how=told.how["stages"],
        empty=told.f["no_stages"],
        heads=told.f.heads("stage", "mean", "median", "goal", "cars"),
        rows=rows,
    )


def _time_bank(told: Formatter) -> Table:
    people, bank = told.found["people"], told.found["time_bank"]
    rows = [
        [
            Cell(text=people.get(one["person"], {}).get("name", "–")),
            *(
                told.hours(
                    one["kinds"].get(kind, 0), told.links.hours((TimebankEntries.kind, kind), person=one["person"])
                )
                for kind in ("work", "correction")
            ),
            told.hours(one["hours"], told.links.hours(person=one["person"])),
        ]
        for one in sorted(bank, key=lambda one: people.get(one["person"], {}).get("name", "–"))
    ]
    if len(rows) > 1:
        rows.append(_sum(told, [one["kinds"] for one in bank]))
    return Table(
        code="time-bank",
        title=told.f["time_bank"],
        how=told.how["time-bank"],
        empty=told.f["no_hours"],
        heads=told.f.heads("person", "work", "correction", "total"),
        rows=rows,
        last_is_sum=len(rows) > 1,
    )


def _sum(told: Formatter, kinds: Sequence[dict[str, str]]) -> list[Cell]:
    sums = {k: sum((Decimal(one.get(k, 0)) for one in kinds), Decimal(0)) for k in ("work", "correction")}
    return [
        Cell(text=told.f["total"]),
        *(told.hours(hours, told.links.hours((TimebankEntries.kind, kind))) for kind, hours in sums.items()),
        told.hours(sum(sums.values()), told.links.hours()),
    ]
