"""Rows that belong to records of any collection: the condition that the actor sees the record in full.

What such a row takes along from its record (``along``) often decides it: a work item is seen with its car, and so is
what belongs to it. Only what that leaves open is looked up in the record.
"""

from typing import TYPE_CHECKING

from directapp.declare.fields import Field
from directapp.declare.rules import All, Either, Everything, Parent, Rule, SeenInFull
from directapp.declare.spec import CollectionMeta, Spec, conjuncts
from directapp.store.names import ident, join, literal

if TYPE_CHECKING:
    from directapp.store.rule_sql import RuleSql

RoleRule = tuple[str, Rule]


def subject_seen(writer: "RuleSql", spec: Spec, alias: str, meta: CollectionMeta, item: Field) -> str:
    """Return whether the record that a reference points to is seen in full, whichever collection it is of."""
    along = meta.fields[str(item.along)]
    lead = SeenInFull(along.name, str(along.ref))
    # Whoever has every row of these has them without asking for their subjects.
    every = {g.role for g in meta.declared.access.grants if g.rows == Everything()}
    conditions: tuple[dict[str, list[str]], dict[str, list[str]]] = {}, {"true": [str(along.ref)]}
    for subject in spec.subjects:
        if subject.name == along.ref:
            continue
        same = subject.holds(along)
        found: tuple[list[tuple[str, All]], list[tuple[str, All]]] = [], []
        for role, rule in sorted(writer.full(subject), key=lambda pair: pair[0]):
            for part in () if role in every else rule.parts if isinstance(rule, Either) else (rule,):
                flat = list(conjuncts(part))
                rest = tuple(p for p in flat if not (same and p == lead))
                found[len(rest) < len(flat)].append((role, All(rest)))
        for rules, into in zip(found, conditions, strict=True):
            here = [r for r in rules if same and all(_is_known(p, along.name) for p in r[1].parts)]
            own = writer.of_roles([(role, writer.rule(rule, alias, meta)) for role, rule in here])
            there = writer.looked_up(alias, item.name, subject, [r for r in rules if r not in here])
            into.setdefault(join("OR", [own, there]), []).append(subject.name)
    alone, led = ([join("AND", [_is_of(alias, item, n), c]) for c, n in side.items()] for side in conditions)
    return join("OR", [join("AND", [join("OR", led), writer.rule(lead, alias, meta)]), *alone])


def _is_of(alias: str, item: Field, names: list[str]) -> str:
    return f"{alias}.{ident(str(item.ref_in))} IN ({', '.join(map(literal, names))})"


def _is_known(rule: Rule, along: str) -> bool:
    """Whether a row decides a rule about its subject by what it takes along."""
    return isinstance(rule, Parent) and rule.key == "id" and rule.column == along
