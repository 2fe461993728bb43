"""Rows of every collection, made from its declaration alone: many combinations, no business sense needed."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.rules import All, Either, In, Is, Not, Rule
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor
from directapp.kernel.ids import uuid7
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.names import ident

Rows = dict[str, dict[UUID, dict[str, Any]]]


def rule_literals(rule: Rule) -> dict[str, set[object]]:
    """Return the literals that a rule compares each column with: values worth trying."""
    found: dict[str, set[object]] = {}
    match rule:
        case Is(column=column, value=value) if isinstance(value, bool) or type(value) is str:
            found[column] = {value}
        case In(column=column, values=values) if isinstance(values, tuple):
            found[column] = set(values)
        case All(parts=parts) | Either(parts=parts):
            for part in parts:
                for column, values in rule_literals(part).items():
                    found.setdefault(column, set()).update(values)
        case Not(part=part):
            return rule_literals(part)
    return found


class Sampler:
    """Fills a tenant with rows of every collection, by a seeded chance."""

    def __init__(self, spec: Spec, tenant: UUID, seed: int) -> None:
        self.spec = spec
        self.tenant = tenant
        self.chance = random.Random(seed)
        self.rows: Rows = {name: {} for name in spec.metas}
        self.serial = 0

    def fill(self, counts: dict[str, int], default: int) -> Rows:
        """Make the ids first, so that references may point anywhere, then the values."""
        ids = {name: [uuid7() for _ in range(counts.get(name, default))] for name in self.spec.metas}
        if "tenants" in ids:
            ids["tenants"] = [self.tenant]
        for name, meta in self.spec.metas.items():
            for place, record in enumerate(ids[name]):
                row = self._row(meta, record, ids)
                self.rows[name][record] = row | self._unique(meta, place, ids)
        for meta, item in self.spec.attached:
            for row in self.rows[meta.name].values():
                row.update(self._subject(meta, item, row))
        return self.rows

    def _subject(self, meta: CollectionMeta, item: Field, row: dict[str, Any]) -> dict[str, Any]:
        """Let a row belong to a record of some kind, and take along from it what it should."""
        which, along = str(item.ref_in), str(item.along)
        if self.chance.random() < 0.1:
            return {item.name: row[along], which: meta.fields[along].ref if row[along] else None}
        kind = self.chance.choice(meta.fields[which].choices).code
        record = self.chance.choice(list(self.rows[kind]))
        taken = record if kind == meta.fields[along].ref else self.rows[kind][record].get(along)
        return {which: kind, item.name: record, along: taken}

    def _row(self, meta: CollectionMeta, record: UUID, ids: dict[str, list[UUID]]) -> dict[str, Any]:
        interesting: dict[str, set[object]] = {}
        for grant in meta.declared.access.grants:
            for rule in (grant.rows, grant.edit_rule):
                for column, values in rule_literals(rule).items():
                    interesting.setdefault(column, set()).update(values)
        row = {f.name: self._value(f, interesting.get(f.name, set()), ids) for f in meta.stored}
        flow = meta.declared.workflow
        if flow is not None:
            row["status"] = self.chance.choice(flow.states).code
        for exclusion in meta.declared.exclusions:
            row |= zip(exclusion.span, sorted(row[name] for name in exclusion.span), strict=True)
        for limit in meta.declared.limits:
            row |= zip((limit.lesser, limit.greater), sorted((row[limit.lesser], row[limit.greater])), strict=True)
        now = datetime.now(UTC)
        return row | {"id": record, "version": 1, "created_at": now, "updated_at": now}

    def _unique(self, meta: CollectionMeta, place: int, ids: dict[str, list[UUID]]) -> dict[str, Any]:
        """Return values of the unique fields that no two rows share."""
        values: dict[str, Any] = {}
        for name in {n for u in meta.declared.unique for n in u.fields}:
            item = meta.fields[name]
            if item.kind is Kind.REF:
                pool = ids.get(item.ref or "", [])
                values[name] = pool[place] if place < len(pool) else None
            elif item.choices:
                values[name] = item.choices[place].code if place < len(item.choices) else None
        return values

    def _value(self, item: Field, interesting: set[object], ids: dict[str, list[UUID]]) -> Any:  # noqa: C901, PLR0911 - one case a kind
        self.serial += 1
        if item.kind is Kind.REF:
            pool = ids.get(item.ref or "", [])
            return self.chance.choice([*pool, None]) if pool else None
        if item.kind is Kind.REFS:
            return []
        if interesting and self.chance.random() < 0.7:
            return self.chance.choice(sorted(interesting, key=str))
        if item.choices:
            code = self.chance.choice(item.choices).code
            return [code] if item.kind is Kind.CHOICES else code
        match item.kind:
            case Kind.BOOLEAN:
                return self.chance.random() < 0.5
            case Kind.INTEGER:
                return self.serial
            case Kind.DECIMAL | Kind.MONEY:
                return Decimal(self.serial % 1000)
            case Kind.DATE:
                return date(2026, 1, 1) + timedelta(days=self.serial % 300)
            case Kind.INSTANT:
                return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=self.serial % 5000)
            case Kind.JSON | Kind.CHOICES:
                return []
            case Kind.EMAIL:
                return f"n{self.serial}.{self.tenant.hex[-8:]}@example.test"
            case _:
                return f"{item.name[:6]}{self.serial}"


async def pour(database: Database, spec: Spec, actor_of: dict[str, Actor], rows: Rows) -> None:
    """Insert the rows as they are, through the weak role, each as a system actor its collection lists."""
    # What belongs to a subject takes along what that points to: it is pointed last.
    last = {meta.name for meta, _ in spec.attached}
    for deferred in (False, True):
        for name, records in sorted(rows.items(), key=lambda pair: pair[0] in last):
            meta = spec[name]
            refs = [f.name for f in meta.stored if f.ref is not None]
            refs += [n for f in meta.stored if f.along for n in (f.name, str(f.ref_in))]
            async with database.unit(actor_of[name]) as unit:
                for record, row in records.items():
                    if not deferred:
                        values = {k: (None if k in refs else v) for k, v in row.items()}
                        columns = ", ".join(["tenant_id", *map(ident, values)])
                        marks = ", ".join(f"${i + 1}" for i in range(len(values) + 1))
                        await unit.value(
                            f"INSERT INTO {ident(name)} ({columns}) VALUES ({marks})",
                            unit.actor.tenant,
                            *values.values(),
                        )
                    elif refs:
                        sets = ", ".join(f"{ident(r)} = ${i + 3}" for i, r in enumerate(refs))
                        await unit.value(
                            f"UPDATE {ident(name)} SET {sets} WHERE tenant_id = $1 AND id = $2",
                            unit.actor.tenant,
                            record,
                            *(row[r] for r in refs),
                        )


@dataclass
class Sample:
    database: Database
    reading: Reading
    tenant: UUID
    other: UUID
    rows: Rows
    theirs: Rows

    def actors(self, role: str) -> list[Actor]:
        """Return people of a role at two different sites, one of them with a site below it."""
        users = list(self.rows["users"])
        sites = list(self.rows["dealerships"].values())
        below = {s["id"] for s in sites if s["parent_dealership"] == sites[0]["id"]}
        own = frozenset({sites[0]["id"], *below})
        brands = frozenset({"Audi", *(str(c["make"]) for c in list(self.rows["cars"].values())[:5])})
        make = {"tenant": self.tenant, "name": role, "roles": frozenset(role.split("+")), "brands": brands}
        return [
            Actor(user=users[0], site=sites[0]["id"], sites=own, **make),
            Actor(user=users[1], site=sites[1]["id"], sites=frozenset({sites[1]["id"]}), **make),
        ]
