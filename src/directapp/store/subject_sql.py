"""Rows that belong to records of any collection: the condition that the actor sees the record in full.

What such a row takes along from its record (``along``) often decides it: a work item is seen with its car, and so is
what belongs to it. Only what that leaves open is looked up in the record.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from directapp.declare.fields import Field
from directapp.declare.rules import All, Either, Everything, Parent, Rule, SeenInFull
from directapp.declare.spec import CollectionMeta, Spec
from directapp.store.conditions import join
from directapp.store.names import ident, literal

if TYPE_CHECKING:
    from directapp.store.rule_sql import RuleSql

RoleRule = tuple[str, Rule]


def subject_seen(writer: "RuleSql", spec: Spec, alias: str, meta: CollectionMeta, item: Field) -> str:
    """Return whether the record that a reference points to is seen in full, whichever collection it is of."""
    along = meta.fields[str(item.along)]
    lead = SeenInFull(along.name, str(along.ref))
    # Whoever has every row of these has them without asking for their subjects.
    every = {g.role for g in meta.declared.access.grants if g.rows == Everything()}
    led: dict[str, list[str]] = {}
    others: dict[str, list[str]] = {}
    for subject in spec.subjects:
        if subject.name == along.ref:
            led.setdefault("true", []).append(subject.name)
            continue
        parts = _Parts(along.name if _same(along, subject) else None, lead)
        for role, rule in writer.full(subject):
            if role not in every:
                parts.add(role, rule)
        under = join("OR", [writer.of_roles(parts.follow()), writer.looked_up(alias, item.name, subject, parts.under)])
        led.setdefault(under, []).append(subject.name)
        own = writer.of_roles([(role, writer.rule(rule, alias, meta)) for role, rule in parts.here])
        found = join("OR", [own, writer.looked_up(alias, item.name, subject, parts.there)])
        others.setdefault(found, []).append(subject.name)
    seen = join("AND", [_any_of(alias, item, led), writer.rule(lead, alias, meta)])
    return join("OR", [seen, _any_of(alias, item, others)])


def _any_of(alias: str, item: Field, conditions: dict[str, list[str]]) -> str:
    """Return that a row is of some collections and satisfies their condition."""
    which = f"{alias}.{ident(str(item.ref_in))}"
    return join(
        "OR",
        [join("AND", [f"{which} IN ({', '.join(map(literal, n))})", condition]) for condition, n in conditions.items()],
    )


def _same(along: Field, subject: CollectionMeta) -> bool:
    return along.name in subject.fields and subject.fields[along.name].ref == along.ref


@dataclass(slots=True)
class _Parts:
    """The rules by which a subject is seen, parted by what its rows know of them.

    ``led``: it is enough that what is taken along is seen. ``under``: something of the subject has to hold besides.
    ``here``: it is known otherwise from what is taken along. ``there``: it is looked up in the subject.
    """

    along: str | None
    lead: Rule
    led: list[str] = field(default_factory=list)
    under: list[RoleRule] = field(default_factory=list)
    here: list[RoleRule] = field(default_factory=list)
    there: list[RoleRule] = field(default_factory=list)

    def add(self, role: str, rule: Rule) -> None:
        """Part one rule of one role."""
        match rule:
            case Either(parts=parts):
                for part in parts:
                    self.add(role, part)
            case _ if rule == self.lead and self.along:
                self.led.append(role)
            case All(parts=parts) if self.lead in parts and self.along:
                self.under.append((role, All(tuple(p for p in parts if p != self.lead))))
            case Parent(column=column, key="id") if column == self.along:
                self.here.append((role, rule))
            case Everything():
                self.here.append((role, rule))
            case _:
                self.there.append((role, rule))

    def follow(self) -> list[tuple[str, str]]:
        """Return the roles that see the subject whenever they see what is taken along, as conditions."""
        return [(role, "true") for role in sorted(self.led)]
