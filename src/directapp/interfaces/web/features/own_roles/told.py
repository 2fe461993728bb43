"""What pieces give, in the reader's words: rules of rows, groups and fields, acts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    rule_words,
)
from directapp.declare.spec import CollectionMeta
from directapp.domains.people.role_pieces import Change, named
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.own_roles.words import WORDS
from directapp.kernel.roles import Piece

_FLAGS = ("create", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the grid: of which collection which rows, and what may be done with them."""

    what: str
    rows: str
    reads: str
    writes: str
    acts: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What is gained and lost in a collection."""

    what: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]


def say(ctx: RequestContext, word: str, **values: object) -> str:
    """Return a text of these pages in the reader's language."""
    return ctx.say(WORDS[word].fill(**values))


def told_rule(ctx: RequestContext, meta: CollectionMeta, rule: Rule) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a rule
    """Return a rule of rows as people say it."""

    def label(column: str) -> str:
        return say(ctx, "this") if column == "id" else ctx.say(meta.fields[column].label)

    match rule:
        case Everything():
            return say(ctx, "every_row")
        case Nothing():
            return say(ctx, "no_row")
        case Is(column=column, value=Who.USER):
            return say(ctx, "is_me", field=label(column))
        case Is(column=column, value=Who.SITE):
            return say(ctx, "is_my_site", field=label(column))
        case Is(column=column, value=bool(value)):
            return say(ctx, "is", field=label(column), value=say(ctx, "yes" if value else "no"))
        case Is(column=column, value=value):
            return say(ctx, "is", field=label(column), value=_choices(ctx, meta, column, (str(value),)))
        case Other(column=column, value=value):
            return say(ctx, "is_not", field=label(column), value=_choices(ctx, meta, column, (value,)))
        case In(column=column, values=Whose.SITES):
            return say(ctx, "in_my_sites", field=label(column))
        case In(column=column, values=Whose.BRANDS):
            return say(ctx, "in_my_brands", field=label(column))
        case In(column=column, values=values):
            return say(ctx, "is", field=label(column), value=_choices(ctx, meta, column, tuple(values)))
        case Empty(column=column):
            return say(ctx, "empty", field=label(column))
        case Not(part=part):
            return say(ctx, "not", rule=told_rule(ctx, meta, part))
        case All(parts=parts):
            return f" {say(ctx, 'and')} ".join(_bracketed(ctx, meta, part) for part in parts)
        case Either(parts=parts):
            return f" {say(ctx, 'or')} ".join(_bracketed(ctx, meta, part) for part in parts)
        case SeenInFull(column=column):
            return say(ctx, "in_full", field=label(column))
        case SubjectSeen():
            return say(ctx, "subject")
        case Parent(column=column, collection=name, rule=inner):
            return say(ctx, "of_parent", field=label(column), rule=told_rule(ctx, ctx.spec[name], inner))


def _bracketed(ctx: RequestContext, meta: CollectionMeta, rule: Rule) -> str:
    words = told_rule(ctx, meta, rule)
    return f"({words})" if isinstance(rule, All | Either) else words


def _choices(ctx: RequestContext, meta: CollectionMeta, column: str, codes: Sequence[str]) -> str:
    found = (meta.fields[column].choice(code) for code in codes)
    flow = meta.declared.workflow if column == "status" else None
    labels = [ctx.say(flow.label(code)) for code in codes] if flow else []
    return ", ".join(labels or [ctx.say(c.label) if c else code for c, code in zip(found, codes, strict=True)])


def told_names(ctx: RequestContext, meta: CollectionMeta, fields: Iterable[str]) -> str:
    """Return fields in words: by the group where all of it is there."""
    codes = {group.code: group.label for group in meta.groups}
    known = [name for name in named(meta, fields) if name in codes or name in meta.fields]
    return ", ".join(ctx.say(codes.get(name) or meta.fields[name].label) for name in known)


def told_acts(ctx: RequestContext, meta: CollectionMeta, acts: Iterable[str]) -> str:
    """Return acts in words: verbs, to create and to delete."""
    verbs = {verb.name: verb.label for verb in meta.declared.verbs}
    words = [WORDS[act] if act in _FLAGS else verbs[act] for act in acts if act in _FLAGS or act in verbs]
    return ", ".join(ctx.say(word) for word in words)


def told_grant(ctx: RequestContext, meta: CollectionMeta, grant: Grant) -> Line:
    """Return what an entry gives."""
    flags = [name for name in _FLAGS if getattr(grant, name)]
    return Line(
        what=ctx.say(meta.declared.plural),
        rows=told_rule(ctx, meta, grant.rows),
        reads=told_names(ctx, meta, meta.reads(grant)),
        writes=told_names(ctx, meta, meta.writes(grant)),
        acts=told_acts(ctx, meta, [*flags, *(verb.name for verb in meta.verbs_of([grant]))]),
    )


def lines_of(ctx: RequestContext, role: str, hidden: frozenset[tuple[str, str]]) -> list[Line]:
    """Return what a role gives of what people meet, but for what is ``hidden``: pieces by collection and rows."""
    return [
        told_grant(ctx, meta, grant)
        for meta in ctx.spec.exposed
        for grant in meta.grants_of(frozenset({role}))
        if (meta.name, rule_words(grant.rows)) not in hidden
    ]


def rows_of(ctx: RequestContext, pieces: Iterable[Piece]) -> frozenset[tuple[str, str]]:
    """Return the rows that pieces are about, by collection."""
    found = ((p.collection, ctx.spec[p.collection].entries.get(p.entry)) for p in pieces)
    return frozenset((name, rule_words(entry.rows)) for name, entry in found if entry is not None)


def told_changes(ctx: RequestContext, changes: Iterable[Change | Mapping[str, Any]]) -> list[Difference]:
    """Return differences in words; what is no longer declared is left out."""
    found = []
    for one in changes:
        change = one if isinstance(one, Change) else Change(**one)
        meta = ctx.spec.get(change.collection)
        if meta is not None:
            gains, loses = (_told_change(ctx, meta, names) for names in (change.gained, change.lost))
            found.append(Difference(ctx.say(meta.declared.plural), gains, loses))
    return found


def _told_change(ctx: RequestContext, meta: CollectionMeta, names: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    rules = {rule_words(g.rows): g.rows for g in meta.declared.access.grants}
    fields = {n: names.get(n, ()) for n in ("read", "write")}
    told = {
        "rows": "; ".join(told_rule(ctx, meta, rules[words]) for words in names.get("rows", ()) if words in rules),
        "reads": told_names(ctx, meta, [n for n in fields["read"] if n in meta.fields]),
        "writes": told_names(ctx, meta, [n for n in fields["write"] if n in meta.fields]),
        "acts": told_acts(ctx, meta, names.get("acts", ())),
    }
    return tuple(f"{say(ctx, word)}: {text}" for word, text in told.items() if text)
