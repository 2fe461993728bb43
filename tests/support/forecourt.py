"""A car judged as the pipeline judges it, without a database: fill, walk, fill, rules."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.case import Case
from directapp.declare.events import Event
from directapp.declare.kinds import BadValueError
from directapp.declare.spec import CollectionMeta
from directapp.declare.workflow import Walk
from directapp.domains.cars.collection import CARS
from directapp.domains.cars.workflow import WORKFLOW
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import Problem
from directapp.kernel.ids import uuid7

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TENANT, OWNER, PREP, OTHER = (UUID(int=n) for n in range(1, 5))
SHAPE = CollectionMeta(CARS)
SITES: dict[UUID, dict[str, Any]] = {
    OWNER: {"id": OWNER, "dealership_type": "sales_only", "does_own_prep": False, "prep_center": PREP},
    PREP: {"id": PREP, "dealership_type": "sales_and_prep", "does_own_prep": True, "quality_check": True},
}


def someone(role: str, site: UUID | None = OWNER, **more: Any) -> Actor:
    return Actor(tenant=TENANT, user=uuid7(), name=role, roles=frozenset({role}), site=site, **more)


ANYONE = someone("manager")
SYSTEM = system_actor(TENANT, "workflow")


@dataclass(frozen=True)
class Judged:
    row: dict[str, Any]
    walk: Walk
    rules: list[Problem]

    @property
    def status(self) -> str:
        return self.walk.status

    @property
    def problems(self) -> list[Problem]:
        return [*self.walk.problems, *self.rules]

    @property
    def fields(self) -> set[str | None]:
        return {p.field for p in self.problems}


@dataclass(frozen=True)
class Car:
    """A stored car; ``set`` judges a write, ``then`` demands that it is accepted and goes on from it."""

    row: dict[str, Any]
    now: datetime = NOW
    sites: dict[UUID, dict[str, Any]] = field(default_factory=lambda: SITES)
    parts: tuple[dict[str, Any], ...] = ()
    walked: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def status(self) -> str:
        return str(self.row["status"])

    def set(self, actor: Actor = ANYONE, **patch: Any) -> Judged:
        return validation(self, actor, patch)

    def then(self, actor: Actor = ANYONE, **patch: Any) -> "Car":
        done = self.set(actor, **patch)
        assert done.problems == [], [(p.field, p.message.pick("nb")) for p in done.problems]
        walked = (*self.walked, *done.walk.visited)
        events = (*self.events, *done.walk.events)
        return replace(self, row=done.row, now=self.now + timedelta(minutes=10), walked=walked, events=events)

    def at(self, site: UUID, **settings: Any) -> "Car":
        return replace(self, sites={**self.sites, site: {**self.sites[site], **settings}})


def validation(car: Car, actor: Actor, patch: dict[str, Any], before: dict[str, Any] | None = None) -> Judged:
    before = car.row if before is None else before
    values = {n: SHAPE.fields[n].understand(v) for n, v in patch.items()}
    values = {n: v for n, v in values.items() if v != before.get(n)}
    row = {**before, **values}
    related = {
        "owner_site": car.sites.get(row["dealership"]),
        "prep_site": car.sites.get(row["prep_center"]),
        "parts": car.parts,
    }
    case = Case(row=row, before=before, patch=values, actor=actor, now=car.now, related=related)
    return _judge(case)


def _judge(case: Case) -> Judged:
    case = _fill(case)
    walk = WORKFLOW.walk(case)
    case = _fill(case.merged(status=walk.status))
    rules = [p for rule in CARS.rules for p in rule(case)]
    return Judged(dict(case.row), walk, rules)


def _fill(case: Case) -> Case:
    for fill in CARS.fill:
        case = case.merged(**fill(case))
    return case


def created(actor: Actor = ANYONE, **values: Any) -> Judged:
    parsed = {n: SHAPE.fields[n].understand(v) for n, v in values.items()}
    row: dict[str, Any] = {f.name: None for f in SHAPE.stored}
    given = Case(row=parsed, actor=actor, now=NOW)
    for item in SHAPE.stored:
        if item.default is not None and item.name not in parsed:
            row[item.name] = item.default(given) if callable(item.default) else item.default
    row |= parsed | {"id": uuid7(), "status": "draft"}
    related = {"owner_site": SITES.get(row["dealership"]), "prep_site": SITES.get(row["prep_center"])}
    return _judge(Case(row=row, actor=actor, now=NOW, patch=parsed, related=related))


def car(actor: Actor = ANYONE, **values: Any) -> Car:
    done = created(actor, **values)
    assert done.problems == [], [(p.field, p.message.pick("nb")) for p in done.problems]
    return Car(done.row, now=NOW + timedelta(minutes=10), walked=done.walk.visited)


VIN = "1ZZTE5T00R0000001"
_serial = iter(range(100_000, 999_999))


def new_car(**more: Any) -> Car:
    values = {"car_type": "new", "make": "Audi", "model": "Q4", "order_number": str(next(_serial)), "vin": VIN}
    return car(**(values | more))


def used_car(**more: Any) -> Car:
    return car(**({"car_type": "used", "license_plate": "AB 12345", "vin": VIN} | more))


def refused(make: Any) -> bool:
    try:
        make()
    except BadValueError:
        return True
    return False


def driven(start: Car, last: str) -> Car:
    """Drive a car along its ordinary way until it stands in a state."""
    for patch in _way(start):
        if start.status == last:
            return start
        start = start.then(**{n: (start.now if v == "now" else v) for n, v in patch.items()})
    assert start.status == last, f"never came to {last}, stands in {start.status}"
    return start


def _way(start: Car) -> list[dict[str, Any]]:
    return [
        {"appraisal_price": 100_000} if start.row["car_type"] == "used" else {},
        {"sent_at": "now"},
        {"arrived_prep_center_at": "now"},
        {"inspection_started_at": "now"},
        {"inspection_approved": True},
        {"scheduled_technical_start": "now", "scheduled_cosmetic_start": "now"},
        {"technical_started_at": "now"},
        {"technical_completed_at": "now"},
        {"cosmetic_started_at": "now"},
        {"cosmetic_completed_at": "now"},
        {"quality_approved": True},
        {"delivered_to_dealership_at": "now"},
        {"reserved_at": "now", "customer_name": "Nora Hagen"},
        {"sold_at": "now", "customer_name": "Nora Hagen", "customer_phone": "91234567"},
        {"delivered_to_customer_at": "now"},
    ]
