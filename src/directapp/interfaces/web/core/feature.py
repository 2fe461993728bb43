"""Features: what each folder of ``features`` adds to the pages. The records' pages render what is registered here."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from directapp.declare.spec import CollectionMeta
from directapp.derive.pages import Child
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.rights import Allowed
from directapp.interfaces.web.core.seen import Record
from directapp.kernel.text import Text

Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Route:
    """An address with what answers it."""

    path: str
    endpoint: Callable[..., Any]
    methods: tuple[str, ...]


def get(path: str, endpoint: Callable[..., Any]) -> Route:
    """Return the route of a page."""
    return Route(path, endpoint, ("GET",))


def post(path: str, endpoint: Callable[..., Any]) -> Route:
    """Return the route of a form."""
    return Route(path, endpoint, ("POST",))


def add_routes(router: APIRouter, routes: Iterable[Route]) -> None:
    """Add routes in their order: the first that fits an address answers it."""
    for route in routes:
        router.add_api_route(route.path, route.endpoint, methods=list(route.methods))


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """An entry of the menu. ``codes`` are the values of ``here`` of the pages that stand under it.

    ``in_hand``: it stands in the bar of a phone, for those whose menu begins with it.
    """

    href: Callable[[RequestContext], str]
    label: Text
    icon: str
    visible: Allowed
    codes: frozenset[str]
    order: int
    in_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A folded part of a record's page, loaded from ``<the record's address>/<code>`` when it is opened."""

    on: str
    code: str
    label: Text
    icon: str
    visible: Callable[[RequestContext, Record], bool]
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPart:
    """A part of a record's page with a form of its own, for ``fields`` that no other form of the page shows.

    ``load`` returns what its template writes, None where the part has no place; ``verbs`` are offered in it; ``beside``
    stands at the side of the page.
    """

    on: str
    template: str
    load: Callable[[RequestContext, Record], Variables | None]
    fields: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A page that belongs to a record."""

    href: str
    label: str
    icon: str
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAction:
    """A page that a record's page leads to; ``on`` None is every collection.

    ``link`` returns None where this person has no way there; ``next_step`` stands among the record's next steps.
    """

    link: Callable[[RequestContext, Record], Link | None]
    on: str | None = None
    next_step: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePart:
    """A part of the form of a new record; ``created`` runs when the record is there."""

    on: str
    template: str
    load: Callable[[RequestContext, CollectionMeta, Posted | None], Variables | None]
    created: Callable[[RequestContext, CollectionMeta, UUID, Posted], Awaitable[None]]


# Shows the records of one collection that belong to a record: (context, collection, record, what belongs to it).
ChildPanel = Callable[[RequestContext, CollectionMeta, UUID, Child], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLink:
    """A page that a list leads to, for whoever sees the list."""

    on: str
    href: str
    label: Text
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """A page of administration: its place in the overview, and the collections that are reached through it."""

    order: int
    href: str
    label: Text
    about: Text
    icon: str
    visible: Allowed
    collections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeLink:
    """A page that people of some roles begin their day with."""

    href: Callable[[RequestContext], str]
    label: Callable[[RequestContext], Text]
    visible: Allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A folder of pages, and what it adds to the menu, to the pages of records, and to administration."""

    name: str
    routes: tuple[Route, ...] = ()
    menu: tuple[MenuEntry, ...] = ()
    panels: tuple[Panel, ...] = ()
    parts: tuple[RecordPart, ...] = ()
    actions: tuple[RecordAction, ...] = ()
    create_parts: tuple[CreatePart, ...] = ()
    child_panels: Mapping[str, ChildPanel] = field(default_factory=dict)
    list_links: tuple[ListLink, ...] = ()
    settings: tuple[SettingsPage, ...] = ()
    home_links: tuple[HomeLink, ...] = ()


class Features:
    """What all features together add, by where it stands."""

    def __init__(self, features: Sequence[Feature]) -> None:
        """Keep them; two of the same name are a mistake."""
        names = [f.name for f in features]
        if len(set(names)) < len(names):
            raise ValueError(f"features are named once: {sorted(names)}")
        self.all = tuple(features)
        self.menu = tuple(sorted((e for f in features for e in f.menu), key=lambda e: e.order))
        self.settings = tuple(sorted((s for f in features for s in f.settings), key=lambda s: s.order))
        self.home_links = tuple(h for f in features for h in f.home_links)

    def panels(self, ctx: RequestContext, record: Record) -> list[Panel]:
        """Return the panels of a record's page that this person sees."""
        on = record.meta.name
        return [p for f in self.all for p in f.panels if p.on == on and p.visible(ctx, record)]

    def parts(self, collection: str) -> list[RecordPart]:
        """Return the parts of the pages of a collection's records."""
        return [p for f in self.all for p in f.parts if p.on == collection]

    def links(self, ctx: RequestContext, record: Record, *, next_step: bool) -> list[Link]:
        """Return where a record's page leads this person."""
        on = {None, record.meta.name}
        actions = [a for f in self.all for a in f.actions if a.on in on and a.next_step == next_step]
        return [link for a in actions if (link := a.link(ctx, record)) is not None]

    def create_parts(self, collection: str) -> list[CreatePart]:
        """Return the parts of the form of a new record."""
        return [p for f in self.all for p in f.create_parts if p.on == collection]

    def child_panel(self, collection: str) -> ChildPanel | None:
        """Return what shows the records of a collection that belong to another; None: as every collection's."""
        return next((f.child_panels[collection] for f in self.all if collection in f.child_panels), None)

    def list_links(self, collection: str) -> list[ListLink]:
        """Return where a list leads."""
        return [link for f in self.all for link in f.list_links if link.on == collection]

    def settings_of(self, ctx: RequestContext) -> list[SettingsPage]:
        """Return the pages of administration that a person may open, none before sign-in."""
        return [s for s in self.settings if s.visible(ctx)] if ctx.actor else []

    def in_settings(self, ctx: RequestContext, collection: str | None) -> bool:
        """Whether this person reaches a collection through administration, and so not from the menu itself."""
        return any(collection in s.collections for s in self.settings_of(ctx))

    def menu_of(self, ctx: RequestContext) -> list[MenuEntry]:
        """Return the entries of a person's menu beside the lists, none before sign-in."""
        return [e for e in self.menu if e.visible(ctx)] if ctx.actor else []
