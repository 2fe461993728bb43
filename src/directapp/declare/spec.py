"""Spec: the frozen sum of all collections, checked as a whole at import."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from directapp.declare.access import EVERY, Grant
from directapp.declare.case import Many
from directapp.declare.collection import SYSTEM, Collection, Tally
from directapp.declare.events import Event
from directapp.declare.fields import Choice, Field, Group
from directapp.declare.kinds import Kind
from directapp.declare.own_fields import COLUMN, PREFIX, Declared, OwnField, extended, tag_of
from directapp.declare.rules import (
    All,
    Either,
    Empty,
    Everything,
    In,
    Is,
    Not,
    Parent,
    Rule,
    SeenInFull,
    SubjectSeen,
    rule_words,
)
from directapp.declare.verbs import Verb
from directapp.kernel.roles import CustomRole
from directapp.kernel.text import _

ID = Field(name="id", label=_("Id"), kind=Kind.REF, computed=True, immutable=True)


# So many sets of roles are kept in mind for a collection.
_MOST_ROLES = 5_000
# Every collection is read by the pipeline (related rows), and written by undo (audited before-values) and the eraser
# (what law asks to be forgotten).
IMPLIED_SYSTEMS = ("pipeline", "undo", "eraser")


class DeclarationError(Exception):
    """A collection is declared wrongly; said at import, to the developer."""


class CollectionMeta:
    """A collection with what follows from its declaration, computed once; ``spec`` is what it is part of."""

    spec: "Spec"

    def __init__(self, collection: Collection) -> None:
        """Keep the declaration."""
        self.declared = collection
        self.name = collection.name
        self._grants: dict[frozenset[str], tuple[Grant, ...]] = {}
        # By the entry itself, kept beside what is known of it: to compare entries costs more than to look them up.
        self._reads: dict[int, tuple[Grant, frozenset[str]]] = {}
        self._writes: dict[int, tuple[Grant, frozenset[str]]] = {}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """All groups, the system's own last (merged with a declared group of that code)."""
        own = [g for g in self.declared.groups if g.code != "system"]
        extra = next((g.fields for g in self.declared.groups if g.code == "system"), ())
        return (*own, Group("system", SYSTEM.label, (*extra, *SYSTEM.fields)))

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by name, ``id`` first."""
        return {"id": ID, **{f.name: f for g in self.groups for f in g.fields}}

    @cached_property
    def stored(self) -> tuple[Field, ...]:
        """The fields that are stored, in a column of their own or, of a company's own fields, in the one for these."""
        return tuple(f for f in self.fields.values() if f.stored)

    @cached_property
    def encrypted(self) -> frozenset[str]:
        """The names of the fields whose values are stored sealed."""
        return frozenset(f.name for f in self.stored if f.encrypted)

    @cached_property
    def own(self) -> dict[str, Field]:
        """The fields that a company has declared itself, by name."""
        return {f.name: f for f in self.stored if f.own}

    @cached_property
    def columns(self) -> dict[str, None]:
        """The names of the stored fields, each without a value: an empty row."""
        return dict.fromkeys(f.name for f in self.stored)

    @cached_property
    def searchable(self) -> tuple[Field, ...]:
        """The fields that search finds."""
        return tuple(f for f in self.fields.values() if f.search)

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The fields that name a record, in either language."""
        names = self.declared.views.title
        return (*names, *(english for n in names if (english := self.fields[n].english)))

    @cached_property
    def called(self) -> tuple[str, ...]:
        """The fields that name a record, and those that tell it from others of the same name."""
        return tuple(dict.fromkeys((*self.titles, *self.declared.views.apart)))

    @cached_property
    def judged(self) -> tuple[Field, ...]:
        """The stored fields that must have a value, or that people may not set ahead of now."""
        return tuple(f for f in self.stored if f.required or f.fact)

    @cached_property
    def readable_names(self) -> frozenset[str]:
        """Every field that may ever be read back."""
        return frozenset(f.name for f in self.fields.values() if not f.secret)

    def expand(self, names: Iterable[str]) -> frozenset[str]:
        """Turn group codes, field names and ``*`` into field names."""
        result: set[str] = set()
        for name in names:
            if name == EVERY:
                result |= set(self.fields)
            elif name in self._by_group:
                result |= self._by_group[name]
            elif name in self.fields:
                result.add(name)
            else:
                message = f"{self.name}: no group or field {name}"
                raise DeclarationError(message)
        return frozenset(result)

    @cached_property
    def _by_group(self) -> dict[str, frozenset[str]]:
        return {g.code: frozenset(f.name for f in g.fields) for g in self.groups}

    def reads(self, grant: Grant) -> frozenset[str]:
        """Return the fields that an entry reads; ``id`` always, the system group where seen in full."""
        known = self._reads.get(id(grant))
        if known is None:
            extra = self._by_group["system"] if grant.full else frozenset()
            known = grant, (self.expand(grant.read) | extra | {"id"}) & self.readable_names
            self._reads[id(grant)] = known
        return known[1]

    def writes(self, grant: Grant) -> frozenset[str]:
        """Return the fields that an entry writes."""
        known = self._writes.get(id(grant))
        if known is None:
            known = grant, frozenset(n for n in self.expand(grant.write) if self.fields[n].writable)
            self._writes[id(grant)] = known
        return known[1]

    def holds(self, along: Field) -> bool:
        """Whether its records point, by a field of that name, where what is taken along from them does."""
        own = self.fields.get(along.name)
        return own is not None and own.ref == along.ref

    def grants_of(self, roles: frozenset[str]) -> tuple[Grant, ...]:
        """Return the entries of an actor's roles; a listed system actor has everything."""
        known = self._grants.get(roles)
        if known is None:
            if len(self._grants) >= _MOST_ROLES:
                self._grants, self._reads, self._writes = {}, {}, {}
            known = self._grants[roles] = self._pick_grants(roles)
        return known

    def _pick_grants(self, roles: frozenset[str]) -> tuple[Grant, ...]:
        listed = {f"sys_{name}" for name in (*self.declared.access.systems, *IMPLIED_SYSTEMS)}
        if roles & listed:
            return (SYSTEM_GRANT,)
        own = sorted(role for role in roles if isinstance(role, CustomRole))
        return (
            *(g for g in self.declared.access.grants if g.role in roles),
            *(grant for role in own for grant in self._narrowed(role)),
        )

    @cached_property
    def entries(self) -> dict[str, Grant]:
        """The declared entries by the role and a digest of the rows they are about: what they are called in pieces."""
        found: dict[str, Grant] = {}
        for grant in self.declared.access.grants:
            about = [rule_words(grant.rows), rule_words(grant.edit_rule), *grant.states, grant.full]
            key = f"{grant.role}.{hashlib.sha256(repr(about).encode()).hexdigest()[:8]}"
            alike = sum(1 for known in found if known.startswith(key))
            found[f"{key}.{alike + 1}" if alike else key] = grant
        return found

    def _narrowed(self, role: CustomRole) -> Iterator[Grant]:
        """Yield what a role takes over of the entries here; what is no longer declared gives nothing."""
        for piece in role.pieces:
            entry = self.entries.get(piece.entry) if piece.collection == self.name else None
            if entry is not None:
                writes = self._known(piece.write) & self.writes(entry)
                chosen = self.declared.custom_writes.get(role.code, ()) if writes else ()
                reads = self._known(piece.read) & self.reads(entry)
                yield replace(
                    entry,
                    role=role,
                    read=tuple(sorted(reads.union(self.declared.custom_reads.get(role.code, ())))),
                    write=tuple(sorted(writes.union(chosen))),
                    verbs=tuple(v.name for v in self.verbs_of([entry]) if v.name in piece.verbs),
                    create=entry.create and piece.create,
                    delete=entry.delete and piece.delete,
                )

    def _known(self, names: Iterable[str]) -> frozenset[str]:
        return self.expand(n for n in names if n in self._by_group or n in self.fields)

    def group_of(self, name: str) -> Group | None:
        """Return the group a field stands in; None for ``id``."""
        return next((g for g in self.groups if any(f.name == name for f in g.fields)), None)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The events that its writes emit, each once."""
        steps = self.declared.workflow.steps if self.declared.workflow else ()
        return tuple(dict.fromkeys([*(s.event for s in steps if s.event), *(e.event for e in self.declared.events)]))

    def verbs_of(self, grants: Iterable[Grant]) -> list[Verb]:
        """Return the verbs that some of these entries give."""
        given = {name for grant in grants for name in grant.verbs}
        return [verb for verb in self.declared.verbs if verb.name in given or "*" in given]

    def verb(self, name: str) -> Verb | None:
        """Return a declared verb by name."""
        return next((v for v in self.declared.verbs if v.name == name), None)


SYSTEM_GRANT = Grant(role="system", read=(EVERY,), write=(EVERY,), create=True, delete=True, verbs=(EVERY,))


def leaves(rule: Rule) -> Iterator[Rule]:
    """Yield the parts of a rule that look at something themselves."""
    match rule:
        case All(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Not(part=part):
            yield from leaves(part)
        case _:
            yield rule


def conjuncts(rule: Rule) -> Iterator[Rule]:
    """Yield what a rule demands, each part of which must hold."""
    if isinstance(rule, All):
        for part in rule.parts:
            yield from conjuncts(part)
    elif not isinstance(rule, Everything):
        yield rule


def columns_of(rule: Rule) -> Iterator[str]:
    """Yield the columns of the own table that a rule looks at."""
    for leaf in leaves(rule):
        match leaf:
            case Is(column=c) | In(column=c) | Empty(column=c):
                yield c
            case SeenInFull(column=c) | SubjectSeen(column=c) | Parent(column=c):
                yield c


def _followed(meta: CollectionMeta, rule: Rule) -> Iterator[str]:
    """Yield the references that a rule follows to one record."""
    for leaf in leaves(rule):
        match leaf:
            case SeenInFull(column=column) | Parent(column=column, key="id"):
                yield column
            case SubjectSeen(column=column):
                yield str(meta.fields[column].along)


def _with_subjects(collection: Collection, subjects: tuple[Choice, ...]) -> Collection:
    """Let the fields that name what a record belongs to offer every collection that is a subject."""
    naming = {f.ref_in for g in collection.groups for f in g.fields if f.along}
    if not naming:
        return collection
    groups = (
        replace(g, fields=tuple(replace(f, choices=subjects) if f.name in naming else f for f in g.fields))
        for g in collection.groups
    )
    return replace(collection, groups=tuple(groups))


def _pointed_at(rule: Rule) -> Iterator[Parent]:
    """Yield the parts of a rule that ask for rows which point to the same one."""
    for leaf in leaves(rule):
        if isinstance(leaf, Parent) and leaf.key != "id":
            yield leaf


class Spec:
    """All collections of the product, in load order, and all events."""

    def __init__(
        self, collections: Iterable[Collection], events: Iterable[Event] = (), own: Declared | None = None
    ) -> None:
        """Freeze and check the declarations; ``own``: where companies declare fields of their own.

        Raises:
            DeclarationError: a name is used twice or points nowhere.

        """
        self.metas: dict[str, CollectionMeta] = {}
        self.own, self.tag = own, ""
        collections = tuple(collections)
        subjects = tuple(Choice(c.name, c.label) for c in collections if c.subject)
        for collection in (_with_subjects(c, subjects) for c in collections):
            if collection.name in self.metas:
                message = f"{collection.name} is declared twice"
                raise DeclarationError(message)
            self.metas[collection.name] = CollectionMeta(collection)
            self.metas[collection.name].spec = self
        self.events: dict[str, Event] = {}
        for event in events:
            if event.name in self.events:
                message = f"the event {event.name} is declared twice"
                raise DeclarationError(message)
            self[event.collection].expand(event.was)
            self.events[event.name] = event
        for meta in self.metas.values():
            self._check(meta)

    def with_metas(self, metas: Mapping[str, CollectionMeta]) -> "Spec":
        """Return the same with some collections told otherwise; their fields and rules are the same."""
        told = Spec.__new__(Spec)
        told.metas, told.events = {**self.metas, **metas}, self.events
        told.own, told.tag = self.own, self.tag
        for meta in metas.values():
            meta.spec = told
        return told

    def with_own(self, fields: Iterable[OwnField]) -> "Spec":
        """Return the same with a company's own fields; those of collections that do not allow them are left out."""
        fields = tuple(f for f in fields if (meta := self.get(f.collection)) and meta.declared.own_fields)
        if not fields:
            return self
        by_collection: dict[str, list[OwnField]] = {}
        for one in fields:
            by_collection.setdefault(one.collection, []).append(one)
        # All of them anew: what is remembered of one may reach the fields of another.
        metas = {n: CollectionMeta(extended(m.declared, by_collection.get(n, ()))) for n, m in self.metas.items()}
        told = self.with_metas(metas)
        told.tag = tag_of(fields)
        return told

    def __getitem__(self, name: str) -> CollectionMeta:
        """Return a collection by name (KeyError: there is none)."""
        return self.metas[name]

    def get(self, name: str) -> CollectionMeta | None:
        """Return a collection by name, or None."""
        return self.metas.get(name)

    def demand_declared(self, event: Event) -> None:
        """Refuse an event that is not in the registry (DeclarationError)."""
        if self.events.get(event.name) != event:
            message = f"the event {event.name} is not declared"
            raise DeclarationError(message)

    @cached_property
    def listenable(self) -> tuple[Event, ...]:
        """The events that anybody may listen to."""
        return tuple(e for e in self.events.values() if not e.internal)

    @cached_property
    def exposed(self) -> tuple[CollectionMeta, ...]:
        """The collections that people and programs meet."""
        return tuple(s for s in self.metas.values() if s.declared.exposed)

    @cached_property
    def subjects(self) -> tuple[CollectionMeta, ...]:
        """The collections whose records others may belong to."""
        return tuple(s for s in self.metas.values() if s.declared.subject)

    @cached_property
    def attached(self) -> tuple[tuple[CollectionMeta, Field], ...]:
        """The collections whose records belong to a subject, each with the reference to it."""
        return tuple((s, f) for s in self.metas.values() for f in s.stored if f.along)

    @cached_property
    def copies(self) -> dict[str, tuple[tuple[Field, CollectionMeta], ...]]:
        """The references of each collection, with where they lead, whose records' sight its rows keep a copy of."""
        found: dict[str, tuple[tuple[Field, CollectionMeta], ...]] = {}
        for meta in self.metas.values():
            rules = [r for g in meta.declared.access.grants for r in (g.rows, g.edit_rule)]
            names = dict.fromkeys(name for rule in rules for name in _followed(meta, rule))
            led = ((meta.fields[n], self[str(meta.fields[n].ref)]) for n in names)
            if kept := tuple((item, parent) for item, parent in led if parent.declared.sight):
                found[meta.name] = kept
        return found

    @cached_property
    def followed(self) -> dict[str, CollectionMeta]:
        """The records that the rows of each collection are seen with, themselves or over rows that point to them."""
        found = {name: kept[0][1] for name, kept in self.copies.items()}
        for meta in self.metas.values():
            rules = [g.rows for g in meta.declared.access.grants]
            led = [r.collection for rule in rules for r in _pointed_at(rule) if r.collection in self.copies]
            if led and meta.name not in found:
                found[meta.name] = found[led[0]]
        return found

    @cached_property
    def tallies(self) -> dict[str, tuple[tuple[CollectionMeta, Tally], ...]]:
        """The sums that follow from the rows of each collection, with whose they are."""
        found: dict[str, tuple[tuple[CollectionMeta, Tally], ...]] = {}
        for meta in self.metas.values():
            for tally in meta.declared.tallies:
                found[tally.of] = (*found.get(tally.of, ()), (meta, tally))
        return found

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Every role that any entry names, in order."""
        return tuple(sorted({g.role for s in self.metas.values() for g in s.declared.access.grants}))

    def _check(self, meta: CollectionMeta) -> None:
        declared = meta.declared
        names = [f.name for g in meta.groups for f in g.fields]
        if len(names) != len(set(names)):
            message = f"{meta.name}: a field is declared twice"
            raise DeclarationError(message)
        for item in meta.fields.values():
            if item.ref is not None and item.ref not in self.metas:
                message = f"{meta.name}.{item.name} points to {item.ref}, which is not declared"
                raise DeclarationError(message)
            meta.expand(filter(None, (item.ref_in, item.along)))
            self._check_along(meta, item)
        for grant in declared.access.grants:
            meta.reads(grant), meta.writes(grant)
            for rule in (grant.rows, grant.edit_rule):
                meta.expand(columns_of(rule))
                self._check_subject(meta, rule)
            unknown = set(grant.verbs) - {v.name for v in declared.verbs}
            if unknown:
                message = f"{meta.name}: {grant.role} is given unknown verbs {sorted(unknown)}"
                raise DeclarationError(message)
        for verb in declared.verbs:
            self[verb.covers_in or meta.name].expand(verb.covers)
        views = declared.views
        meta.expand((*views.columns, *meta.called, *views.filters, *views.assigned, *declared.sight))
        for event in meta.events:
            self.demand_declared(event)
            if event.collection != meta.name:
                message = f"{meta.name} emits {event.name}, which is about {event.collection}"
                raise DeclarationError(message)
        self._check_neighbours(meta)

    @staticmethod
    def _check_subject(meta: CollectionMeta, rule: Rule) -> None:
        """Demand that a record which is seen with its subject takes along what else decides that."""
        for leaf in leaves(rule):
            if isinstance(leaf, SubjectSeen) and meta.fields[leaf.column].along is None:
                message = f"{meta.name}.{leaf.column} takes nothing along from its subject, which a row rule follows"
                raise DeclarationError(message)

    def _check_along(self, meta: CollectionMeta, item: Field) -> None:
        """Demand that what rows take along from their subjects is a subject itself and stays what it is there."""
        if item.along is None:
            return
        along = meta.fields[item.along]
        moving = any(s.holds(along) and not s.fields[along.name].immutable for s in self.subjects)
        if moving or not self[str(along.ref)].declared.subject:
            message = f"{meta.name}.{along.name} cannot be taken along: it is set once in records that are subjects"
            raise DeclarationError(message)

    def _check_neighbours(self, meta: CollectionMeta) -> None:
        declared = meta.declared
        if COLUMN in meta.fields or any(name.startswith(PREFIX) for name in meta.fields):
            message = f"{meta.name}: {PREFIX} begins the names of companies' own fields"
            raise DeclarationError(message)
        for exclusion in declared.exclusions:
            meta.expand((*exclusion.same, *exclusion.span))
        for limit in declared.limits:
            meta.expand((limit.lesser, limit.greater))
        for apart in declared.apart:
            meta.expand((apart.one, apart.other))
        for tally in declared.tallies:
            pairs = (*tally.agree, *tally.unless_empty)
            meta.expand((tally.column, tally.at, *(ours for ours, _ in pairs)))
            self[tally.of].expand((*(theirs for _, theirs in pairs), *tally.span, *columns_of(tally.where)))
        for asked in declared.related:
            target = self[asked.collection]
            (target if isinstance(asked, Many) else meta).expand((asked.column,))
            meta.expand((asked.via,) if isinstance(asked, Many) else ())
            target.expand((asked.among[0],) if isinstance(asked, Many) and asked.among else ())
            for theirs, ours in asked.also if isinstance(asked, Many) else ():
                target.expand((theirs,))
                meta.expand((ours,))
