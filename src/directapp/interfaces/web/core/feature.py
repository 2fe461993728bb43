"""Features: what each folder of ``features`` adds to the pages. The records' pages render what is registered here."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response

from directapp.declare.spec import CollectionMeta
from directapp.derive.pages import Child
from directapp.derive.shown import Shown
from directapp.interfaces.web.core.beside import Ask
from directapp.interfaces.web.core.context import Pin, RequestContext
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.rights import Allowed
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS
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


@dataclass(frozen=True, slots=True)
class RailLink:
    """A line of the menu as a page shows it; ``pins`` are the pinned views of its list."""

    href: str
    label: str
    icon: str
    current: bool
    pins: Sequence[Pin] = ()


@dataclass(frozen=True, slots=True)
class Rail:
    """The menu of a page: what stands in it, what stands under "More", and administration."""

    links: Sequence[RailLink]
    more: Sequence[RailLink]
    administration: RailLink | None


# Entries that anybody's menu has, administration and "More" among them.
MOST_IN_MENU = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A folded part of a record's page, loaded from ``<the record's address>/<code>`` when it is opened."""

    on: str
    code: str
    label: Text
    icon: str
    visible: Callable[[RequestContext, Record], bool]


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


# Rows that were read beside a record.
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewLine:
    """One line of a record's overview, under its label.

    ``place``: why it is late or held up, who has the next step and when, or a fact beside; ``shown`` are what stands
    in it, ``note`` what is said of them, ``link`` what helps, ``tone`` late or soon.
    """

    label: str
    shown: Sequence[Shown]
    place: Literal["why", "next", "fact"] = "fact"
    note: str = ""
    link: Link | None = None
    tone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewCard:
    """A part of a record's overview that is drawn by a template of its own."""

    code: str
    template: str
    variables: Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What a feature tells on the first screen of a record's page; ``on`` None is every collection.

    ``asks`` are questions about this one record, by an indexed field; all features' are asked in one transaction,
    those that the person may not ask find nothing. ``tell`` is given the rows of each.
    """

    tell: Callable[[RequestContext, Record, Sequence[Rows]], Iterable[OverviewLine | OverviewCard]]
    on: str | None = None
    asks: Callable[[RequestContext, Record], Sequence[Ask]] = lambda _, __: ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """Something that happened to a record or was said of it: ``shown`` and ``text`` what, ``prose`` in whose words.

    ``href`` is its own page, ``file`` a picture of it.
    """

    at: datetime
    when: Shown
    who: str
    icon: str
    shown: Sequence[Shown] = ()
    text: str = ""
    prose: str = ""
    href: str | None = None
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSource:
    """What a feature tells in the feed of a record; ``on`` None is every collection.

    ``ask`` is the question for so many of the newest, which is asked with those of all sources.
    """

    code: str
    label: Text
    ask: Callable[[RequestContext, Record, int], Ask]
    tell: Callable[[RequestContext, Record, Rows], Iterable[FeedLine]]
    on: str | None = None


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
class FoundPage:
    """A page that stands in no menu, and that the search box finds by its name."""

    href: str
    label: Text
    visible: Allowed


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
    overviews: tuple[Overview, ...] = ()
    feeds: tuple[FeedSource, ...] = ()
    actions: tuple[RecordAction, ...] = ()
    create_parts: tuple[CreatePart, ...] = ()
    child_panels: Mapping[str, ChildPanel] = field(default_factory=dict)
    list_links: tuple[ListLink, ...] = ()
    settings: tuple[SettingsPage, ...] = ()
    home_links: tuple[HomeLink, ...] = ()
    found_pages: tuple[FoundPage, ...] = ()


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

    def overviews(self, collection: str) -> list[Overview]:
        """Return what features tell in the overview of a collection's records."""
        return [o for f in self.all for o in f.overviews if o.on in {None, collection}]

    def feed_sources(self, collection: str) -> list[FeedSource]:
        """Return what features tell in the feed of a collection's records."""
        return [s for f in self.all for s in f.feeds if s.on in {None, collection}]

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

    @staticmethod
    def collections_in(settings: Sequence[SettingsPage]) -> frozenset[str]:
        """Return the collections that are reached through pages of administration, and so not from the menu itself."""
        return frozenset(name for page in settings for name in page.collections)

    def found_of(self, ctx: RequestContext) -> list[tuple[Text, str]]:
        """Return every registered page that a person may open, by name and address."""
        menu = [(e.label, e.href(ctx)) for e in self.menu_of(ctx)]
        elsewhere = [(p.label, p.href) for f in self.all for p in f.found_pages if p.visible(ctx)]
        return [*menu, *elsewhere, *((s.label, s.href) for s in self.settings_of(ctx))]

    def menu_of(self, ctx: RequestContext) -> list[MenuEntry]:
        """Return the entries of a person's menu beside the lists, none before sign-in."""
        return [e for e in self.menu if e.visible(ctx)] if ctx.actor else []

    def rail_of(self, ctx: RequestContext, here: str) -> Rail:
        """Return a person's menu on the page that is called ``here``, none before sign-in."""
        settings = self.settings_of(ctx)
        inside = self.collections_in(settings)
        links = [RailLink(e.href(ctx), ctx.say(e.label), e.icon, here in e.codes) for e in self.menu_of(ctx)]
        for item in (i for i in ctx.menu if i.name not in inside):
            pins = [pin for pin in ctx.pins if pin.collection == item.name]
            links.append(RailLink(item.href, item.label, item.icon, here == item.name, pins))
        administration = None
        if settings:
            label = ctx.say(WORDS["administration"])
            administration = RailLink("/app/admin", label, "settings", here == "admin" or here in inside)
        room = MOST_IN_MENU - (administration is not None)
        shown = room if len(links) <= room else room - 1
        return Rail(links[:shown], links[shown:], administration)
