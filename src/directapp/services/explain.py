"""Explain: why somebody may or may not see or change something, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from directapp.declare.access import Grant
from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import Actor
from directapp.kernel.roles import role_codes
from directapp.kernel.text import Text, _, join, verbatim
from directapp.services import validation
from directapp.store.database import Database
from directapp.store.unit import Found

_HAS = _("{name} has the roles {roles}.")
_NO_ROLES = _("none")
_CLOSED = _("None of them has an entry in {collection}: nothing is seen (403).")
_UNSEEN = _("No entry's row rule matches {collection}/{record}, or there is no such record: it is not seen (404).")
_UNSEEN_HERE = _("No right is about this one, or it does not exist: it is not seen (404).")
_COUNTS = _("{role} reads {reads} and writes {writes} fields where its rule holds")
_FIELD = _("{role} {reads} and {writes} {field}{states}")
_READS = {True: _("reads"), False: _("does not read")}
_WRITES = {True: _("writes"), False: _("does not write")}
_ONLY_WHILE = _(" (writing only while {states})")
_MATCHES = {True: _("matches this row"), False: _("does not match this row")}
_FORBIDDEN = _("{match}; its state forbids writing now ({status})")
_OPEN = {True: _("{match}; writing is open"), False: _("{match}; writing is closed")}
_SO_COUNTS = _("So: sees {reads} fields of it, may change {writes}.")
_SO_FIELD = _("So: {field} {seen} and {changed}.")
_SEEN = {True: _("is seen"), False: _("is not seen")}
_CHANGED = {True: _("may be changed"), False: _("may not be changed")}
_LINE, _WITH_MATCH = _("- {entry}"), _("- {entry}: {match}")


@dataclass(frozen=True, slots=True)
class Names:
    """What the sentences call things: ``labels`` as people know them, else their codes."""

    roles: Mapping[str, Text] = field(default_factory=dict)
    labels: bool = False

    def role(self, code: str) -> Text:
        """Return what a role is called."""
        (known,) = role_codes([code])
        return self.roles.get(known) or verbatim(known)

    def collection(self, meta: CollectionMeta) -> Text:
        """Return what a collection is called."""
        return meta.declared.plural if self.labels else verbatim(meta.name)

    def field(self, meta: CollectionMeta, name: str) -> Text:
        """Return what a field is called, in quotation marks where it is a label."""
        if not self.labels:
            return verbatim(name)
        label = meta.fields[name].label
        return _("“{label}”").fill(label=label)

    def states(self, meta: CollectionMeta, codes: tuple[str, ...]) -> Text:
        """Return what states are called."""
        flow = meta.declared.workflow if self.labels else None
        states = [flow.state(code) if flow else None for code in codes]
        labels = [s.label if s else verbatim(code) for s, code in zip(states, codes, strict=True)]
        return join(labels, ", ")


CODES = Names()


async def explain(
    database: Database,
    actor: Actor,
    meta: CollectionMeta,
    record: UUID | None = None,
    field: str | None = None,
    *,
    names: Names = CODES,
) -> list[Text]:
    """Return sentences: the entries of the actor's roles, and, for a record, which of them match it."""
    grants = meta.grants_of(actor.roles)
    held = [names.role(code) for code in sorted(actor.roles)] or [_NO_ROLES]
    roles = join(held, ", ")
    lines = [_HAS.fill(name=actor.name, roles=roles)]
    if not grants:
        return [*lines, _CLOSED.fill(collection=names.collection(meta))]
    entries = [_entry(meta, g, field, names) for g in grants]
    if record is None:
        return lines + [_LINE.fill(entry=e) for e in entries]
    async with database.unit(actor, readonly=True) as unit:
        found = await unit.look_up(meta, record)
    if found is None:
        unseen = _UNSEEN_HERE if names.labels else _UNSEEN
        lines.append(unseen.fill(collection=names.collection(meta), record=record))
        return lines + [_LINE.fill(entry=e) for e in entries]
    matches = [_matched(meta, found, place, names) for place in range(len(grants))]
    lines += [_WITH_MATCH.fill(entry=e, match=m) for e, m in zip(entries, matches, strict=True)]
    return [*lines, _verdict(meta, actor, found, field, names)]


async def sight(
    database: Database, actor: Actor, meta: CollectionMeta, record: UUID
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the fields of a record that somebody reads, and those they may change now; none where it is not seen."""
    async with database.unit(actor, readonly=True) as unit:
        found = await unit.look_up(meta, record)
    if found is None:
        return frozenset(), frozenset()
    return validation.readable(meta, actor, found), _writes(meta, actor, found)


def _writes(meta: CollectionMeta, actor: Actor, found: Found) -> frozenset[str]:
    grants = zip(meta.grants_of(actor.roles), found.edits, strict=True)
    return frozenset[str]().union(*(meta.writes(grant) for grant, edits in grants if edits))


def _entry(meta: CollectionMeta, grant: Grant, field: str | None, names: Names) -> Text:
    role = names.role(grant.role)
    if field is None:
        return _COUNTS.fill(role=role, reads=len(meta.reads(grant)), writes=len(meta.writes(grant)))
    states = _ONLY_WHILE.fill(states=names.states(meta, grant.states)) if grant.states else verbatim("")
    return _FIELD.fill(
        role=role,
        reads=_READS[field in meta.reads(grant)],
        writes=_WRITES[field in meta.writes(grant)],
        field=names.field(meta, field),
        states=states,
    )


def _matched(meta: CollectionMeta, found: Found, place: int, names: Names) -> Text:
    match = _MATCHES[bool(found.sees[place])]
    if found.owns[place] and not found.edits[place]:
        status = found.row.get("status")
        return _FORBIDDEN.fill(match=match, status=names.states(meta, (str(status),)))
    return _OPEN[bool(found.edits[place])].fill(match=match)


def _verdict(meta: CollectionMeta, actor: Actor, found: Found, field: str | None, names: Names) -> Text:
    reads = validation.readable(meta, actor, found)
    writes = _writes(meta, actor, found)
    if field is None:
        return _SO_COUNTS.fill(reads=len(reads), writes=len(writes))
    return _SO_FIELD.fill(field=names.field(meta, field), seen=_SEEN[field in reads], changed=_CHANGED[field in writes])
