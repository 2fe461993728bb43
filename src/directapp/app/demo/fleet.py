"""The fleet of a demo tenant: vehicles, drivers and what they are licensed for, made in bulk."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from directapp.app.container import Application
from directapp.app.demo.sites import Group
from directapp.app.demo.words import FIRST, LAST
from directapp.domains.maintenance.fields import (
    MAINTENANCE_SCHEDULES,
    SERVICE_PROGRAMS,
    WORK_ORDERS,
    MaintenanceSchedules,
    ServicePrograms,
)
from directapp.domains.maintenance.programs import fits, planned
from directapp.domains.maintenance.review import review
from directapp.domains.vehicles.fields import (
    ASSIGNMENTS,
    CERTIFICATIONS,
    DRIVERS,
    METER_READINGS,
    RESERVATIONS,
    VEHICLES,
    Vehicles,
)
from directapp.kernel.actor import Actor
from directapp.kernel.clock import oslo_day
from directapp.kernel.ids import uuid7
from directapp.services.command import CommandContext
from directapp.services.jobs import acting
from directapp.services.seen import Seen

SYSTEM = "demo"
_MODELS = (
    ("van", "Volkswagen", "ID. Buzz Cargo", "electric", 77),
    ("van", "Toyota", "Proace Electric", "electric", 75),
    ("van", "Toyota", "Proace City", "diesel", None),
    ("sedan", "Toyota", "Corolla", "hybrid", None),
    ("suv", "Toyota", "bZ4X", "electric", 71),
    ("pickup", "Toyota", "Hilux", "diesel", None),
    ("truck", "Scania", "P 280", "diesel", None),
    ("truck", "Volvo", "FL Electric", "electric", 375),
    ("trailer", "Brenderup", "4260", None, None),
    ("forklift", "Toyota", "Traigo 48", "electric", 30),
)
_STATUSES = ("active",) * 17 + ("in_workshop", "out_of_service", "commissioning")
_USES = ("assigned", "assigned", "pool", "on_call")
_FAULTS = (
    ("Bremser skurrer foran", "critical"),
    ("Varsellampe motor", "high"),
    ("Sliten vindusvisker", "low"),
    ("Bakluke lukker ikke", "medium"),
    ("Lekkasje kjølevæske", "high"),
)
_PLANNED = 6
_CARS = frozenset({"sedan", "suv", "van", "pickup"})
_EARLIER, _ASKED = 4, 3
_PROGRAMS: tuple[dict[str, Any], ...] = (
    {"name": "Service Toyota", "make": "Toyota", "every_km": 15_000, "every_months": 12, "lead_km": 1_500},
    {"name": "Service Volkswagen", "make": "Volkswagen", "every_km": 30_000, "every_months": 24, "lead_km": 2_000},
    {"name": "Service lastebil", "vehicle_type": "truck", "every_km": 40_000, "every_months": 6, "lead_km": 3_000},
    {"name": "Bremsekontroll tilhenger", "vehicle_type": "trailer", "every_months": 12, "grace_days": 14},
    {"name": "Sakkyndig kontroll truck", "vehicle_type": "forklift", "every_months": 12, "basis": "fixed"},
    {"name": "Hjulskift", "every_months": 6, "basis": "fixed", "vehicle_type": "van", "grace_days": 14},
)


def _vin(seed: int, number: int) -> str:
    return f"WZZFLEETX{seed:03d}{number:05d}"


def _vehicles(rng: Random, seed: int, count: int, sites: Sequence[UUID], now: datetime) -> list[dict[str, Any]]:
    made, today = [], oslo_day(now)
    for number in range(1, count + 1):
        kind, make, model, fuel, kwh = rng.choice(_MODELS)
        year = today.year - rng.randint(0, 6)
        running = kind not in {"trailer", "forklift"}
        made.append(
            {
                "id": uuid7(),
                "number": f"F{number:03d}",
                "vehicle_type": kind,
                "make": make,
                "model": model,
                "vin": _vin(seed, number) if kind != "forklift" else None,
                "license_plate": f"{'EX' if fuel == 'electric' else 'ZX'}{10000 + (157 * seed + number) % 80000}"
                if running
                else None,
                "model_year": year,
                "fuel_type": fuel,
                "battery_kwh": kwh,
                "ownership": rng.choice(("owned", "owned", "leased")),
                "classification": rng.choice(_USES),
                "dealership": rng.choice(sites),
                "status": rng.choice(_STATUSES),
                "next_inspection_due": today + timedelta(days=rng.randint(-10, 700)) if running else None,
                "price": 10_000 * rng.randint(22, 65),
                "odometer_km": rng.randint(2_000, 120_000) if running else None,
                "metered_at": now if running else None,
            }
        )
    return made


def _readings(rng: Random, vehicles: Sequence[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Return earlier readings, each less than what the vehicle stands at."""
    made = []
    for vehicle in vehicles:
        km = vehicle["odometer_km"]
        for back in range(1, _EARLIER + 1) if km else ():
            km = max(0, km - rng.randint(400, 1_900))
            made.append(
                {"vehicle": vehicle["id"], "km": km, "read_at": now - timedelta(days=30 * back), "source": "manual"}
            )
    return made


def _papers(rng: Random, drivers: Sequence[Mapping[str, Any]], today: date) -> list[dict[str, Any]]:
    made = []
    for place, driver in enumerate(drivers):
        kinds = ["licence_b", *(["licence_c", "code_95", "driver_card"] if place % 3 == 0 else [])]
        kinds += ["forklift"] if place % 5 == 0 else []
        made += [
            {"driver": driver["id"], "kind": kind, "valid_to": today + timedelta(days=rng.randint(20, 1500))}
            for kind in kinds
        ]
    return made


def _assigned(
    rng: Random, vehicles: Sequence[dict[str, Any]], drivers: Sequence[Mapping[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """Give drivers vehicles of their own, some of which are asked for and not decided; return the assignments."""
    fixed = [
        v
        for v in vehicles
        if (v["classification"], v["status"]) == ("assigned", "active") and v["vehicle_type"] in _CARS
    ]
    made = []
    for place, (vehicle, driver) in enumerate(zip(fixed, drivers, strict=False)):
        since = now - timedelta(days=rng.randint(1, 300))
        one = {"vehicle": vehicle["id"], "driver": driver["id"], "kind": "designated", "starts_at": since}
        if place % 4 == _ASKED:
            made.append({**one, "status": "submitted"})
            continue
        vehicle |= {"driver": driver["id"], "holder": driver.get("user"), "held_since": since}
        made.append({**one, "status": "active", "out_at": since})
    return made


async def _maintained(ctx: CommandContext, rng: Random, vehicles: Sequence[Seen], now: datetime) -> None:
    """Give vehicles their schedules, counted from some time ago, and work out how they stand."""
    programs = await ctx.create_all(SERVICE_PROGRAMS, _PROGRAMS)
    made = []
    for vehicle in vehicles:
        km = vehicle.row.get(Vehicles.odometer_km)
        for program in programs:
            if fits(program.row, vehicle.row):
                months, every = program.row[ServicePrograms.every_months], program.row.get(ServicePrograms.every_km)
                since = oslo_day(now) - timedelta(days=rng.randint(0, 30 * months + 20))
                from_then: dict[str, Any] = {"counted_from_on": since, "last_done_on": since}
                if km and every:
                    from_then |= {"counted_from_km": max(0, km - rng.randint(0, int(every * 1.05)))}
                made.append({**planned(program, vehicle), **from_then})
    await ctx.create_all(MAINTENANCE_SCHEDULES, made)
    await review(ctx, vehicles)
    due = await ctx.find(MAINTENANCE_SCHEDULES, {MaintenanceSchedules.standing: ["due", "overdue"]}, limit=_PLANNED)
    orders: list[dict[str, Any]] = [
        {
            "title": schedule.row[MaintenanceSchedules.name],
            "vehicle": schedule.row[MaintenanceSchedules.vehicle],
            "schedule": schedule.id,
            "kind": "preventive",
            "estimate": 100 * rng.randint(15, 80),
            "status": rng.choice(("open", "awaiting_approval", "approved")),
        }
        for schedule in due
    ]
    standing = [v for v in vehicles if v.row.get(Vehicles.status) == "in_workshop"]
    for vehicle, (title, priority) in zip(standing, _FAULTS, strict=False):
        since = now - timedelta(hours=rng.randint(2, 60))
        begun = {"started_at": since, "down_from": since, "estimate": 4_000, "approved_budget": 4_000}
        status = rng.choice(("in_progress", "on_hold"))
        orders.append({"title": title, "vehicle": vehicle.id, "priority": priority, "status": status, **begun})
    await ctx.create_all(WORK_ORDERS, orders)


async def park_fleet(
    application: Application, tenant: UUID, cast: Mapping[str, Actor], sites: Mapping[str, UUID], group: Group
) -> None:
    """Make a fleet: its vehicles, a driver for about every seventh, readings, assignments and reservations."""
    rng, count = Random(group.seed), group.vehicles  # noqa: S311 - the same fleet every time
    now = application.platform.clock()
    today, places = oslo_day(now), list(sites.values())
    vehicles = _vehicles(rng, group.seed, count, places, now)
    people = [(key, actor) for key, actor in cast.items() if key.startswith("driver.") and actor.user is not None]
    drivers = [
        {"id": uuid7(), "name": actor.name, "user": actor.user, "dealership": actor.site, "employee_no": f"{1000 + n}"}
        for n, (_, actor) in enumerate(people)
    ]
    drivers += [
        {
            "id": uuid7(),
            "name": f"{rng.choice(FIRST)} {rng.choice(LAST)}",
            "dealership": rng.choice(places),
            "employee_no": f"{2000 + n}",
        }
        for n in range(max(0, count // 7 - len(people)))
    ]
    chief = next((actor.user for key, actor in cast.items() if key.startswith("supervisor.")), None)
    for driver in drivers:
        driver["manager"] = chief
    given = _assigned(rng, vehicles, drivers, now)
    pool = [v for v in vehicles if v["classification"] == "pool" and v["vehicle_type"] in _CARS]
    reserved = [
        {
            "vehicle": vehicle["id"],
            "person": actor.user,
            "starts_at": now + timedelta(hours=3 + 2 * place),
            "ends_at": now + timedelta(hours=5 + 2 * place),
        }
        for place, (vehicle, (_, actor)) in enumerate(zip(pool, people, strict=False))
    ]
    async with acting(application.platform.pipeline, tenant, SYSTEM, "demo", "", None) as ctx:
        await ctx.create_all(DRIVERS, drivers)
        parked = await ctx.create_all(VEHICLES, vehicles)
    async with acting(application.platform.pipeline, tenant, SYSTEM, "demo", "", None) as ctx:
        await ctx.create_all(METER_READINGS, _readings(rng, vehicles, now))
        await ctx.create_all(CERTIFICATIONS, _papers(rng, drivers, today))
        await ctx.create_all(ASSIGNMENTS, given)
        await ctx.create_all(RESERVATIONS, reserved)
        await _maintained(ctx, rng, parked, now)
