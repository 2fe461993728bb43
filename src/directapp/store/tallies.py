"""Tallies: sums over the rows of another collection, counted anew for whatever a write touched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from directapp.declare.collection import Tally
from directapp.declare.rules import Rule
from directapp.declare.spec import CollectionMeta, Spec, columns_of
from directapp.store.names import ident, parameter_type, setting
from directapp.store.rule_sql import RuleSql
from directapp.store.unit import Unit

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A sum that is not what its rows say."""

    collection: str
    record: UUID
    column: str
    stored: Any
    counted: Any
    of: str
    place: int
    key: tuple[Any, ...]


def sum_sql(spec: Spec, tally: Tally, ours: str, *, lifted: str | None = None) -> str:
    """Return the sum of a row of ours (an alias) as a sub-select: hours, of the minutes begun."""
    theirs = spec[tally.of]
    start, end = (f"b.{ident(name)}" for name in tally.span)
    parts = ["b.tenant_id = " + ours + ".tenant_id"]
    parts += [f"b.{ident(other)} = {ours}.{ident(own)}" for own, other in tally.agree]
    parts += [
        f"({ours}.{ident(own)} IS NULL OR b.{ident(other)} = {ours}.{ident(own)})" for own, other in tally.unless_empty
    ]
    parts.append(_rule(spec, theirs, tally.where))
    if lifted:
        parts.append(f"b.id <> ALL ({lifted})")
    minutes = f"coalesce(sum(ceil(extract(epoch FROM {end} - {start}) / 60)), 0)"
    return f"(SELECT round({minutes} / 60, 2) FROM {ident(tally.of)} b WHERE {' AND '.join(parts)})"


def _rule(spec: Spec, meta: CollectionMeta, rule: Rule) -> str:
    return RuleSql(spec, setting, lambda s: s.declared.access.grants, roles_in_sql=True).rule(rule, "b", meta)


def touched(tally: Tally, before: Row | None, after: Row | None) -> set[tuple[Any, ...]]:
    """Return the keys (theirs, in the order of ``agree``) whose sums a write of a row may have changed."""
    pairs = (*tally.agree, *tally.unless_empty)
    looked_at = {theirs for _, theirs in pairs} | {*tally.span} | set(columns_of(tally.where))
    if before is not None and after is not None and all(before.get(n) == after.get(n) for n in looked_at):
        return set()
    keys = {tuple(row.get(theirs) for _, theirs in tally.agree) for row in (before, after) if row is not None}
    return {key for key in keys if None not in key}


async def settle(
    unit: Unit, of: str, keys: Mapping[int, Iterable[tuple[Any, ...]]], *, lifted: Sequence[UUID], now: datetime
) -> list[tuple[str, UUID]]:
    """Count the sums over ``of`` anew at some keys, by the tally's place; return what changed.

    The rows of ours are held first, in one order, and counted by a later statement: it sees what whoever held them
    before has left. Rows that are ``lifted`` count nowhere.
    """
    places = tuple(sorted(n for n, found in keys.items() if found))
    hold, count = _statements(unit.spec, of, places)
    columns = [list(column) for n in places for column in zip(*sorted(keys[n], key=str), strict=True)]
    await unit.value(hold, unit.actor.tenant, *columns)
    rows = await unit.fetch(count, unit.actor.tenant, *columns, list(lifted), now)
    return [(row["collection"], row["id"]) for row in rows]


@lru_cache(maxsize=256)
def _statements(spec: Spec, of: str, places: tuple[int, ...]) -> tuple[str, str]:
    held, counted, written, told = [], [], [], []
    marks = 1
    asked: list[tuple[int, CollectionMeta, Tally, str]] = []
    for n in places:
        meta, tally = spec.tallies[of][n]
        names = [f"k{i}" for i in range(len(tally.agree))]
        lists = [
            f"${marks + i + 1}::{parameter_type(spec[of].fields[theirs])}[]"
            for i, (_, theirs) in enumerate(tally.agree)
        ]
        marks += len(lists)
        keys = f"(SELECT DISTINCT * FROM unnest({', '.join(lists)}) AS u({', '.join(names)})) k"
        agree = " AND ".join(f"c.{ident(own)} = k.{k}" for k, (own, _) in zip(names, tally.agree, strict=True))
        asked.append((n, meta, tally, f"{ident(meta.name)} c JOIN {keys} ON {agree} WHERE c.tenant_id = $1"))
    for n, meta, tally, source in asked:
        table, column = ident(meta.name), ident(tally.column)
        held.append(f"h{n} AS (SELECT c.id FROM {source} ORDER BY c.id FOR UPDATE OF c)")
        sums = sum_sql(spec, tally, "c", lifted=f"${marks + 1}::uuid[]")
        counted.append(f"n{n} AS (SELECT c.id, {sums} AS counted FROM {source})")
        sets = f"{column} = n{n}.counted, {ident(tally.at)} = ${marks + 2}"
        written.append(
            f"w{n} AS (UPDATE {table} t SET {sets} FROM n{n} WHERE t.tenant_id = $1 AND t.id = n{n}.id"
            f" AND t.{column} IS DISTINCT FROM n{n}.counted RETURNING t.id)"
        )
        told.append(f"SELECT '{meta.name}' AS collection, id FROM w{n}")
    hold = f"WITH {', '.join(held)} SELECT {' + '.join(f'(SELECT count(*) FROM h{n})' for n in places)}"
    return hold, f"WITH {', '.join([*counted, *written])} {' UNION ALL '.join(told)}"


async def check(unit: Unit) -> None:
    """Have the exclusions judged now that else are judged at the commit."""
    await unit.simple("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


async def drifts(unit: Unit) -> list[Drift]:
    """Return every sum of the tenant that is not what its rows say, at most a thousand of each kind."""
    found = []
    for of, listed in unit.spec.tallies.items():
        for place, (meta, tally) in enumerate(listed):
            column = f"c.{ident(tally.column)}"
            names = [f"k{n}" for n in range(len(tally.agree))]
            keys = ", ".join(f"c.{ident(own)} AS {k}" for k, (own, _) in zip(names, tally.agree, strict=True))
            rows = await unit.fetch(
                f"SELECT * FROM (SELECT c.id, {keys}, {column} AS stored, {sum_sql(unit.spec, tally, 'c')} AS counted"
                f" FROM {ident(meta.name)} c WHERE c.tenant_id = $1) s WHERE stored IS DISTINCT FROM counted"
                " ORDER BY id LIMIT 1000",
                unit.actor.tenant,
            )
            found += [
                Drift(
                    collection=meta.name,
                    record=r["id"],
                    column=tally.column,
                    stored=r["stored"],
                    counted=r["counted"],
                    of=of,
                    place=place,
                    key=tuple(r[k] for k in names),
                )
                for r in rows
            ]
    return found
