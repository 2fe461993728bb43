"""Pieces of roles: what may be chosen of the declared entries, what everybody has, and how two versions differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from directapp.declare.access import EVERY, Grant
from directapp.declare.collection import SYSTEM
from directapp.declare.rules import Is, Who, rule_words
from directapp.declare.spec import CollectionMeta, Spec
from directapp.domains.people.fields import DEALERSHIPS, ROLES, TENANTS, USERS
from directapp.domains.people.roles import WORKING, given_by, pieces_of
from directapp.kernel.actor import Actor
from directapp.kernel.errors import Problem
from directapp.kernel.roles import CustomRole, Piece
from directapp.kernel.text import Text, _, verbatim

_WORKING = WORKING.split()
# Where people and sites are called by their names everybody reads them, whatever else a role gives.
_NAMED = frozenset({TENANTS, ROLES, DEALERSHIPS, USERS})
_OWN = frozenset(item.name for item in SYSTEM.fields)
_MOST = 1_000
_FORM = _("Write a list of pieces, each with collection, entry, read, write, verbs, create and delete.")
_TOO_MANY = _("At most {most} pieces.")
_NO_ENTRY = _("{collection} has no entry {entry} that a role of your own may be made of.")
_TWICE = _("{collection}: the entry {entry} stands there twice.")
_BEYOND = _("{collection}, {entry}: {names} is more than the entry gives.")
_ABOVE = _("{collection}, {entry}: only an administrator may give this.")


def choosable(meta: CollectionMeta) -> dict[str, Grant]:
    """Return the entries of a collection that roles may be made of: those of the working roles."""
    return {key: entry for key, entry in meta.entries.items() if entry.role in _WORKING}


def whole(meta: CollectionMeta, key: str) -> Piece:
    """Return the piece that takes over all that an entry gives, by groups where it has them whole."""
    entry = meta.entries[key]
    return Piece(
        meta.name,
        key,
        named(meta, meta.reads(entry)),
        named(meta, meta.writes(entry)),
        tuple(verb.name for verb in meta.verbs_of([entry])),
        create=entry.create,
        delete=entry.delete,
    )


def named(meta: CollectionMeta, fields: Iterable[str]) -> tuple[str, ...]:
    """Return fields as the groups that have nothing else to give, and the others by name."""
    left, found = set(fields) - {"id"}, []
    for group in meta.groups:
        names = {item.name for item in group.fields}
        held = names & left
        if held and held == {item.name for item in group.fields if not item.secret}:
            found.append(group.code)
        else:
            found += sorted(held)
        left -= names
    return tuple(found)


def account_pieces(spec: Spec, role: str) -> tuple[Piece, ...]:
    """Return what everybody has who works here, as a working role has it.

    It is the names of people and sites, and what belongs to the own account.
    """
    found = []
    for meta in spec.exposed:
        entries = choosable(meta)
        for key, entry in entries.items():
            about = key.partition(".")[2]
            if entry.role == role and all(f"{one}.{about}" in entries for one in _WORKING) and _is_account(meta, entry):
                found.append(whole(meta, key))
    return tuple(found)


def account_role(spec: Spec) -> CustomRole:
    """Return what somebody signed in has whose every role is switched off: the own account, and no work."""
    return CustomRole("-", account_pieces(spec, _WORKING[0]), "")


def _is_account(meta: CollectionMeta, entry: Grant) -> bool:
    match entry.rows:
        case Is(column=column, value=Who.USER):
            return column not in _OWN
        case _:
            return meta.name in _NAMED


def pieces_of_role(spec: Spec, role: str) -> tuple[Piece, ...]:
    """Return all that a working role gives, as pieces."""
    return tuple(
        whole(meta, key) for meta in spec.exposed for key, entry in choosable(meta).items() if entry.role == role
    )


def read_pieces(spec: Spec, given: Any, based_on: str, actor: Actor) -> tuple[tuple[Piece, ...], list[Problem]]:
    """Return what somebody has chosen for a role, with what everybody has; and what is wrong with it, all at once."""
    if not isinstance(given, list) or not all(_is_piece(one) for one in given):
        return (), [Problem(_FORM, field="pieces")]
    if len(given) > _MOST:
        return (), [Problem(_TOO_MANY.fill(most=_MOST), field="pieces")]
    pieces = tuple(_piece(one) for one in given)
    problems, seen = [], set[tuple[str, str]]()
    for piece in pieces:
        if (piece.collection, piece.entry) in seen:
            problems.append(_problem(_TWICE, piece))
        seen.add((piece.collection, piece.entry))
        problems += _judged(spec, piece, actor)
    always = account_pieces(spec, based_on)
    kept = {(piece.collection, piece.entry) for piece in always}
    return (*(p for p in pieces if (p.collection, p.entry) not in kept), *always), problems


def _is_piece(one: Any) -> bool:
    return (
        isinstance(one, Mapping)
        and {"collection", "entry"} <= one.keys() <= {"collection", "entry", *_LISTS, *_FLAGS}
        and all(isinstance(one[name], str) for name in ("collection", "entry"))
        and all(isinstance(one.get(n, []), list) and all(isinstance(v, str) for v in one.get(n, [])) for n in _LISTS)
        and all(isinstance(one.get(name, False), bool) for name in _FLAGS)
    )


_LISTS, _FLAGS = ("read", "write", "verbs"), ("create", "delete")


def _piece(one: Mapping[str, Any]) -> Piece:
    read, write, verbs = (tuple(dict.fromkeys(one.get(name, ()))) for name in _LISTS)
    create, delete = (bool(one.get(name)) for name in _FLAGS)
    return Piece(one["collection"], one["entry"], read, write, verbs, create=create, delete=delete)


def _judged(spec: Spec, piece: Piece, actor: Actor) -> list[Problem]:
    meta = spec.get(piece.collection)
    entry = choosable(meta).get(piece.entry) if meta is not None and meta.declared.exposed else None
    if meta is None or entry is None:
        return [_problem(_NO_ENTRY, piece)]
    if entry.role not in given_by(actor):
        return [_problem(_ABOVE, piece)]
    most = whole(meta, piece.entry)
    beyond = [
        *_beyond(meta, piece.read, meta.reads(entry)),
        *_beyond(meta, piece.write, meta.writes(entry)),
        *(verb for verb in piece.verbs if verb not in most.verbs),
        *(name for name in _FLAGS if getattr(piece, name) and not getattr(most, name)),
    ]
    return [_problem(_BEYOND, piece, names=verbatim(", ".join(beyond)))] if beyond else []


def _beyond(meta: CollectionMeta, names: Iterable[str], given: frozenset[str]) -> list[str]:
    """Return those names that an entry gives nothing of; a group gives what it has of it."""
    codes = {group.code: {item.name for item in group.fields} for group in meta.groups}
    return [n for n in names if n == EVERY or not (codes.get(n, {n}) & given)]


def _problem(words: Text, piece: Piece, **more: object) -> Problem:
    return Problem(words.fill(collection=piece.collection, entry=piece.entry, **more), field="pieces")


def stored(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
    """Return pieces as a row keeps them, in one order; what a piece does not give is left out."""
    found = []
    for piece in sorted(pieces):
        lists = {name: list(getattr(piece, name)) for name in _LISTS if getattr(piece, name)}
        flags = {name: True for name in _FLAGS if getattr(piece, name)}
        found.append({"collection": piece.collection, "entry": piece.entry, **lists, **flags})
    return found


def digest_of(pieces: Any) -> str:
    """Return what a version is told from another by: equal where they give the same; ``-`` where nothing is in use."""
    return "-" if pieces is None else str(CustomRole("", pieces_of(pieces), "")).removeprefix("@")


@dataclass(frozen=True, slots=True)
class Change:
    """What is gained and lost in a collection: of ``read`` and ``write`` fields, ``acts``, and rules of ``rows``."""

    collection: str
    gained: Mapping[str, Sequence[str]]
    lost: Mapping[str, Sequence[str]]


def changes(spec: Spec, before: frozenset[str], after: frozenset[str]) -> list[Change]:
    """Return how what two sets of roles give differs, collection by collection."""
    found = []
    for meta in spec.exposed:
        was, now = _given(meta, before), _given(meta, after)
        if was != now:
            gained, lost = ({what: sorted(a[what] - b[what]) for what in a} for a, b in ((now, was), (was, now)))
            found.append(Change(meta.name, _some(gained), _some(lost)))
    return [one for one in found if one.gained or one.lost]


def _some(names: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {what: some for what, some in names.items() if some}


def _given(meta: CollectionMeta, roles: frozenset[str]) -> dict[str, set[str]]:
    """Return what roles give of a collection: fields and acts in whichever of its rows, and the rules of the rows."""
    grants = meta.grants_of(roles)
    return {
        "read": {n for g in grants for n in meta.reads(g)} - {"id"},
        "write": {n for g in grants for n in meta.writes(g)},
        "acts": {v.name for v in meta.verbs_of(grants)}
        | {name for name in _FLAGS if any(getattr(g, name) for g in grants)},
        "rows": {rule_words(g.rows) for g in grants},
    }
