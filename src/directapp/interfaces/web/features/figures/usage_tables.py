"""The tables of the hours that are used: by kind of work, by resource, and between sites."""

from collections.abc import Sequence
from decimal import Decimal

from directapp.domains.planning.fields import ResourceBookings
from directapp.interfaces.web.features.figures.cells import Cell, Table
from directapp.interfaces.web.features.figures.told import Formatter, Found

_COMPLETED = (ResourceBookings.outcome, "completed")


def by_type(told: Formatter) -> Table:
    """Return how much of each kind of work is booked, of what limits it."""
    limits = {"person": "people", "bay": "bays", "equipment": "machines", "laid_out": "laid_out"}
    used = told.found["by_type"]
    rows = [
        [
            Cell(text=told.kind(u["key"])),
            told.hours(u["booked"], told.links.bookings((ResourceBookings.resource_type, u["key"]))),
            told.hours(u["available"]),
            told.bar(u["share"]),
            Cell(text=told.f[limits[u["limit"]]] if u["limit"] else "–"),
        ]
        for u in used
    ]
    return Table(
        code="types",
        title=told.f["by_type"],
        how=told.how["types"],
        empty=told.f["nothing_booked"],
        heads=(*told.f.heads("type", "booked", "available", "share"), (told.f["limited_by"], False)),
        rows=[*rows, *_booked(told, used, cells=3)],
        last_is_sum=len(rows) > 1,
    )


def by_resource(told: Formatter) -> Table:
    """Return how much of each resource's time is booked."""
    several = len(told.found["sites"]) > 1
    used = sorted(told.found["resources"], key=lambda u: (not u["in_use"], -u["share"], u["name"]))
    rows = [
        [
            Cell(text=u["name"], href=f"/app/resources/{u['key']}"),
            *([Cell(text=told.site(u["site"]))] if several else []),
            told.hours(u["booked"], told.links.bookings((ResourceBookings.resource, u["key"]))),
            told.hours(u["available"]) if u["in_use"] else Cell(text=told.f["out_of_use"], figure=True),
            told.bar(u["share"] if u["in_use"] else None),
        ]
        for u in used
    ]
    words = ("resource", *(("site",) if several else ()), "booked", "available", "share")
    return Table(
        code="resources",
        title=told.f["by_resource"],
        how=told.how["resources"],
        empty=told.f["no_resources"],
        heads=told.f.heads(*words, words_only=2 if several else 1),
        rows=[*rows, *_booked(told, used, before=int(several), cells=2)],
        wide=several,
        last_is_sum=len(rows) > 1,
    )


def _booked(told: Formatter, used: Sequence[Found], *, cells: int, before: int = 0) -> list[list[Cell]]:
    """Return the row of all booked hours, where there are several to add up."""
    if len(used) < 2:  # noqa: PLR2004 - one is its own sum
        return []
    whole = sum((Decimal(str(u["booked"])) for u in used), Decimal(0))
    blank = Cell(text="")
    return [[Cell(text=told.f["total"]), *[blank] * before, told.hours(whole, told.links.bookings()), *[blank] * cells]]


def lent(told: Formatter) -> Table:
    """Return what sites use of each other's hours, beside what they have agreed."""
    rows = [
        [
            Cell(text=told.site(one["provider"])),
            Cell(text=told.site(one["consumer"])),
            Cell(text=told.kind(one["type"])),
            Cell(text=told.week(one["week"])),
            told.hours(
                one["hours"],
                told.links.shared(one["provider"], one["consumer"], one["type"], (ResourceBookings.week, one["week"])),
            ),
            Cell(text=told.f["no_cap"]) if one["cap"] is None else told.hours(one["cap"]),
            told.bar(one["share"]),
        ]
        for one in told.found["lent"]
    ]
    words = ("provider", "consumer", "type", "week", "hours", "cap", "share")
    return Table(
        code="lent",
        title=told.f["lent"],
        how=told.how["lent"],
        empty=told.f["none_lent"],
        heads=told.f.heads(*words, words_only=4),
        rows=rows,
        wide=True,
    )


def settlements(told: Formatter) -> Table:
    """Return what sites owe each other for completed work."""
    rows = []
    for one in told.found["settlements"]:
        whose = one["provider"], one["consumer"]
        pair = [Cell(text=told.site(site)) for site in whose]
        rows += [
            [*pair, Cell(text=told.kind(k)), told.hours(h, told.links.shared(*whose, k, _COMPLETED))]
            for k, h in one["types"].items()
        ]
        if len(one["types"]) > 1:
            whole = told.hours(one["hours"], told.links.shared(*whose, "", _COMPLETED))
            rows.append([*pair, Cell(text=told.f["total"], tone="sum"), whole])
    return Table(
        code="settlements",
        title=told.f["settlements"],
        how=told.how["settlements"],
        empty=told.f["none_lent"],
        heads=told.f.heads("provider", "consumer", "type", "hours", words_only=3),
        rows=rows,
    )
