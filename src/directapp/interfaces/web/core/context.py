"""Request context: what a request needs at hand, who asks, in which language, and how a page is answered."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, Request, Response
from jinja2 import Environment

from directapp.declare.spec import CollectionMeta, Spec
from directapp.derive import inputs, present
from directapp.derive.pages import MenuItem, menu_of
from directapp.derive.shown import Formatter
from directapp.domains.people.flow import Auth
from directapp.interfaces.web.core import notes, step_up
from directapp.interfaces.web.core.branding import Branding, Brandings
from directapp.interfaces.web.core.companies import CompanySpecs
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.words import WORDS, speak
from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError, ReusedKeyError, StepUpError
from directapp.kernel.ids import uuid7
from directapp.kernel.languages import Language, pick_language
from directapp.kernel.text import Text, _
from directapp.services.attachments import Attachments
from directapp.services.intent import Answer, Intent
from directapp.services.platform import Platform
from directapp.services.reading import MOST_AT_EACH, MOST_COUNTED
from directapp.store.query import Path, Query

Provided = TypeVar("Provided")
SESSION_COOKIE, DEVICE_COOKIE = "directapp_session", "directapp_device"
THEMES = ("light", "dark")
_PAGES = frozenset({"text/html", "*/*"})
LANGUAGE_COOKIE, THEME_COOKIE = "language", "theme"
# What was picked on the sign-in page, and by whom once somebody is signed in: "en", then "en.<user>".
SPOKEN_COOKIE = "spoken"
_OTHER_PAGE = _("The form is not of this sign-in. Reload the page.")


class AnsweredError(Exception):
    """A handler ends here: the answer is made."""

    def __init__(self, response: Response) -> None:
        """Keep the answer."""
        super().__init__(response.status_code)
        self.response = response


@dataclass(frozen=True, slots=True)
class Pin:
    """A saved view that is pinned to the menu: the list it is of, its name and where it leads."""

    collection: str
    name: str
    href: str


async def no_pins(_: "RequestContext") -> tuple[Pin, ...]:
    """Return nothing: an application without saved views."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageServices:
    """What the pages are built on; ``pins`` are the pinned views of who asks.

    ``provided`` is what features need beyond that, by its class.
    """

    platform: Platform
    auth: Auth
    templates: Environment
    brandings: Brandings
    companies: CompanySpecs
    attachments: Attachments
    pins: Callable[["RequestContext"], Awaitable[tuple[Pin, ...]]] = no_pins
    provided: Mapping[type, object] = field(default_factory=dict)

    def get(self, kind: type[Provided]) -> Provided:
        """Return what was provided of a class."""
        found = self.provided[kind]
        assert isinstance(found, kind)
        return found


@dataclass(kw_only=True)
class RequestContext:
    """One request: who asks for what, and the means to answer. ``actor`` None is a page before sign-in."""

    request: Request
    services: PageServices
    language: Language
    now: datetime
    actor: Actor | None = None
    branding: Branding = field(default_factory=Branding)
    cookies: list[notes.Cookie] = field(default_factory=list)
    pins: tuple[Pin, ...] = ()
    named: Spec | None = None

    @property
    def platform(self) -> Platform:
        """The wired half below the interfaces."""
        return self.services.platform

    @property
    def spec(self) -> Spec:
        """Every collection, its statuses called as the person's company calls them."""
        return self.named or self.services.platform.spec

    @property
    def person(self) -> Actor:
        """Who is signed in."""
        if self.actor is None:
            raise ForbiddenError
        return self.actor

    @cached_property
    def formatter(self) -> Formatter:
        """What turns values into words for this reader."""
        return Formatter(self.spec, self.person, self.now, self.language)

    @cached_property
    def menu(self) -> tuple[MenuItem, ...]:
        """What this person may open."""
        return menu_of(self.spec, self.person, self.language) if self.actor else ()

    @property
    def request_id(self) -> str:
        """The id that this request has in the log."""
        return request_id(self.request)

    @property
    def csrf(self) -> str:
        """The token that every form of this sign-in carries."""
        session = self.actor.session if self.actor else None
        return self.services.auth.signer.form_token(session) if session else ""

    @property
    def initials(self) -> str:
        """The person's initials, for the corner of the page."""
        return "".join(part[0] for part in self.person.name.split()[:2]).upper()

    @cached_property
    def main_list(self) -> str | None:
        """The list that the search at the top of every page looks through: the first of the menu with a workflow."""
        metas = (self.spec[item.name] for item in self.menu)
        return next((s.name for s in metas if s.declared.workflow and s.searchable), None)

    @property
    def partial(self) -> bool:
        """Whether a part of the page is asked for and not the whole."""
        return self.request.headers.get("hx-request") == "true"

    def meta(self, collection: str) -> CollectionMeta:
        """Return a collection that this person may open.

        Raises:
            NotFoundError: there is no such collection.
            ForbiddenError: none of the person's roles opens it.

        """
        meta = self.spec.get(collection)
        if meta is None or not meta.declared.exposed:
            raise NotFoundError
        if not meta.grants_of(self.person.roles):
            raise ForbiddenError
        return meta

    # -- reading and writing ------------------------------------------------------------------------------

    async def rows(self, collection: str, query: Query) -> list[dict[str, Any]]:
        """Return the rows that this person sees, as JSON holds them (ForbiddenError, BadQueryError)."""
        rows: list[dict[str, Any]] = orjson.loads(
            (await self.platform.reading.page(self.person, collection, query)).json
        )
        return rows

    async def one(self, collection: str, record: UUID, fields: tuple[Path, ...] = ()) -> dict[str, Any]:
        """Return one row that this person sees (NotFoundError: there is none)."""
        row: dict[str, Any] = orjson.loads(await self.platform.reading.one(self.person, collection, record, fields))
        return row

    async def last_writer(self, collection: str, record: UUID) -> str | None:
        """Return who wrote a record last, by name; None where no history tells."""
        latest = await self.platform.reading.history(self.person, collection, record, limit=1)
        return str(latest[0]["actor_name"]) if latest else None

    def intent(
        self, meta: CollectionMeta, verb: str, patch: dict[str, Any], *, posted: Posted | None = None, **more: Any
    ) -> Intent:
        """Return what is to be done; of a form it takes the key, the reason and the values that were seen."""
        given: dict[str, Any] = {}
        if posted is not None:
            given = {
                "key": posted.key,
                "said": posted.said,
                "reason": posted.reason,
                "base": inputs.seen((f for n in patch if (f := meta.fields.get(n))), posted.base)
                if verb == "update"
                else None,
                "confirmed": posted.get("_confirm") == "1",
            }
        return Intent(
            actor=self.person,
            collection=meta.name,
            verb=verb,
            origin="web",
            patch=patch,
            request_id=self.request_id,
            # A page reads what it shows by itself.
            **{"read_back": False, **given, **more},
        )

    async def do(
        self, meta: CollectionMeta, verb: str, patch: dict[str, Any], *, posted: Posted | None = None, **more: Any
    ) -> Answer:
        """Do it, once for a form that is sent again; one that was sent before and then changed is another.

        ``more`` are fields of the intent: ``target``, ``version``, ``base``, ``dry_run``.
        """
        if posted is None:
            answer = await self._perform(self.intent(meta, verb, patch, **more))
        else:
            async with self.step_up(posted):
                answer = await self._perform(self.intent(meta, verb, patch, posted=posted, **more))
        self.services.companies.written(meta.name, self.person.tenant)
        return answer

    async def _perform(self, intent: Intent) -> Answer:
        try:
            return await self.platform.pipeline.perform(intent)
        except ReusedKeyError as error:
            if intent.target is None:
                # What was sent may have made a record already: whoever sends it shall know.
                raise ReusedKeyError(WORDS["sent_before"]) from error
            return await self.platform.pipeline.perform(replace(intent, key=None))

    @asynccontextmanager
    async def step_up(self, posted: Posted) -> AsyncIterator[None]:
        """Show the second factor that a form brought along, and ask for it where what stands inside needs it."""
        refused = await step_up.prove_posted(self, posted, client_address(self.request))
        if refused is not None:
            raise AnsweredError(refused)
        try:
            yield
        except StepUpError:
            raise AnsweredError(step_up.confirm_page(self, posted)) from None

    async def sent_before(self, meta: CollectionMeta, verb: str, posted: Posted, *, target: UUID | None = None) -> bool:
        """Whether just this form has been stored: where what it asks for would no longer be open."""
        intent = self.intent(meta, verb, {}, posted=posted, target=target)
        return await self.platform.pipeline.recall(intent) is not None

    @asynccontextmanager
    async def form(self, again: Callable[[DirectAppError], Awaitable[Response]]) -> AsyncIterator[None]:
        """Answer a refusal of what stands inside with the form again and all that was typed."""
        try:
            yield
        except NotFoundError:
            raise
        except DirectAppError as error:
            raise AnsweredError(await again(error)) from error

    # -- answering ----------------------------------------------------------------------------------------

    def say(self, text: Text) -> str:
        """Return a text in the reader's language."""
        return text.pick(self.language)

    def count(self, number: int) -> str:
        """Return a count as a page tells it: "10 000+" where counting stopped there."""
        return present.show_count(number, self.language, most=MOST_COUNTED)

    def at_each(self, number: int) -> str:
        """Return one of many counts as a page tells it: "1 000+" where counting stopped there."""
        return present.show_count(number, self.language, most=MOST_AT_EACH)

    def page(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """Render a template for this request."""
        html = self.render(template, **context)
        response = Response(html, status, media_type="text/html")
        for cookie in self.cookies:
            cookie.put(response, secure=is_secure(self.request))
        return response

    def render(self, template: str, **context: Any) -> str:
        """Return a template's text."""
        theme = self.request.cookies.get(THEME_COOKIE)
        common: Mapping[str, Any] = {
            "ctx": self,
            "w": speak(self.language),
            "language": self.language,
            "theme": theme if theme in THEMES else None,
            "csrf": self.csrf,
            "new_key": _new_key,
        }
        return self.services.templates.get_template(template).render({**common, **context})

    async def tell(
        self, text: str, collection: str, record: UUID, *, undo: str | None = None, href: str | None = None
    ) -> None:
        """Tell on the next pages what was done to a record, by its name where this person still sees it."""
        meta = self.spec[collection]
        try:
            row = await self.one(collection, record, (("id",), *((name,) for name in meta.called)))
        except NotFoundError:
            row = {}
        name = self.formatter.title(meta, row) if row else ""
        self.cookies.append(notes.tell_done(text, self.now, undo=undo, href=href, name=name))

    def done(self) -> notes.Done | None:
        """Return what this person did within the last minute, to tell it and offer the way back."""
        told = next((c.value for c in self.cookies if c.name == notes.DONE_COOKIE and c.value), None)
        done = notes.read_done(self.request.cookies.get(notes.DONE_COOKIE) if told is None else told, self.now)
        if done is None or (told is None and not done.belongs_on(self.request.url.path)):
            return None
        if done.undo is None:
            # What cannot be taken back is told once.
            self.cookies.append(notes.forget_done())
        return done

    def go(self, address: str) -> Response:
        """Send the browser on, whether a whole page or a part was asked for."""
        headers = {"HX-Redirect": address} if self.partial else {"Location": address}
        response = Response(status_code=200 if self.partial else 303, headers=headers)
        for cookie in self.cookies:
            cookie.put(response, secure=is_secure(self.request))
        return response


def _new_key() -> str:
    return uuid7().hex


def is_secure(request: Request) -> bool:
    """Whether people reach us over https: by this request, or by the installation's public address."""
    public: str = request.app.state.platform.public_url
    return request.url.scheme == "https" or public.startswith("https:")


def client_address(request: Request) -> str:
    """Return the address a request came from, as the server knows it."""
    return request.client.host if request.client else ""


def request_id(request: Request) -> str:
    """Return the request's id, made here when nobody made it earlier."""
    known: str | None = getattr(request.state, "request_id", None)
    if known is None:
        known = request.state.request_id = secrets.token_hex(8)
    return known


def _speaking(request: Request, actor: Actor) -> Actor:
    """Return who is signed in, with the language picked at sign-in in place of the profile's."""
    picked, _, who = request.cookies.get(SPOKEN_COOKIE, "").partition(".")
    if actor.user is None or who != str(actor.user):
        return actor
    return replace(actor, language=pick_language(None, picked))


def _language(request: Request, actor: Actor | None) -> Language:
    preferred = actor.language if actor else request.cookies.get(LANGUAGE_COOKIE)
    return pick_language(request.headers.get("accept-language"), preferred)


def open_context(request: Request, actor: Actor | None = None, branding: Branding | None = None) -> RequestContext:
    """Return the context of a request."""
    services: PageServices = request.state.services
    actor = actor and _speaking(request, actor)
    language, now = _language(request, actor), services.platform.clock()
    return RequestContext(
        request=request, services=services, actor=actor, branding=branding or Branding(), language=language, now=now
    )


async def person_context(request: Request) -> RequestContext:
    """Return the context of somebody who is signed in (UnauthenticatedError: nobody is)."""
    return await _signed_in(request)


async def waiting_context(request: Request) -> RequestContext:
    """Return the context of somebody who is signed in, or still has to set up or show a second factor."""
    return await _signed_in(request, waiting=True)


async def _signed_in(request: Request, **more: bool) -> RequestContext:
    actor: Actor = await request.app.state.authenticate(
        authorization=None,
        cookie=request.cookies.get(SESSION_COOKIE),
        address=client_address(request),
        passive=request.headers.get("x-passive") == "true",
        **more,
    )
    services: PageServices = request.state.services
    ctx = open_context(request, actor, await services.brandings.of(actor))
    ctx.named = await services.companies.spec_of(actor)
    if request.method == "GET" and not ctx.partial and _PAGES & set(request.headers.get("accept", "*/*").split(",")):
        ctx.pins = await services.pins(ctx)
    return ctx


def anonymous_context(request: Request) -> RequestContext:
    """Return the context of a page that needs no sign-in."""
    return open_context(request)


PersonContext = Annotated[RequestContext, Depends(person_context)]
WaitingContext = Annotated[RequestContext, Depends(waiting_context)]
AnonymousContext = Annotated[RequestContext, Depends(anonymous_context)]


def check_form(ctx: RequestContext, given: str) -> None:
    """Refuse a form that does not carry this sign-in's token.

    Raises:
        ForbiddenError: it carries none, or another's.

    """
    session = ctx.person.session
    if session is None or not ctx.services.auth.signer.is_form_token(session, given):
        raise ForbiddenError(_OTHER_PAGE)
