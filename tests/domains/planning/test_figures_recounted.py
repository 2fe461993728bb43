"""The sums that PostgreSQL makes of bookings, beside the same figures counted one booking at a time."""

import random
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import fmean, median
from typing import Any
from uuid import UUID

import pytest

from directapp.kernel.ids import uuid7
from directapp.store.unit import recorded
from support.plan import Plan, at

_STATUSES = ("completed",) * 7 + ("scheduled", "confirmed", "in_progress", "cancelled", "no_show")
_MANY = 400
OUTCOMES = ("completed", "in_progress", "unreported", "ahead")
Work = dict[str, Any]


async def some_bookings(plan: Plan, seed: int) -> list[Work]:
    """Write bookings of six weeks with all that a course may have: late, early, long, short, one over another."""
    dice, sites = random.Random(seed), plan.dealer.sites
    cars = [await plan.car() for _ in range(6)]
    written = []
    for _ in range(_MANY):
        start = at(plan.day, "00:00") + timedelta(days=dice.randint(-35, 13), minutes=dice.randint(0, 1439))
        ended = start + timedelta(minutes=dice.randint(1, 600))
        status = dice.choice(_STATUSES)
        began = start + timedelta(minutes=dice.randint(-60, 90)) if dice.random() < 0.8 else None
        written.append(
            {
                "id": uuid7(),
                "car": dice.choice(cars),
                "resource_type": plan.types[dice.choice(("mechanical", "cosmetic"))],
                "resource": plan.resources[dice.choice(("mechanic", "detailer"))],
                "provider": sites[dice.choice(("499", "499", "490"))],
                "consumer": sites[dice.choice(("499", "495", "324"))],
                "starts_at": start,
                "ends_at": ended,
                "status": status,
                "estimated_hours": dice.choice((None, Decimal("1.50"), Decimal("2.25"), Decimal(0))),
                "actual_hours": dice.choice((None, Decimal("0.75"), Decimal("3.10")))
                if status == "completed"
                else None,
                "started_at": began if status in {"completed", "in_progress"} else None,
                "completed_at": (began or start) + timedelta(minutes=dice.randint(0, 700))
                if status == "completed"
                else None,
            }
        )
    columns = ", ".join(written[0])
    marks = ", ".join(f"${n}" for n in range(2, len(written[0]) + 2))
    day = "($8::timestamptz AT TIME ZONE 'Europe/Oslo')::date"
    async with plan.dealer.application.platform.database.unit(plan.demo) as unit:
        for row in written:
            await unit.value(
                f"INSERT INTO resource_bookings (tenant_id, {columns}, day, week)"
                f" VALUES ($1, {marks}, {day}, date_trunc('week', {day})::date)",
                plan.dealer.tenant,
                *row.values(),
            )
    return written


def hours(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(hours=1)


def minutes(span: timedelta) -> int:
    return max(0, span // timedelta(minutes=1))


def lateness(work: Work, now: datetime) -> tuple[int, int]:
    """Return how many minutes late a job began, and how many it ran over its planned length."""
    late = min(work["started_at"] or work["completed_at"] or now, now) - work["starts_at"]
    if work["started_at"] is None:
        return minutes(late), 0
    ran = (work["completed_at"] or max(now, work["started_at"])) - work["started_at"]
    return minutes(late), minutes(ran - (work["ends_at"] - work["starts_at"]))


def outcome(work: Work, now: datetime) -> str:
    """Return what came of a job: one of four."""
    if work["completed_at"] is not None:
        return "completed"
    if work["started_at"] is not None:
        return "in_progress"
    return "unreported" if work["ends_at"] < now else "ahead"


def waited(works: list[Work]) -> float:
    """Return how long one car waited between its jobs: from the end of one to the beginning of the next."""
    spans = sorted((w["started_at"] or w["starts_at"], w["completed_at"]) for w in works)
    found, until = 0.0, spans[0][1]
    for start, end in spans[1:]:
        found += max(0.0, hours(until, start))
        until = max(until, end)
    return found


def counted(works: list[Work], here: UUID, now: datetime, end: datetime) -> dict[str, Any]:
    """Return the figures of a site, one booking at a time."""
    ours = [w for w in works if w["provider"] == here]
    done = [w for w in ours if w["completed_at"]]
    known = [w for w in ours if outcome(w, now) != "unreported"]
    late = {w["id"]: one for w in known if w["starts_at"] <= now and max(one := lateness(w, now)) > 15}
    ratios, by_type, by_car = defaultdict(list), defaultdict(float), defaultdict(list)
    lent: dict[tuple[UUID, ...], float] = defaultdict(float)
    owed: dict[tuple[UUID, ...], Decimal] = defaultdict(Decimal)
    for work in ours:
        by_type[work["resource_type"]] += hours(work["starts_at"], min(work["ends_at"], end))
    for work in done:
        by_car[work["car"]].append(work)
        planned = float(work["estimated_hours"] or 0) or hours(work["starts_at"], work["ends_at"])
        if work["actual_hours"] is not None:
            ratios[work["resource_type"]].append(float(work["actual_hours"]) / planned)
    for work in works:
        if work["provider"] != work["consumer"] and here in {work["provider"], work["consumer"]}:
            pair = work["provider"], work["consumer"]
            lent[pair] += hours(work["starts_at"], work["ends_at"])
            if work["completed_at"]:
                took = Decimal(str(hours(work["starts_at"], work["ends_at"])))
                took = took if work["actual_hours"] is None else work["actual_hours"]
                owed[pair] += took.quantize(Decimal("0.01"), ROUND_HALF_UP)
    idle = [waited(jobs) for jobs in by_car.values() if len(jobs) > 1]
    return {
        "jobs": len(ours),
        **{code: [outcome(w, now) for w in ours].count(code) for code in OUTCOMES},
        "booked": round(sum(by_type.values()), 2),
        "late": len(late),
        "by_type": {str(k): round(v, 2) for k, v in by_type.items()},
        "accuracy": {str(k): (round(median(v), 3), len(v)) for k, v in ratios.items()},
        "delays": [
            (str(k), *late[k]) for k in sorted(late, key=lambda k: (-sum(late[k]), str(k)))[:50]
        ],
        "idle": {"cars": len(idle), "mean": round(fmean(idle), 2)},
        "lent": {tuple(map(str, k)): round(v, 2) for k, v in lent.items()},
        "owed": {tuple(map(str, k)): str(v) for k, v in owed.items()},
    }  # fmt: skip


def told(found: dict[str, Any]) -> dict[str, Any]:
    """Return the same figures as the verb tells them."""
    lent: dict[tuple[str, str], float] = defaultdict(float)
    for one in found["lent"]:
        lent[one["provider"], one["consumer"]] += one["hours"]
    return {
        **{name: found["period"][name] for name in ("jobs", *OUTCOMES, "booked", "late")},
        "by_type": {t["key"]: t["booked"] for t in found["by_type"] if t["booked"]},
        "accuracy": {a["type"]: (a["ratio"], a["n"]) for a in found["accuracy"]},
        "delays": [(d["booking"], d["late_start"], d["overrun"]) for d in found["delays"]],
        "idle": found["idle"],
        "lent": {k: round(v, 2) for k, v in lent.items()},
        "owed": {(s["provider"], s["consumer"]): s["hours"] for s in found["settlements"]},
    }


@pytest.mark.parametrize("seed", [1, 2])
async def test_sums_are_what_the_bookings_come_to_one_by_one(plan: Plan, seed: int) -> None:
    works = [w for w in await some_bookings(plan, seed) if w["status"] not in {"cancelled", "no_show"}]
    clock, first, last = (
        plan.dealer.application.platform.clock,
        plan.day - timedelta(days=28),
        plan.day + timedelta(days=12),
    )
    end = at(last + timedelta(days=1), "00:00")
    inside = [w for w in works if at(first, "00:00") <= w["starts_at"] < end]
    seen: list[tuple[str, tuple[Any, ...]]] = []
    token, before = recorded.set(seen), clock()
    try:
        got = told(await plan.figures(first=first.isoformat(), last=last.isoformat()))
    finally:
        recorded.reset(token)
    # What has not ended is as late as it is now, which may be another minute by now.
    wanted = [counted(inside, plan.dealer.sites["499"], now, end) for now in (before, clock())]
    assert sum(wanted[0][code] for code in OUTCOMES) == wanted[0]["jobs"]
    assert all(wanted[0][code] for code in OUTCOMES)
    assert wanted[0]["late"] > len(wanted[0]["delays"]) == len(got["delays"])
    assert got.pop("lent") == pytest.approx(wanted[0].pop("lent"), abs=0.03)
    del wanted[1]["lent"]
    assert got in wanted
    booked = [sql for sql, _ in seen if 'FROM "resource_bookings"' in sql]
    assert booked
    assert all("GROUP BY" in sql or "LIMIT 50" in sql for sql in booked), "no statement brings every booking"
