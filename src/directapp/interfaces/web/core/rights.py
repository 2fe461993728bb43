"""Questions about a person's rights that menu entries and settings pages ask; before sign-in the answer is no."""

from collections.abc import Callable

from directapp.declare.spec import CollectionMeta
from directapp.derive import pages
from directapp.derive.inputs import Option
from directapp.derive.shown import writable_anywhere
from directapp.domains.people.roles import ADMIN, MANAGER
from directapp.interfaces.web.core.context import RequestContext

Allowed = Callable[[RequestContext], bool]


def writes(collection: str, *fields: str) -> Allowed:
    """Return whether a person writes any of these fields, or any at all, in some record of a collection."""

    def asked(ctx: RequestContext) -> bool:
        meta = ctx.spec.get(collection)
        written = writable_anywhere(ctx.person, meta) if meta and ctx.actor else frozenset()
        return bool(written & set(fields) if fields else written)

    return asked


def administers(collection: str) -> Allowed:
    """Return whether a person sets up a collection: writes in it, and leads a site or the company."""
    return lambda ctx: has_role(ADMIN, MANAGER)(ctx) and writes(collection)(ctx)


def does(collection: str, verb: str) -> Allowed:
    """Return whether a person has a verb on some record of a collection."""

    def asked(ctx: RequestContext) -> bool:
        meta = ctx.spec.get(collection)
        grants = meta.grants_of(ctx.person.roles) if meta and ctx.actor else ()
        return any(verb in g.verbs or "*" in g.verbs for g in grants)

    return asked


def opens(*collections: str) -> Allowed:
    """Return whether a person opens every one of these collections."""

    def asked(ctx: RequestContext) -> bool:
        metas = [ctx.spec.get(name) for name in collections]
        return ctx.actor is not None and all(meta and meta.grants_of(ctx.person.roles) for meta in metas)

    return asked


def lists(collection: str) -> Allowed:
    """Return whether a collection stands in the menu of a person's company, and the person opens it."""
    return lambda ctx: ctx.actor is not None and any(item.name == collection for item in ctx.menu)


def both(first: Allowed, second: Allowed) -> Allowed:
    """Return whether a person may by both of two questions."""
    return lambda ctx: first(ctx) and second(ctx)


def has_role(*roles: str) -> Allowed:
    """Return whether a person has one of these roles."""
    return lambda ctx: ctx.actor is not None and bool(ctx.person.works_as & set(roles))


def choices_to_create(ctx: RequestContext, meta: CollectionMeta, field: str) -> list[Option]:
    """Return the choices of a field with which this person may create records."""
    making = [g for g in meta.grants_of(ctx.person.roles) if g.create]
    codes = pages.values_allowed([g.edit_rule for g in making], field)
    choices = meta.fields[field].choices
    return [Option(c.code, c.label.pick(ctx.language)) for c in choices if codes is None or c.code in codes]
