"""Choosing what a role gives: the entries of one of the product's roles at a time, and what may be taken of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.spec import CollectionMeta
from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.derive.inputs import Option
from directapp.domains.people.fields import ROLES, Roles, RoleVersions
from directapp.domains.people.role_pieces import account_pieces, choosable, pieces_of_role, stored, whole
from directapp.domains.people.roles import LABELS, WORKING, pieces_of
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.own_roles.page import HERE, name_of, role_of, versions_of, words
from directapp.interfaces.web.features.own_roles.told import say, told_acts, told_names, told_rule
from directapp.kernel.errors import DirectAppError
from directapp.kernel.roles import Piece

_LISTS, _FLAGS = ("read", "write", "verbs"), ("create", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry to choose: its rows, whether it is taken over, and what may be taken of it."""

    name: str
    rows: str
    label: str
    taken: bool
    reads: tuple[Option, ...]
    writes: tuple[Option, ...]
    acts: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of a collection."""

    name: str
    label: str
    entries: tuple[Entry, ...]


async def show_edit(ctx: PersonContext, role: str) -> Response:
    """Show what may be chosen of a role of the product, beginning with the version in use or the newest."""
    row = await role_of(ctx, role)
    return await _page(ctx, row, await _begun(ctx, row), _source(ctx.request.query_params.get("from"), row))


async def save_edit(ctx: PersonContext, role: str) -> Response:
    """Keep what was chosen as the next version, and compare it with what is in use."""
    posted = await read_signed(ctx)
    row = await role_of(ctx, role)
    source, begun = _source(posted.get("from"), row), await _begun(ctx, row)
    pieces = (*(piece for piece in begun if piece.source != source), *_chosen(ctx, posted, source))
    meta, target = ctx.meta(ROLES), UUID(row["id"])
    patch = {"pieces": stored(pieces), "note": posted.get("note").strip() or None}
    try:
        made = await ctx.do(meta, "draft", patch, posted=posted, target=target)
        await ctx.do(meta, "simulate", {"version": str(made.record)}, target=target)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, {}, ctx.language)
        return await _page(ctx, row, pieces, source, note=posted.get("note"), summary=summary, status=int(error.status))
    return ctx.go(f"{HERE}/{row['id']}/versions/{made.record}")


def _source(asked: str | None, row: Mapping[str, Any]) -> str:
    return asked if asked in WORKING.split() else str(row[Roles.based_on])


async def _begun(ctx: RequestContext, row: Mapping[str, Any]) -> tuple[Piece, ...]:
    """Return what the next version begins with: what is in use, the newest version, or all of the role it is like."""
    if row.get(Roles.pieces) is not None:
        return pieces_of(row[Roles.pieces])
    versions = await versions_of(ctx, UUID(row["id"]))
    return pieces_of(versions[0][RoleVersions.pieces]) if versions else pieces_of_role(ctx.spec, row[Roles.based_on])


def _chosen(ctx: RequestContext, posted: Posted, source: str) -> list[Piece]:
    """Return the pieces of a role that were chosen in the form."""
    found = []
    for meta in ctx.spec.exposed:
        for key, entry in choosable(meta).items():
            name = f"{meta.name}/{key}"
            if entry.role == source and posted.get(name):
                most = whole(meta, key)
                read, write, verbs = (
                    tuple(n for n in getattr(most, what) if n in posted.typed.get(f"{name}/{what}", ()))
                    for what in _LISTS
                )
                create, delete = (flag in posted.typed.get(f"{name}/verbs", ()) for flag in _FLAGS)
                found.append(Piece(meta.name, key, read, write, verbs, create=create, delete=delete))
    return found


async def _page(
    ctx: RequestContext,
    row: dict[str, Any],
    pieces: tuple[Piece, ...],
    source: str,
    *,
    note: str = "",
    summary: tuple[Complaint, ...] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    always = {(p.collection, p.entry) for p in account_pieces(ctx.spec, row[Roles.based_on])}
    taken = {(p.collection, p.entry): p for p in pieces}
    shown = {(p.collection, p.entry) for p in pieces_of_role(ctx.spec, source)} - always
    parts = [
        Part(meta.name, ctx.say(meta.declared.plural), entries)
        for meta in ctx.spec.exposed
        if (
            entries := tuple(
                _entry(ctx, meta, key, taken.get((meta.name, key)))
                for key in choosable(meta)
                if (meta.name, key) in shown
            )
        )
    ]
    others = sorted({p.source for key, p in taken.items() if key not in always} - {source})
    kept = ", ".join(ctx.say(LABELS[code]) for code in others)
    return ctx.page(
        "own_roles/edit.html",
        status=status,
        here=ROLES,
        r=words(ctx),
        path=f"{HERE}/{row['id']}",
        name=name_of(ctx, row),
        source=source,
        sources=[Option(code, ctx.say(LABELS[code]), code == source) for code in WORKING.split()],
        kept=say(ctx, "kept", roles=kept) if kept else "",
        parts=parts,
        note=note,
        summary=summary,
        stale_by=None,
    )


def _entry(ctx: RequestContext, meta: CollectionMeta, key: str, taken: Piece | None) -> Entry:
    most, rows = whole(meta, key), told_rule(ctx, meta, meta.entries[key].rows)
    flags = [flag for flag in _FLAGS if getattr(most, flag)]
    held = taken or most
    acts = {*held.verbs, *(flag for flag in _FLAGS if getattr(held, flag))}
    return Entry(
        name=f"{meta.name}/{key}",
        rows=rows,
        label=say(ctx, "choose_of", what=ctx.say(meta.declared.plural), rows=rows),
        taken=taken is not None,
        reads=tuple(Option(n, told_names(ctx, meta, meta.expand([n])) or n, n in held.read) for n in most.read),
        writes=tuple(Option(n, told_names(ctx, meta, meta.expand([n])) or n, n in held.write) for n in most.write),
        acts=tuple(Option(n, told_acts(ctx, meta, [n]), n in acts) for n in (*flags, *most.verbs)),
    )


ROUTES = (
    get(f"{HERE}/{{role}}/edit", show_edit),
    post(f"{HERE}/{{role}}/edit", save_edit),
)
