"""Rows of every collection, made from its declaration alone: many combinations, no business sense needed."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from directapp.app.spec import load_spec
from directapp.declare.access import Grant
from directapp.declare.fields import Field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.rules import All, Either, Empty, In, Is, Not, Parent, Rule, SeenInFull, SubjectSeen, Who, Whose
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.ids import uuid7
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.names import ident
from support.dealer import template
from support.server import Server

Rows = dict[str, dict[UUID, dict[str, Any]]]
ADDRESS = "https://example.test/"
COUNTS = {"cars": 240, "users": 24, "dealerships": 5}


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
        self.ids: dict[str, list[UUID]] = {}
        # The rows that satisfy an entry, by collection and what they hold.
        self.aimed: dict[tuple[str, tuple[tuple[str, str], ...]], UUID] = {}

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
        self.ids = ids
        for meta in self.spec.metas.values():
            for grant in meta.declared.access.grants:
                self._aim(meta, (grant.edit_rule, grant.rows), grant)
        return self.rows

    def _aim(self, meta: CollectionMeta, rules: tuple[Rule, ...], grant: Grant, *, anew: bool = False) -> UUID:
        """Return a row that satisfies rules for the first person at the first site, made where there is none yet."""
        values = {name: value for rule in rules for name, value in self._satisfying(meta, rule, grant.role).items()}
        if grant.states:
            values = {"status": grant.states[0]} | values
        if "id" in values or not values:
            return values.get("id") or next(iter(self.rows[meta.name]))
        key = (meta.name, tuple(sorted((n, str(v)) for n, v in values.items())))
        if anew or key not in self.aimed:
            record = self.aimed[key] = uuid7()
            row = self._row(meta, record, self.ids)
            unique = self._unique(meta, len(self.rows[meta.name]), self.ids)
            attached = (item for of, item in self.spec.attached if of is meta and item.name not in values)
            about = {n: v for item in attached for n, v in self._subject(meta, item, row).items()}
            self.rows[meta.name][record] = row | unique | about | values
            self._make_way(meta, record)
        return self.aimed[key]

    def _make_way(self, meta: CollectionMeta, record: UUID) -> None:
        """Take from the other rows what may stand once."""
        rows = self.rows[meta.name]
        for unique in meta.declared.unique:
            for other, row in rows.items():
                if other != record and all(row[n] == rows[record][n] is not None for n in unique.fields):
                    row[unique.fields[0]] = None

    def _satisfying(self, meta: CollectionMeta, rule: Rule, role: str) -> dict[str, Any]:  # noqa: PLR0911 - one case a rule
        match rule:
            case Is(column=column, value=value):
                mine = {Who.USER: self.ids["users"][0], Who.SITE: self.ids["dealerships"][0]}
                return {column: mine[value] if isinstance(value, Who) else value}
            case In(column=column, values=Whose.SITES):
                return {column: self.ids["dealerships"][0]}
            case In(column=column, values=values) if isinstance(values, tuple):
                return {column: values[0]}
            case Empty(column=column):
                return {column: None}
            case Either(parts=(part, *_)):
                return self._satisfying(meta, part, role)
            case All(parts=parts):
                return self._all(meta, parts, role)
            case SeenInFull() | SubjectSeen() | Parent():
                return self._all(meta, (rule,), role)
        return {}

    def _all(self, meta: CollectionMeta, parts: tuple[Rule, ...], role: str) -> dict[str, Any]:
        """Satisfy rules that hold together; those about one other record by one that satisfies them all."""
        values: dict[str, Any] = {}
        others: dict[tuple[str, str, str], list[Rule]] = {}
        # What belongs to any record belongs here to the one that is taken along.
        subjects: dict[str, str] = {}
        for part in parts:
            match part:
                case SeenInFull(column=column, collection=name):
                    others.setdefault((column, name, "id"), [])
                case Parent(column=column, collection=name, rule=rule, key=key):
                    others.setdefault((column, name, key), []).append(rule)
                case SubjectSeen(column=column) if along := meta.fields[column].along:
                    subjects[column] = along
                    others.setdefault((along, str(meta.fields[along].ref), "id"), [])
                case _:
                    values |= self._satisfying(meta, part, role)
        for (column, name, key), rules in others.items():
            parent = self.spec[name]
            full = [g for g in parent.declared.access.grants if g.role == role and g.full]
            if full or rules:
                seen = full[0] if full else Grant(role=role)
                once = any(column in u.fields for u in meta.declared.unique)
                record = self._aim(parent, (seen.rows, *rules), Grant(role=role), anew=once)
                if column == "id":
                    self.rows[name][record][key] = values["id"] = next(iter(self.rows[meta.name]))
                else:
                    values[column] = record if key == "id" else self.rows[name][record][key]
        # A role may see no such record in full; then what belongs to one is not aimed at.
        for column, along in ((c, a) for c, a in subjects.items() if a in values):
            values |= {column: values[along], str(meta.fields[column].ref_in): meta.fields[along].ref}
        return values

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
        for apart in meta.declared.apart:
            row[apart.one] = None if row[apart.one] == row[apart.other] else row[apart.one]
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
                text = f"{item.name[:6]}{self.serial}"
                return next(filter(partial(_fits, item), (text, f"{ADDRESS}{self.serial}")), text)


def _fits(item: Field, value: str) -> bool:
    try:
        item.understand(value)
    except BadValueError:
        return False
    return True


def json_of(row: dict[str, Any], tenant: UUID) -> dict[str, Any]:
    """Return a row as PostgreSQL reads it from JSON."""
    return {"tenant_id": tenant, **row}


async def pour(database: Database, spec: Spec, actor_of: dict[str, Actor], rows: Rows) -> None:
    """Insert the rows as they are, through the weak role, each as a system actor its collection lists."""
    # What belongs to a subject takes along what that points to: it is pointed last.
    last = {meta.name for meta, _ in spec.attached}
    for deferred in (False, True):
        for name, records in sorted(rows.items(), key=lambda pair: pair[0] in last):
            meta, table = spec[name], ident(name)
            refs = [f.name for f in meta.stored if f.points_to is not None]
            refs += [n for f in meta.stored if f.along for n in (f.name, str(f.ref_in))]
            columns = ", ".join(ident(f.name) for f in meta.stored)
            async with database.unit(actor_of[name]) as unit:
                given = [
                    json_of(row if deferred else row | dict.fromkeys(refs), unit.actor.tenant)
                    for row in records.values()
                ]
                source = f"jsonb_populate_recordset(NULL::{table}, $1::jsonb) AS new"
                if not deferred:
                    await unit.value(
                        f"INSERT INTO {table} (tenant_id, {columns}) SELECT tenant_id, {columns} FROM {source}",
                        plain(given),
                    )
                elif refs:
                    sets = ", ".join(f"{ident(r)} = new.{ident(r)}" for r in refs)
                    where = f"{table}.tenant_id = new.tenant_id AND {table}.id = new.id"
                    await unit.value(f"UPDATE {table} SET {sets} FROM {source} WHERE {where}", plain(given))


def plain(rows: list[dict[str, Any]]) -> Any:
    """Return rows with nothing in them that JSON has no form for."""
    return orjson.loads(orjson.dumps(rows, default=str))


@asynccontextmanager
async def poured_out(server: Server) -> AsyncIterator["Sample"]:
    """Give a database in which one tenant has rows of every collection, and another a few."""
    name = await template(server)
    tenant, other = uuid7(), uuid7()
    spec = load_spec()
    async with Database(spec, server.app(name)) as database:
        rows, theirs = Sampler(spec, tenant, 1).fill(COUNTS, 12), Sampler(spec, other, 2).fill({}, 3)
        for owner, poured in ((tenant, rows), (other, theirs)):
            await pour(database, spec, {n: writer(owner, m) for n, m in spec.metas.items()}, poured)
        yield Sample(database, Reading(spec, database), tenant, other, rows, theirs, server.owner(name))
    await server.drop(name)


def writer(tenant: UUID, meta: CollectionMeta) -> Actor:
    systems = meta.declared.access.systems
    if systems:
        return system_actor(tenant, systems[0])
    return Actor(tenant=tenant, user=uuid7(), name="admin", roles=frozenset({"tenant_admin"}))


@dataclass
class Sample:
    database: Database
    reading: Reading
    tenant: UUID
    other: UUID
    rows: Rows
    theirs: Rows
    owner: str

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

    def stranger(self) -> Actor:
        """Return somebody with much to say, in the other tenant."""
        site = next(iter(self.theirs["dealerships"]))
        user = next(iter(self.theirs["users"]))
        roles = frozenset({"tenant_admin", "manager"})
        return Actor(tenant=self.other, user=user, name="stranger", roles=roles, site=site, sites=frozenset({site}))
