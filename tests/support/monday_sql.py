"""The Monday page once more, in plain SQL: the sites side by side, and thirteen weeks in a row."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from support.figures_page import Figures
from support.figures_sql import CARS_SEEN, LATE, LOAD, STAYS_SEEN, Owner, cause_of

_READY = """
SELECT d.name, date_trunc('week', ready)::date AS week, count(*) AS ready, avg(days) AS days,
    count(*) FILTER (WHERE ready <= delivery_date) AS kept, count(*) FILTER (WHERE ready > delivery_date) AS missed
  FROM (SELECT c.*, (ready_for_delivery_at AT TIME ZONE 'Europe/Oslo')::date AS ready,
               extract(epoch FROM ready_for_delivery_at - arrived_prep_center_at) / 86400 AS days FROM cars c) c
  JOIN dealerships d ON d.tenant_id = c.tenant_id AND d.id = c.dealership
 WHERE c.tenant_id = :tenant AND ready BETWEEN :first AND :last AND c.dealership = ANY(:sites) AND {seen}
 GROUP BY GROUPING SETS ((1, 2), (2)) HAVING date_trunc('week', min(ready)) IS NOT NULL
"""
_SENT_BACK = """
SELECT d.name, date_trunc('week', left_at AT TIME ZONE 'Europe/Oslo')::date AS week, count(*) AS n
  FROM car_stages c JOIN dealerships d ON d.tenant_id = c.tenant_id AND d.id = c.dealership
 WHERE c.tenant_id = :tenant AND status = 'qc_failed' AND c.dealership = ANY(:sites) AND {seen}
   AND (left_at AT TIME ZONE 'Europe/Oslo')::date BETWEEN :first AND :last GROUP BY GROUPING SETS ((1, 2), (2))
"""
_OPEN = """
SELECT d.name, c.* FROM ({late}) c JOIN dealerships d ON d.tenant_id = c.tenant_id AND d.id = c.dealership
 WHERE c.dealership = ANY(:sites)
"""


async def monday(owner: Owner, this_monday: date) -> Figures:
    """Return what the page is to show in a week."""
    last = this_monday - timedelta(days=7)
    span = last - timedelta(weeks=12), this_monday - timedelta(days=1)
    seen, stays = CARS_SEEN[owner.role], STAYS_SEEN[owner.role]
    names = [r["name"] for r in await owner.ask("SELECT name FROM dealerships WHERE id = ANY(:sites)", *span)]
    places = {name: ("Forrige uke", name) for name in names} | {None: ("Forrige uke", "Til sammen")}
    ready = {(r["name"], r["week"]): r for r in await owner.ask(_READY.format(seen=seen), *span)}
    left = {(r["name"], r["week"]): r["n"] for r in await owner.ask(_SENT_BACK.format(seen=stays), *span)}
    found: Figures = {}
    for name, place in places.items():
        found |= _period(place, ready.get((name, last)), left.get((name, last), 0))
    for n in range(13):
        week = last - timedelta(weeks=n)
        place = "Tretten uker", str(week.isocalendar().week)
        found |= _period(place, ready.get((None, week)), left.get((None, week), 0))
    cars = await owner.ask(_OPEN.format(late=LATE.format(seen=seen)), *span)
    coming = this_monday + timedelta(days=7), this_monday + timedelta(days=13)
    for name, place in places.items():
        found |= _now(place, [c for c in cars if name in {None, c["name"]}])
        site = LOAD if name is None else LOAD.replace("ANY(:sites)", f"ANY({_NAMED.format(name=name)})")
        (hours,) = await owner.ask(site, *coming)
        if hours["booked"] or hours["available"]:
            found[*place, "Kapasitet neste uke"] = [round(float(hours[part]), 2) for part in ("booked", "available")]
    return found


_NAMED = "ARRAY(SELECT id FROM dealerships WHERE tenant_id = :tenant AND name = '{name}')"


def _period(place: tuple[str, str], row: Mapping[str, Any] | None, sent_back: int) -> Figures:
    found: Figures = {
        (*place, "Ble klare"): [0.0],
        (*place, "Sendt tilbake av kvalitetskontrollen"): [float(sent_back)],
    }
    if row is not None:
        found[*place, "Ble klare"] = [float(row["ready"])]
        found[*place, "Dager fra ankomst til klar"] = [float(round(row["days"], 1))]
        if promised := row["kept"] + row["missed"]:
            share = float(f"{row['kept'] / promised * 100:.0f}")
            found[*place, "I tide"] = [share, float(row["kept"]), float(promised)]
    return found


def _now(place: tuple[str, str], cars: Sequence[Mapping[str, Any]]) -> Figures:
    late = [cause_of(c) for c in cars if c["said"] == "late"]
    return {
        (*place, "Åpne biler"): [float(len(cars))],
        (*place, "Forsinket nå"): [float(len(late))],
        **{(*place, cause): [float(late.count(cause))] for cause in set(late)},
    }
