"""Acts of planning at random, whole rounds of them at once, and a recount by SQL of what they leave behind."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from directapp.domains.planning.booking_fields import HOLDING
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import DirectAppError
from directapp.services.intent import Intent
from directapp.store.query import Query
from support.plan import Plan, at
from support.rush import Rush, audit

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_CLOCKS = [f"{hour:02d}:{minute:02d}" for hour in range(8, 15) for minute in (0, 20, 45)]
_LENGTHS = (20, 45, 60, 90, 150)


@dataclass
class Acts:
    """What may be done to one plan, by chance."""

    plan: Plan
    cars: list[UUID]
    chance: random.Random
    agreements: list[UUID] = field(default_factory=list)
    rules: list[UUID] = field(default_factory=list)
    absences: list[UUID] = field(default_factory=list)
    bookings: list[UUID] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def kinds(self) -> list[Callable[[], Awaitable[None]]]:
        """Every act, the frequent ones several times."""
        often = [self.book, self.book, self.book, self.bulk, self.propose, self.move, self.move, self.cancel]
        return [
            *often,
            *(
                self.split,
                self.copy,
                self.confirm,
                self.start,
                self.complete,
                self.no_show,
                self.undo,
                self.agreement,
                self.capacity,
            ),
            *(self.relocate, self.absence, self.weekly, self.day, self.close, self.dispatcher),
        ]

    async def rounds(self, acts: int) -> None:
        """Do so many acts, from one to eight at a time."""
        left = acts
        while left > 0:
            together = self.chance.randint(1, 8)
            left -= together
            await asyncio.gather(*(self._one(self.chance.choice(self.kinds)) for _ in range(together)))

    async def _one(self, act: Callable[[], Awaitable[None]]) -> None:
        name = getattr(act, "__name__", "")
        try:
            await act()
        except DirectAppError as error:
            self.refused[f"{name}: {error.code}"] += 1
        else:
            self.done[name] += 1

    # -- the acts -----------------------------------------------------------------------------------

    def _when(self) -> dict[str, Any]:
        day = self.plan.day + timedelta(days=self.chance.randrange(3))
        start = at(day, self.chance.choice(_CLOCKS))
        end = start + timedelta(minutes=self.chance.choice(_LENGTHS))
        return {"starts_at": start.isoformat(), "ends_at": end.isoformat()}

    def _where(self) -> tuple[str, UUID]:
        return self.chance.choice(list(self.plan.resources.items()))

    def _new(self) -> dict[str, Any]:
        name, resource = self._where()
        kind = "cosmetic" if name == "detailer" else "mechanical"
        person = {"person": str(self.plan.dealer.people["planner", "499"].user)} if name == "hall" else {}
        return {
            "car": str(self.chance.choice(self.cars)),
            "resource_type": str(self.plan.types[kind]),
            "resource": str(resource),
            **self._when(),
            **person,
        }

    def _any(self, known: list[UUID]) -> UUID:
        if not known:
            raise DirectAppError
        return self.chance.choice(known)

    async def _do(self, verb: str, target: UUID | None, collection: str = "resource_bookings", **values: Any) -> UUID:
        answer = await self.plan.dealer.do(await self.plan.planner(), collection, verb, target, **values)
        assert answer.record is not None
        return answer.record

    async def _admin(self, collection: str, target: UUID, verb: str = "update", **values: Any) -> None:
        admin = await self.plan.dealer.person("tenant_admin")
        await self.plan.dealer.application.platform.pipeline.perform(
            Intent(
                actor=admin,
                collection=collection,
                verb=verb,
                origin="test",
                target=target,
                patch=values,
                confirmed=self.chance.random() < 0.7,
            )
        )

    async def book(self) -> None:
        """Book one car."""
        self.bookings.append(await self._do("create", None, **self._new()))

    async def split(self) -> None:
        """Split a booking in the middle, the rest right after or at another time."""
        booking = self._any(self.bookings)
        row = await self.plan.dealer.read(await self.plan.planner(), "resource_bookings", booking)
        start, end = (datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at"))
        rest = {"starts_at": self._when()["starts_at"]} if self.chance.random() < 0.7 else {}
        middle = (start + (end - start) / 2).replace(second=0)
        self.bookings.append(await self._do("split", booking, at=middle.isoformat(), **rest))

    async def copy(self) -> None:
        """Book the work of a booking again, for its car or another one."""
        other = {"car": str(self.chance.choice(self.cars))} if self.chance.random() < 0.5 else {}
        booking = self._any(self.bookings)
        self.bookings.append(await self._do("copy", booking, starts_at=self._when()["starts_at"], **other))

    async def bulk(self) -> None:
        """Book several cars, or cancel or move several bookings, in one transaction."""
        planner = await self.plan.planner()
        whole = {"actor": planner, "collection": "resource_bookings", "origin": "test"}
        count = self.chance.randint(2, 5)
        kind = self.chance.choice(("create", "cancel", "update"))
        if kind == "create":
            asked = [Intent(verb="create", patch=self._new(), **whole) for _ in range(count)]
        else:
            targets = self.chance.sample(self.bookings, min(count, len(self.bookings)))
            patches = [self._when() if kind == "update" else {} for _ in targets]
            asked = [Intent(verb=kind, target=t, patch=p, **whole) for t, p in zip(targets, patches, strict=True)]
        atomic = self.chance.random() < 0.5
        answers = await self.plan.dealer.application.platform.pipeline.perform_all(asked, atomic=atomic)
        if kind == "create" and not (atomic and any(isinstance(a, DirectAppError) for a in answers)):
            self.bookings += [a.record for a in answers if not isinstance(a, DirectAppError) and a.record]

    async def propose(self) -> None:
        """Accept a proposal, whole or in part, that books some cars and moves some bookings."""
        proposal = await self._do("create", None, "plan_proposals", seconds=1)
        movable = [
            await self._booking(b)
            for b in self.chance.sample(self.bookings, min(self.chance.randint(0, 2), len(self.bookings)))
        ]
        lines: list[dict[str, Any]] = [{**self._new(), "moves": None} for _ in range(self.chance.randint(0, 2))]
        places = [{n: b[n] for n in ("resource", "starts_at", "ends_at")} for b in movable]
        self.chance.shuffle(places)
        lines += [
            {"car": b["car"], "resource_type": b["resource_type"], **place, "moves": b["id"]}
            for b, place in zip(movable, places, strict=True)
        ]
        whole = [{"line": n, "car_title": f"car {n}", **line} for n, line in enumerate(lines, 1)]
        ready = {"status": "ready", "lines": whole}
        await self.plan.dealer.do(self.plan.demo, "plan_proposals", "update", proposal, **ready)
        chosen = {"lines": [n for n in range(1, len(whole) + 1) if self.chance.random() < 0.8]} if whole else {}
        await self._do("accept", proposal, "plan_proposals", **chosen)

    async def _booking(self, record: UUID) -> dict[str, Any]:
        return await self.plan.dealer.read(await self.plan.planner(), "resource_bookings", record)

    async def move(self) -> None:
        """Move a booking to another time, and sometimes to another resource."""
        more = {"resource": str(self._where()[1])} if self.chance.random() < 0.4 else {}
        await self._do("update", self._any(self.bookings), **self._when(), **more)

    async def confirm(self) -> None:
        """Say yes to a time."""
        await self._do("confirm", self._any(self.bookings))

    async def start(self) -> None:
        """Begin some work."""
        await self._do("start", self._any(self.bookings))

    async def complete(self) -> None:
        """Finish some work."""
        await self._do("complete", self._any(self.bookings), actual_hours=self.chance.choice(("0,5", "1,25", "2")))

    async def no_show(self) -> None:
        """Say that nobody came."""
        await self._do("no_show", self._any(self.bookings))

    async def cancel(self) -> None:
        """Give a time back."""
        await self._do("cancel", self._any(self.bookings))

    async def undo(self) -> None:
        """Take the last change of a booking back."""
        await self._do("undo", self._any(self.bookings))

    async def agreement(self) -> None:
        """End an agreement or let it hold again, or change its cap."""
        values = self.chance.choice(({"enabled": False}, {"enabled": True}, {"max_hours_per_week": "3"}))
        if self.chance.random() < 0.3:
            values = {"max_hours_per_week": self.chance.choice(("4,5", "8", "40"))}
        await self._admin("resource_sharing", self._any(self.agreements), **values)

    async def capacity(self) -> None:
        """Let the hall have room for fewer or more."""
        await self._admin("resources", self.plan.resources["hall"], capacity=self.chance.choice((1, 2, 3)))

    async def relocate(self) -> None:
        """Move a resource to another site and back, or let nobody use it for a while."""
        site = str(self.plan.dealer.sites[self.chance.choice(("499", "499", "495"))])
        values = self.chance.choice(({"dealership": site}, {"available": self.chance.random() < 0.7}))
        await self._admin("resources", self._where()[1], **values)

    async def absence(self) -> None:
        """Let somebody be away, or come back."""
        if self.absences and self.chance.random() < 0.5:
            await self._do("delete", self.absences.pop(), "absences")
            return
        when = self._when()
        self.absences.append(await self._do("create", None, "absences", resource=str(self._where()[1]), **when))

    async def weekly(self) -> None:
        """Make a weekly plan, change it, end it or take it away."""
        choice = self.chance.random()
        if choice < 0.4 or not self.rules:
            hours = dict.fromkeys(_DAYS, self.chance.choice(("4", "7,5", "12")))
            own = {"resource": str(self._where()[1])} if self.chance.random() < 0.3 else {}
            site, kind = str(self.plan.dealer.sites["499"]), str(self.plan.types["mechanical"])
            rule = await self._do("create", None, "capacity_rules", dealership=site, resource_type=kind, **hours, **own)
            self.rules.append(rule)
        elif choice < 0.6:
            await self._do("update", self._any(self.rules), "capacity_rules", tuesday=self.chance.choice(("2", "20")))
        elif choice < 0.8:
            ended = (self.plan.day + timedelta(days=1)).isoformat()
            await self._do("update", self._any(self.rules), "capacity_rules", valid_to=ended)
        else:
            await self._do("delete", self.rules.pop(), "capacity_rules")

    async def day(self) -> None:
        """Set the hours of a single day."""
        day = (self.plan.day + timedelta(days=self.chance.randrange(3))).isoformat()
        page = await self.plan.dealer.application.platform.reading.page(
            await self.plan.planner(), "resource_capacities", Query(limit=1000)
        )
        found = [d["id"] for d in orjson.loads(page.json) if d["day"] == day]
        hours = self.chance.choice(("3", "8", "16"))
        if found:
            await self._do("update", UUID(self.chance.choice(found)), "resource_capacities", allocated_hours=hours)
            return
        site, kind = str(self.plan.dealer.sites["499"]), str(self.plan.types["mechanical"])
        values = {"dealership": site, "resource_type": kind, "day": day, "allocated_hours": hours}
        await self._do("create", None, "resource_capacities", **values)

    async def close(self) -> None:
        """Archive a car, or bring it back."""
        car = self.chance.choice(self.cars)
        if self.chance.random() < 0.5:
            await self._admin("cars", car, "archive", reason="scrapped")
        else:
            await self._admin("cars", car, "restore", reason="Feil")

    async def dispatcher(self) -> None:
        """Let what follows happen."""
        await self.plan.dealer.application.dispatcher.drain(self.plan.dealer.tenant)


_LANES = """
SELECT count(*) FROM resource_bookings WHERE tenant_id = $1 AND status = ANY($2) AND (lane IS NULL OR day IS NULL)
"""
_HOURS_WORKED = """
SELECT count(*) FROM resource_bookings b LEFT JOIN timebank_entries e ON e.tenant_id = b.tenant_id AND e.booking = b.id
 WHERE b.tenant_id = $1 AND coalesce(e.hours, 0) IS DISTINCT FROM
  CASE WHEN b.status = 'completed' AND b.person IS NOT NULL THEN coalesce(b.actual_hours, 0) ELSE 0 END
"""
_PERSONS = """
SELECT count(*) FROM resource_bookings a JOIN resource_bookings b ON a.tenant_id = b.tenant_id AND a.id < b.id
 AND a.person = b.person AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
 JOIN resources r ON r.tenant_id = a.tenant_id AND r.id = a.resource
 WHERE a.tenant_id = $1 AND a.status = ANY($2) AND b.status = ANY($2)
  AND (a.resource <> b.resource OR r.kind <> 'person')
"""
_UNCOUNTED = """
SELECT count(*) FROM (SELECT DISTINCT agreement, week FROM resource_bookings WHERE tenant_id = $1 AND agreement IS NOT
 NULL) b WHERE NOT EXISTS (SELECT 1 FROM sharing_weeks w WHERE w.tenant_id = $1 AND w.agreement = b.agreement
 AND w.week = b.week)
"""
_ELSEWHERE = """
SELECT count(*) FROM resource_bookings WHERE tenant_id = $1 AND provider <> consumer AND agreement IS NULL
"""
_CLOSED = """
SELECT count(*) FROM resource_bookings b JOIN cars c ON c.tenant_id = b.tenant_id AND c.id = b.car
 WHERE b.tenant_id = $1 AND b.status = ANY($2) AND c.status IN ('delivered', 'archived')
"""


async def wrong(plan: Plan) -> dict[str, int]:
    """Return how much of what stands is not what the bookings say, by kind; {} when all is well."""
    found = vars(await audit(plan, Rush()))
    found.pop("lost")
    tenant, held = plan.dealer.tenant, list(HOLDING)
    async with plan.dealer.application.platform.database.unit(system_actor(tenant, "planning"), readonly=True) as unit:
        found["laneless"] = await unit.value(_LANES, tenant, held)
        found["misentered"] = await unit.value(_HOURS_WORKED, tenant)
        found["persons_twice"] = await unit.value(_PERSONS, tenant, held)
        found["uncounted"] = await unit.value(_UNCOUNTED, tenant)
        found["without_agreement"] = await unit.value(_ELSEWHERE, tenant)
    async with plan.dealer.application.platform.database.unit(system_actor(tenant, "demo"), readonly=True) as unit:
        found["closed"] = await unit.value(_CLOSED, tenant, held)
    return {name: n for name, n in found.items() if n}
