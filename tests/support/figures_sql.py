"""The figures of the page once more, in plain SQL over the tables, as their owner, for what one person may see."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
from holidays import country_holidays

from support.figures_page import Figures, minutes

_HOURS_OF_A_DAY = 24
_PLACE = re.compile(r"(?<!:):([a-z]+)")

_BOOKED = """
b AS (
    SELECT r.*, extract(epoch FROM least(ends_at, (:last::date + 1)::timestamp AT TIME ZONE 'Europe/Oslo') - starts_at)
            / 3600 AS hours,
        extract(epoch FROM least(coalesce(started_at, completed_at, now()), now()) - starts_at) / 60 AS begun_late,
        extract(epoch FROM coalesce(completed_at, greatest(now(), started_at)) - started_at - (ends_at - starts_at))
            / 60 AS too_long
      FROM resource_bookings r
     WHERE tenant_id = :tenant AND status NOT IN ('cancelled', 'no_show')
       AND (starts_at AT TIME ZONE 'Europe/Oslo')::date BETWEEN :first AND :last
), ours AS (
    SELECT b.*, CASE WHEN completed_at IS NOT NULL THEN 'fullført' WHEN started_at IS NOT NULL THEN 'pågår'
            WHEN ends_at < now() THEN 'uten utfall' ELSE 'kommende' END AS outcome
      FROM b WHERE provider = ANY(:sites)
), late AS (
    SELECT * FROM ours WHERE outcome <> 'uten utfall' AND starts_at <= now()
       AND (floor(begun_late) > 15 OR floor(too_long) > 15)
)"""
_WORKED = """
days AS (SELECT d::date AS day FROM generate_series(:first::date, :last::date, interval '1 day') d),
worked AS (
    SELECT r.id, r.name, r.dealership, r.kind, r.does, r.person, d.day, greatest(1, r.capacity) * coalesce((
        SELECT sum(extract(epoch FROM upper(s) - lower(s)) / 3600) FROM unnest(
            (SELECT range_agg(tstzrange((d.day + starts::time) AT TIME ZONE 'Europe/Oslo',
                    (d.day + ends::time) AT TIME ZONE 'Europe/Oslo'))
               FROM working_hours w WHERE w.tenant_id = :tenant AND w.resource = r.id
                AND w.weekday = extract(isodow FROM d.day)::text
                AND (d.day <> ALL(:holidays::date[]) OR r.works_holidays)
                AND d.day BETWEEN coalesce(valid_from, '-infinity') AND coalesce(valid_to, 'infinity'))
            - coalesce((SELECT range_agg(tstzrange(starts_at, ends_at)) FROM absences a
                WHERE a.tenant_id = :tenant AND (a.resource = r.id OR a.person = r.person)), '{}')) s), 0) AS hours
      FROM resources r CROSS JOIN days d WHERE r.tenant_id = :tenant AND r.available AND r.dealership = ANY(:sites)
)"""
LOAD = f"""
WITH {_BOOKED}, {_WORKED}
SELECT (SELECT coalesce(sum(hours), 0) FROM ours) AS booked,
    (SELECT coalesce(sum(hours), 0) FROM worked w WHERE EXISTS (
        SELECT 1 FROM resource_types t WHERE t.tenant_id = :tenant AND t.work = ANY(w.does) AND t.bookable
           AND (NOT t.requires_assignment OR (w.kind = 'person' AND w.person IS NOT NULL)))) AS available,
    (SELECT count(*) FROM ours) AS "jobber",
    (SELECT count(*) FROM ours WHERE outcome = 'fullført') AS "fullført",
    (SELECT count(*) FROM ours WHERE outcome = 'pågår') AS "pågår",
    (SELECT count(*) FROM ours WHERE outcome = 'kommende') AS "kommende",
    (SELECT count(*) FROM ours WHERE outcome = 'uten utfall') AS "uten utfall",
    (SELECT count(*) FROM late) AS "sent startet eller over tiden"
"""
_BY_TYPE = f"""
WITH {_BOOKED}, {_WORKED}, kinds AS (
    SELECT w.dealership, w.day, t.id, sum(w.hours) FILTER (WHERE w.kind = 'person') AS people,
        sum(w.hours) FILTER (WHERE w.kind = 'bay') AS bays
      FROM worked w JOIN resource_types t ON t.tenant_id = :tenant AND t.work = ANY(w.does) GROUP BY 1, 2, 3
), laid_out AS (
    SELECT k.*, coalesce(
        (SELECT allocated_hours FROM resource_capacities c WHERE c.tenant_id = :tenant AND c.dealership = k.dealership
            AND c.resource_type = k.id AND c.resource IS NULL AND c.day = k.day),
        (SELECT (ARRAY[monday, tuesday, wednesday, thursday, friday, saturday, sunday])[extract(isodow FROM k.day)]
           FROM capacity_rules c WHERE c.tenant_id = :tenant AND c.dealership = k.dealership
            AND c.resource_type = k.id AND c.resource IS NULL AND (k.day <> ALL(:holidays::date[]) OR on_holidays)
            AND k.day BETWEEN coalesce(valid_from, '-infinity') AND coalesce(valid_to, 'infinity')
          ORDER BY valid_from DESC NULLS LAST LIMIT 1)) AS laid_out
      FROM kinds k
)
SELECT t.name_nb AS name, coalesce((SELECT sum(hours) FROM ours WHERE resource_type = t.id), 0) AS booked,
    coalesce((SELECT sum(least(people, bays, laid_out)) FROM laid_out k WHERE k.id = t.id), 0) AS available
  FROM resource_types t WHERE t.tenant_id = :tenant
"""
_BY_RESOURCE = f"""
WITH {_BOOKED}, {_WORKED}
SELECT w.id, w.name, (SELECT name FROM dealerships WHERE tenant_id = :tenant AND id = w.dealership) AS site,
    sum(w.hours) AS available,
    coalesce((SELECT sum(hours) FROM ours WHERE resource = w.id), 0) AS booked
  FROM worked w GROUP BY 1, 2, 3
"""
_TAKEN = f"""
WITH {_BOOKED}
SELECT t.name_nb, count(*) AS n, sum(coalesce(nullif(estimated_hours, 0), full_hours)) AS estimated,
    sum(actual_hours) AS actual,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY actual_hours / coalesce(nullif(estimated_hours, 0), full_hours))
        AS ratio
  FROM (SELECT *, extract(epoch FROM ends_at - starts_at) / 3600 AS full_hours FROM ours) o
  JOIN resource_types t ON t.tenant_id = :tenant AND t.id = o.resource_type
 WHERE completed_at IS NOT NULL AND actual_hours IS NOT NULL GROUP BY 1
"""
_DELAYS = f"""
WITH {_BOOKED}, counted AS (
    SELECT id, greatest(0, floor(begun_late))::int AS late, greatest(0, floor(coalesce(too_long, 0)))::int AS over
      FROM late
)
SELECT *, count(*) OVER () AS whole FROM counted ORDER BY late + over DESC, id LIMIT 50
"""
_SHARED = f"""
WITH {_BOOKED}
SELECT p.name AS provider, c.name AS consumer, t.name_nb, s.max_hours_per_week AS cap,
    extract(week FROM b.starts_at AT TIME ZONE 'Europe/Oslo')::int AS week,
    sum(extract(epoch FROM ends_at - starts_at) / 3600) AS hours,
    sum(round(coalesce(actual_hours, extract(epoch FROM ends_at - starts_at) / 3600), 2))
        FILTER (WHERE completed_at IS NOT NULL) AS owed
  FROM b JOIN dealerships p ON p.tenant_id = :tenant AND p.id = b.provider
  JOIN dealerships c ON c.tenant_id = :tenant AND c.id = b.consumer
  JOIN resource_types t ON t.tenant_id = :tenant AND t.id = b.resource_type
  LEFT JOIN resource_sharing s ON s.tenant_id = :tenant AND s.provider = p.id AND s.consumer = c.id
       AND s.resource_type = t.id
 WHERE b.provider <> b.consumer AND (b.provider = ANY(:sites) OR b.consumer = ANY(:sites)) GROUP BY 1, 2, 3, 4, 5
"""
_BANK = """
SELECT coalesce(u.first_name || ' ' || u.last_name, '–') AS name,
    coalesce(sum(hours) FILTER (WHERE kind = 'work'), 0) AS work,
    coalesce(sum(hours) FILTER (WHERE kind = 'correction'), 0) AS correction
  FROM timebank_entries e LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = e.person
 WHERE e.tenant_id = :tenant AND provider = ANY(:sites) AND day BETWEEN :first AND :last GROUP BY e.person, 1
"""
_IDLE = f"""
WITH {_BOOKED}, jobs AS (
    SELECT car, count(*) AS n, range_agg(tstzrange(coalesce(started_at, starts_at), completed_at, '[]')) AS busy
      FROM ours WHERE completed_at IS NOT NULL GROUP BY 1
)
SELECT count(*) AS cars, avg(extract(epoch FROM upper(busy) - lower(busy)) / 3600
    - (SELECT sum(extract(epoch FROM upper(s) - lower(s)) / 3600) FROM unnest(busy) s)) AS mean FROM jobs WHERE n > 1
"""
CARS_SEEN = {
    "planner": "c.prep_center = ANY(:sites)",
    "manager": "(c.dealership = ANY(:sites) OR c.original_dealership = ANY(:sites) OR c.prep_center = :site)",
    "tenant_admin": "true",
}
_READY = """
SELECT count(*) AS cars, avg(h) AS mean, percentile_cont(0.5) WITHIN GROUP (ORDER BY h) AS half,
    count(*) FILTER (WHERE ready <= delivery_date) AS kept, count(*) FILTER (WHERE ready > delivery_date) AS after,
    count(*) FILTER (WHERE delivery_date IS NULL) AS unpromised
  FROM (SELECT c.*, extract(epoch FROM ready_for_delivery_at - created_at) / 3600 AS h,
               (ready_for_delivery_at AT TIME ZONE 'Europe/Oslo')::date AS ready FROM cars c) c
 WHERE tenant_id = :tenant AND ready BETWEEN :first AND :last AND {seen}
"""
# Every open car that the person sees, and how it stands to its day.
LATE = """
SELECT c.*, c.prep_center = c.dealership AS home,
    (greatest(scheduled_technical_start, scheduled_cosmetic_start) AT TIME ZONE 'Europe/Oslo')::date AS planned,
    CASE WHEN c.customer_name IS NULL OR delivery_date IS NULL THEN NULL
        WHEN delivery_date < today OR expected > delivery_date THEN 'late'
        WHEN ready_for_delivery_at IS NOT NULL THEN 'fine'
        WHEN expected = delivery_date OR (expected IS NULL AND delivery_date <= today + 2)
            OR status IN ('inspection_failed', 'qc_failed') THEN 'risk' ELSE 'fine' END AS said
  FROM (SELECT c.*, (now() AT TIME ZONE 'Europe/Oslo')::date AS today, (coalesce(ready_for_delivery_at,
            greatest(outlook_at, CASE WHEN outlook_at IS NOT NULL THEN now() END))
            AT TIME ZONE 'Europe/Oslo')::date AS expected FROM cars c) c
 WHERE tenant_id = :tenant AND status NOT IN ('delivered', 'archived') AND {seen}
"""
STAYS_SEEN = {
    "planner": "c.prep_center = ANY(:sites)",
    "manager": "(c.dealership = ANY(:sites) OR c.prep_center = :site)",
    "tenant_admin": "true",
}
_STAGES = """
SELECT status, avg(h) AS mean, percentile_cont(0.5) WITHIN GROUP (ORDER BY h) AS half, count(*) AS n FROM (
    SELECT car, status, entered_at, max(extract(epoch FROM left_at - entered_at) / 3600) AS h
      FROM car_stages c
     WHERE tenant_id = :tenant AND (left_at AT TIME ZONE 'Europe/Oslo')::date BETWEEN :first AND :last AND {seen}
     GROUP BY 1, 2, 3) c GROUP BY 1
"""


def _whole(value: Any) -> float:
    return round(float(value), 2)


def _percent(booked: Any, available: Any) -> float:
    share = float(booked) / float(available) if available else float(bool(booked))
    return float(f"{share * 100:.0f}")


def length(hours: Any) -> str:
    """Return a length of time as the page tells it: days with one decimal, or hours and minutes."""
    if float(hours) >= 2 * _HOURS_OF_A_DAY:
        return f"{float(hours) / _HOURS_OF_A_DAY:.1f} dager".replace(".", ",")
    whole, rest = divmod(round(float(hours) * 60), 60)
    return f"{whole} t {rest} min"


@dataclass(frozen=True)
class Owner:
    """Asks as the owner of the tables, for one person: their role, their site and the sites they answer for."""

    connection: asyncpg.Connection
    tenant: UUID
    role: str
    site: UUID | None
    sites: Sequence[UUID]

    async def figures(
        self, first: date, last: date, tiles: Mapping[str, tuple[date, date]], labels: Mapping[str, str]
    ) -> Figures:
        """Return what the page of a period is to show; ``tiles`` are the days of its first ones, by their names."""
        found: Figures = {}
        for name, (begin, end) in tiles.items():
            (row,) = await self.ask(LOAD, begin, end)
            found |= _load(name, row)
        kinds, resources = await self.ask(_BY_TYPE, first, last), await self.ask(_BY_RESOURCE, first, last)
        found |= _use("Belegg per type", {(r["name"],): r for r in kinds if r["booked"] or r["available"]})
        several = len(self.sites) > 1
        found |= _use("Belegg per ressurs", {(r["name"], *[r["site"]] * several): r for r in resources})
        found |= _accuracy(await self.ask(_TAKEN, first, last))
        found |= _delays(await self.ask(_DELAYS, first, last))
        found |= _idle((await self.ask(_IDLE, first, last))[0])
        found |= _between(await self.ask(_SHARED, first, last))
        found |= _people(await self.ask(_BANK, first, last))
        found |= _ready((await self.ask(_READY.format(seen=CARS_SEEN[self.role]), first, last))[0])
        found |= _now(await self.ask(LATE.format(seen=CARS_SEEN[self.role]), first, last))
        found |= _stages(await self.ask(_STAGES.format(seen=STAYS_SEEN[self.role]), first, last), labels)
        return found

    async def ask(self, sql: str, first: date, last: date) -> list[asyncpg.Record]:
        """Return what a statement finds, its values named as in it."""
        holidays = sorted(country_holidays("NO", years=range(first.year, last.year + 1)))
        values = {"tenant": self.tenant, "sites": list(self.sites), "site": self.site, "first": first, "last": last}
        values["holidays"] = holidays
        names = list(dict.fromkeys(_PLACE.findall(sql)))
        placed = _PLACE.sub(lambda m: f"${names.index(m[1]) + 1}", sql)
        found: list[asyncpg.Record] = await self.connection.fetch(placed, *(values[name] for name in names))
        return found


def _load(name: str, row: Mapping[str, Any]) -> Figures:
    booked, available = _whole(row["booked"]), _whole(row["available"])
    return {
        (name,): [_percent(booked, available)],
        (name, "av timer booket"): [booked, available],
        **{(name, n): [float(row[n])] for n in list(row.keys())[2:] if row[n] or n == "jobber"},
    }


def _use(title: str, rows: Mapping[tuple[str, ...], Mapping[str, Any]]) -> Figures:
    found: Figures = {}
    for place, row in rows.items():
        booked, available = row["booked"], row["available"]
        found[title, *place, "Booket"] = [_whole(booked)]
        found[title, *place, "Til rådighet"] = [_whole(available)]
        found[title, *place, "Belegg"] = [_percent(booked, available)]
        if booked and booked > available * Decimal("0.9"):
            told = [float(f"{n:.1f}") for n in (booked, available)]
            found["Flaskehalser", place[0]] = [_percent(booked, available), *told]
    if len(rows) > 1:
        found[title, "Til sammen", "Booket"] = [_whole(sum(row["booked"] for row in rows.values()))]
    return found


def _accuracy(rows: Sequence[Mapping[str, Any]]) -> Figures:
    found: Figures = {}
    for row in rows:
        place = "Medgått mot beregnet", row["name_nb"]
        found[*place, "Jobber"] = [float(row["n"])]
        found[*place, "Beregnet"] = [_whole(row["estimated"])]
        found[*place, "Medgått"] = [_whole(row["actual"])]
        found[*place, "Medgått av beregnet"] = [float(f"{row['ratio'] * 100:.0f}")]
    return found


def _delays(rows: Sequence[Mapping[str, Any]]) -> Figures:
    told = [float(n) for row in rows for part in ("late", "over") for n in minutes(length(row[part] / 60))]
    return {("Forsinkelser",): [float(rows[0]["whole"])], ("Forsinkelser", "minutter"): told} if rows else {}


def _idle(row: Mapping[str, Any]) -> Figures:
    title = "Ventetid mellom jobber"
    if not row["cars"]:
        return {}
    return {
        (title,): minutes(length(row["mean"])),
        (title, "Snitt for biler med mer enn én fullført jobb"): [row["cars"]],
    }


def _between(rows: Sequence[Mapping[str, Any]]) -> Figures:
    found: Figures = {}
    owed: dict[tuple[str, str], dict[str, float]] = {}
    for row in rows:
        pair, kind = (row["provider"], row["consumer"]), row["name_nb"]
        place = "Brukt av andres tid, mot avtale", *pair, kind, str(row["week"])
        found[*place, "Timer"] = [_whole(row["hours"])]
        if row["cap"]:
            found[*place, "Avtalt"] = [_whole(row["cap"])]
            found[*place, "Belegg"] = [_percent(row["hours"], row["cap"])]
        if row["owed"] is not None:
            kinds = owed.setdefault(pair, {})
            kinds[kind] = kinds.get(kind, 0.0) + float(row["owed"])
    for pair, kinds in owed.items():
        whole = {"Til sammen": sum(kinds.values())} if len(kinds) > 1 else {}
        for kind, hours in {**kinds, **whole}.items():
            found["Timer å gjøre opp mellom anlegg", *pair, kind, "Timer"] = [_whole(hours)]
    return found


def _people(rows: Sequence[Mapping[str, Any]]) -> Figures:
    found: Figures = {}
    people = [(r["name"], r["work"], r["correction"]) for r in rows]
    if len(people) > 1:
        people.append(("Til sammen", sum(p[1] for p in people), sum(p[2] for p in people)))
    for name, work, correction in people:
        for head, hours in (("Arbeid", work), ("Retting", correction), ("Til sammen", work + correction)):
            found["Timebank", name, head] = [_whole(hours)]
    return found


def _ready(row: Mapping[str, Any]) -> Figures:
    title = "Fra ordre til klar"
    if not row["cars"]:
        return {}
    return {
        (title,): minutes(length(row["mean"])),
        (title, "Halvparten er klare innen"): minutes(length(row["half"])),
        (title, "biler ble klare i perioden"): [row["cars"]],
        (title, "i tide"): [row["kept"]],
        (title, "etter lovet dag"): [row["after"]],
        (title, "uten lovet dag"): [row["unpromised"]],
    }


def cause_of(car: Mapping[str, Any]) -> str:
    """Return why a late car is late, as the page says it."""
    status, ready = car["status"], car["ready_for_delivery_at"] is not None
    if status in {"inspection_failed", "qc_failed"} or car["rework"]:
        return "Avvik eller omarbeid"
    if status == "waiting_parts" or (not ready and car["parts_status"] in {"ordered", "in_transit"}):
        return "Deler"
    if status in {"registered", "appraised", "in_transit"} or (status == "ready_for_delivery" and car["home"] is False):
        return "Transport"
    if ready:
        return "Venter på kunden"
    waits = status in {"at_prep_center", "ready_to_plan", "planned"}
    return "Kapasitet" if waits or (car["planned"] and car["planned"] >= car["delivery_date"]) else "Ukjent"


def _now(cars: Sequence[Mapping[str, Any]]) -> Figures:
    names = {"late": "Forsinket", "risk": "Kan bli forsinket", "fine": "I rute", None: "Uten kunde eller lovet dag"}
    said, causes = [names[c["said"]] for c in cars], [cause_of(c) for c in cars if c["said"] == "late"]
    counted = {name: said.count(name) for name in names.values()} | {
        cause: causes.count(cause) for cause in set(causes)
    }
    return {("Biler nå", name): [float(count)] for name, count in counted.items()}


def _stages(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> Figures:
    found: Figures = {}
    for row in (r for r in rows if r["status"] in labels):
        place = "Tid per steg", labels[row["status"]]
        found[*place, "Snitt"], found[*place, "Median"] = minutes(length(row["mean"])), minutes(length(row["half"]))
        found[*place, "Biler"] = [float(row["n"])]
    return found


_UNFORCE = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relforcerowsecurity LOOP
        EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$
"""
_PERSON = """
WITH RECURSIVE who AS (SELECT u.* FROM users u WHERE u.email = $1), below AS (
    SELECT d.tenant_id, d.id FROM dealerships d JOIN who ON d.tenant_id = who.tenant_id AND d.id = who.dealership
    UNION SELECT d.tenant_id, d.id FROM dealerships d JOIN below b ON d.tenant_id = b.tenant_id
        AND d.parent_dealership = b.id
)
SELECT who.tenant_id, who.dealership, ARRAY(SELECT id FROM below) AS below,
    ARRAY(SELECT id FROM dealerships d WHERE d.tenant_id = who.tenant_id) AS every FROM who
"""


@asynccontextmanager
async def as_owner(dsn: str, email: str, role: str) -> AsyncIterator[Owner]:
    """Ask for a person past all row rules, which hold again afterwards."""
    connection = await asyncpg.connect(dsn)
    transaction = connection.transaction()
    try:
        await transaction.start()
        await connection.execute(_UNFORCE)
        who = await connection.fetchrow(_PERSON, email)
        assert who is not None, email
        own = [who["dealership"]]
        sites = {"planner": own, "manager": who["below"], "tenant_admin": who["every"]}[role]
        yield Owner(connection, who["tenant_id"], role, who["dealership"], sites)
    finally:
        await transaction.rollback()
        await connection.close()
