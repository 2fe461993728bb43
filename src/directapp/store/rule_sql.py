"""Row rules as SQL: one generator for the policies and for the queries, so that they cannot drift."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from directapp.declare.access import Grant
from directapp.declare.rules import (
    All,
    Either,
    Empty,
    Everything,
    In,
    Is,
    Not,
    Nothing,
    Other,
    Parent,
    Rule,
    SeenInFull,
    SubjectSeen,
    Who,
    Whose,
)
from directapp.declare.spec import SYSTEM_GRANT, CollectionMeta, Spec, conjuncts
from directapp.kernel.roles import row_right
from directapp.store.names import copy_of, ident, join, literal, role_check
from directapp.store.subject_sql import RoleRule, subject_seen

ActorValue = Callable[[Who | Whose], str]
Followed = SeenInFull | SubjectSeen
GrantsOf = Callable[[CollectionMeta], tuple[Grant, ...]]


class RuleSql:
    """Writes rules as SQL conditions over a table alias."""

    def __init__(self, spec: Spec, actor_value: ActorValue, grants_of: GrantsOf, *, roles_in_sql: bool) -> None:
        """``roles_in_sql``: entries are guarded by the actor's roles (policies), else by ``grants_of``."""
        self._spec = spec
        self._value = actor_value
        self._grants_of = grants_of
        self._roles_in_sql = roles_in_sql
        self._tenant = ""

    def begin_at(self, tenant: str) -> None:
        """Let rows of ``c`` that follow a record be found from all such records that are seen, and not one by one."""
        self._tenant = tenant

    def rule(self, rule: Rule, alias: str, meta: CollectionMeta) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a rule
        """Return the condition of one rule; ``true`` and ``false`` stand for all and none."""
        match rule:
            case Everything():
                return "true"
            case Nothing():
                return "false"
            case Is(column=column, value=value):
                return self._is(f"{alias}.{ident(column)}", value)
            case Other(column=column, value=value):
                return f"{alias}.{ident(column)} <> {literal(value)}"
            case In(column=column, values=values):
                return self._in(f"{alias}.{ident(column)}", values)
            case Empty(column=column):
                return f"{alias}.{ident(column)} IS NULL"
            case All(parts=parts):
                return join("AND", [self.rule(p, alias, meta) for p in parts])
            case Either(parts=parts):
                return join("OR", [self.rule(p, alias, meta) for p in parts])
            case Not(part=part):
                return f"({self.rule(part, alias, meta)}) IS NOT TRUE"
            case SeenInFull(column=column, collection=name):
                return self._followed(alias, meta, column, self._spec[name], None)
            case SubjectSeen(column=column):
                return subject_seen(self, self._spec, alias, meta, meta.fields[column])
            case Parent(column=column, collection=name, rule=inner, key="id"):
                return self._followed(alias, meta, column, self._spec[name], inner)
            case Parent(column=column, collection=name, rule=inner, key=key):
                parent = self._spec[name]
                if self._tenant and _begins(alias) and inner == Everything():
                    return self._among(alias, column, parent, key, None)
                return self._exists(alias, column, parent, lambda p: self.rule(inner, p, parent), key)

    def entries(
        self, meta: CollectionMeta, alias: str, picked: Callable[[Grant], Rule | None], *, also: Sequence[str] = ()
    ) -> str:
        """Return the condition that any entry's picked rule holds (None: the entry does not count).

        ``also`` are roles for which it holds in every row; policies only.
        """
        # Entries that share a parent seen in full ask for it once: a policy stays short enough to plan quickly.
        by_parent: dict[Followed | None, dict[str, list[str]]] = {}
        asked = [(g.role, rule) for g in self._grants_of(meta) if (rule := picked(g)) is not None]
        for role, rule in self._widest(asked):
            parent, rest = _part_parent(rule)
            roles = by_parent.setdefault(parent, {}).setdefault(self.rule(rest, alias, meta), [])
            if role not in roles:
                roles.append(role)
        if not self._roles_in_sql:
            return join("OR", [self._under(parent, list(cs), alias, meta) for parent, cs in by_parent.items()])
        # Whoever has every row is asked about first and nowhere else; what holds for the same roles asks for them once.
        every = [*also, *by_parent.get(None, {}).get("true", ())]
        options = [role_check(every)] if every else []
        for parent, conditions in by_parent.items():
            by_roles: dict[tuple[str, ...], list[str]] = {}
            for condition, roles in conditions.items():
                left = tuple(role for role in roles if role not in every)
                by_roles.setdefault(left, []).append(condition)
            own = [join("AND", [role_check(roles), join("OR", own)]) for roles, own in by_roles.items() if roles]
            options += [self._under(parent, own, alias, meta)] if own else []
        return join("OR", options)

    def _widest(self, rules: list[tuple[str, Rule]]) -> list[tuple[str, Rule]]:
        """Leave out what another rule of the same role takes in: a policy stays short enough to plan quickly."""
        rivals: dict[str, list[tuple[int, Rule]]] = {}
        for place, (role, rule) in enumerate(rules):
            rivals.setdefault(role if self._roles_in_sql else "", []).append((place, rule))
        kept: list[tuple[str, Rule]] = []
        for place, (role, rule) in enumerate(rules):
            others = ((n, o) for n, o in rivals[role if self._roles_in_sql else ""] if n != place)
            if not any(implies(rule, o) and (n < place or not implies(o, rule)) for n, o in others):
                kept.append((role, rule))
        return kept

    def _under(self, parent: Followed | None, options: list[str], alias: str, meta: CollectionMeta) -> str:
        own = join("OR", options)
        return own if parent is None else join("AND", [own, self.rule(parent, alias, meta)])

    def _is(self, column: str, value: Who | str | bool) -> str:  # noqa: FBT001 - a literal of the rule
        if isinstance(value, Who):
            return f"{column} = {self._value(value)}"
        if isinstance(value, bool):
            return column if value else f"NOT {column}"
        return f"{column} = {literal(value)}"

    def _in(self, column: str, values: Whose | tuple[str, ...]) -> str:
        if isinstance(values, Whose):
            return f"{column} = ANY({self._value(values)})"
        return f"{column} IN ({', '.join(literal(v) for v in values)})"

    def _followed(
        self, alias: str, meta: CollectionMeta, column: str, parent: CollectionMeta, rule: Rule | None
    ) -> str:
        """Return whether the record that a reference points to is seen in full, or satisfies a rule.

        What the copies of it on the row decide is decided there; it is looked up only where they leave it open.
        """
        if self._tenant and parent.declared.sight and _begins(alias):
            return self._among(alias, column, parent, "id", rule)
        full = [(g.role, g.rows) for g in self._grants_of(parent) if g.full]
        asked = self._widest(full) if rule is None else [("", rule)]

        here = _Copies(self, alias, meta, column, parent)
        sure = self.of_roles([(role, here.rule(r, unknown="false")) for role, r in asked])
        doubtful = [(role, r) for role, r in asked if not here.decides(r)]
        perhaps = self.of_roles([(role, here.rule(r, unknown="true")) for role, r in doubtful])
        open_ = join("AND", [perhaps, self.looked_up(alias, column, parent, doubtful)])
        found = join("OR", [sure, open_])
        # Without a record there is nobody who sees it, whatever its copies do not say.
        return join("AND", [f"{alias}.{ident(column)} IS NOT NULL", found]) if parent.declared.sight else found

    def full(self, meta: CollectionMeta) -> list[RoleRule]:
        """Return by which rules people see records of a collection in full."""
        people = [g for g in self._grants_of(meta) if g is not SYSTEM_GRANT and not g.role.startswith("sys_")]
        return self._widest([(g.role, g.rows) for g in people if g.full])

    def of_roles(self, conditions: Sequence[tuple[str, str]]) -> str:
        """Return that one of the conditions holds, each for its role where policies ask (none: for all)."""
        roles: dict[str, list[str]] = {}
        for role, condition in conditions:
            if role not in roles.setdefault(condition, []):
                roles[condition].append(role)
        guards = {c: "true" if not self._roles_in_sql or r == [""] else role_check(r) for c, r in roles.items()}
        return join("OR", [join("AND", [guard, condition]) for condition, guard in guards.items()])

    def looked_up(self, alias: str, column: str, subject: CollectionMeta, asked: Sequence[RoleRule]) -> str:
        """Return whether the record of a subject that a reference points to satisfies one of the rules."""
        if not asked:
            return "false"

        def held(inner: str) -> str:
            return self.of_roles([(role, self.rule(rule, inner, subject)) for role, rule in asked])

        return self._exists(alias, column, subject, held)

    def _among(self, alias: str, column: str, parent: CollectionMeta, key: str, rule: Rule | None) -> str:
        """Return whether a reference is to one of all the records that are seen, or satisfy a rule."""
        inner = f"s{int(alias[1:] or 0) + 1}"
        full = key == "id"
        held = (
            self.rule(rule, inner, parent)
            if rule
            else self.entries(parent, inner, lambda g: g.rows if g.full or not full else None)
        )
        return (
            f"{alias}.{ident(column)} = ANY (ARRAY(SELECT {inner}.{ident(key)} FROM {ident(parent.name)} {inner}"
            f" WHERE {join('AND', [f'{inner}.tenant_id = {self._tenant}', held])}))"
        )

    @staticmethod
    def _exists(alias: str, column: str, parent: CollectionMeta, written: Callable[[str], str], key: str = "id") -> str:
        # By depth, not by count: equal rules must read alike, so that entries sharing one collapse.
        inner = f"p{int(alias[1:]) + 1}" if alias[0] == "p" and alias[1:].isdigit() else "p1"
        condition = written(inner)
        if condition == "false":
            return "false"
        tail = "" if condition == "true" else f" AND ({condition})"
        # One by one: PostgreSQL may else read all of many records to have them at hand.
        tail += " OFFSET 0" if parent.declared.subject or key != "id" else ""
        return (
            f"EXISTS (SELECT 1 FROM {ident(parent.name)} {inner} WHERE {inner}.tenant_id = {alias}.tenant_id"
            f" AND {inner}.{ident(key)} = {alias}.{ident(column)}{tail})"
        )


@dataclass(frozen=True, slots=True)
class _Copies:
    """What the copies on a row say of rules about the record that it points to."""

    writer: RuleSql
    alias: str
    meta: CollectionMeta
    column: str
    parent: CollectionMeta

    def decides(self, rule: Rule) -> bool:
        """Whether the copies alone decide a rule."""
        match rule:
            case Everything() | Nothing():
                return True
            case Is(column=c) | Other(column=c) | In(column=c) | Empty(column=c):
                return c in self.parent.declared.sight
            case All(parts=parts) | Either(parts=parts):
                return all(map(self.decides, parts))
            case Not(part=part):
                return self.decides(part)
            case _:
                return False

    def rule(self, rule: Rule, *, unknown: str) -> str:
        """Return the condition of a rule over the copies; what they do not decide counts as ``unknown``."""
        match rule:
            case All(parts=parts):
                return join("AND", [self.rule(p, unknown=unknown) for p in parts])
            case Either(parts=parts):
                return join("OR", [self.rule(p, unknown=unknown) for p in parts])
            case _ if not self.decides(rule):
                return unknown
            case Not(part=part):
                return f"({self.rule(part, unknown=unknown)}) IS NOT TRUE"
            case Is() | Other() | In() | Empty():
                ours = replace(rule, column=copy_of(self.column, rule.column))
                return self.writer.rule(ours, self.alias, self.meta)
            case _:
                return self.writer.rule(rule, self.alias, self.meta)


def _begins(alias: str) -> bool:
    """Whether this is the list itself, or what its rows are found from."""
    return alias == "c" or (alias[0] == "s" and alias[1:].isdigit())


def _part_parent(rule: Rule) -> tuple[Followed | None, Rule]:
    """Part a rule into the first parent it demands seen in full, and the rest."""
    flat = list(conjuncts(rule))
    parent = next((p for p in flat if isinstance(p, Followed)), None)
    if parent is None:
        return None, rule
    return parent, All(tuple(p for p in flat if p != parent))


def implies(rule: Rule, other: Rule) -> bool:
    """Whether a rule holds only where another does too, as far as their form tells."""
    if rule == other or isinstance(other, Everything) or isinstance(rule, Nothing):
        return True
    if isinstance(rule, Either):
        return all(implies(part, other) for part in rule.parts)
    if isinstance(other, All):
        return all(implies(rule, part) for part in other.parts)
    if isinstance(rule, All) and any(implies(part, other) for part in rule.parts):
        return True
    return isinstance(other, Either) and any(implies(rule, part) for part in other.parts)


def full_tree(meta: CollectionMeta) -> tuple[Grant, ...]:
    """Return every entry of a collection, the system actors' included: what policies are made of."""
    deletes = any(g.delete for g in meta.declared.access.grants)
    from_systems = tuple(
        Grant(role=f"sys_{name}", write=("*",), create=True, delete=deletes) for name in meta.declared.access.systems
    )
    # What an act made is deleted when it is taken back, where such may be deleted at all.
    undo = Grant(role="sys_undo", write=("*",), delete=meta.declared.access.delete_why is not None)
    # What law asks to be forgotten is written over, or deleted.
    eraser = Grant(role="sys_eraser", write=("*",), delete=meta.declared.access.erasable)
    personal = (eraser,) if meta.declared.own_fields or any(item.personal for item in meta.stored) else ()
    return (*meta.declared.access.grants, *_by_right(meta), *from_systems, undo, *personal)


def _by_right(meta: CollectionMeta) -> Iterator[Grant]:
    """Yield each right of each entry apart: what roles of a company's own are made of, whatever they are called."""
    for key, entry in meta.entries.items():
        none = replace(entry, write=(), verbs=(), create=False, delete=False)
        unseen = replace(none, rows=Nothing(), edit=entry.edit_rule, full=False)
        rights = {
            "r": replace(none, edit=None),
            "w": replace(unseen, write=entry.write),
            "v": replace(unseen, verbs=entry.verbs),
            "c": replace(unseen, create=entry.create),
            "d": replace(unseen, delete=entry.delete),
        }
        for letter, grant in rights.items():
            yield replace(grant, role=row_right(meta.name, key, letter))
