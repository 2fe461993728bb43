"""Calendar feeds: a person's or a resource's bookings at a secret address, until it is revoked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Range
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import NO_ROW, FieldName, FieldNames, Patch, Row, Values, plain, row_of
from directapp.declare.rules import In, Is, Who, Whose
from directapp.declare.verbs import Secret, Verb
from directapp.domains.cars.fields import CARS
from directapp.domains.people.fields import DEALERSHIPS, ROLES, TENANTS, USERS, Dealerships, Roles, Users
from directapp.domains.people.roles import EVERYONE, counts_as, lacks_second_factor, works_as
from directapp.domains.planning.booking_fields import STATES
from directapp.domains.planning.booking_hours import GONE, hours_of
from directapp.domains.planning.engine.words import hours_text
from directapp.domains.planning.fields import (
    RESOURCE_BOOKINGS,
    RESOURCE_TYPES,
    RESOURCES,
    CalendarFeeds,
    ResourceBookings,
    Resources,
    ResourceTypes,
)
from directapp.domains.planning.ical import Entry, calendar_text
from directapp.domains.planning.naming import NAMED, car_name
from directapp.domains.planning.rights import SYSTEM, SYSTEMS
from directapp.domains.planning.secret_links import SecretLinks
from directapp.kernel.errors import ForbiddenError, NotFoundError, Problem
from directapp.kernel.text import _, name_of
from directapp.kernel.tokens import Token, TokenKind, parse_token
from directapp.services.command import CommandContext

_BACK, _AHEAD = timedelta(days=60), timedelta(days=365)
_MANY = 3000
_LINKS = SecretLinks(
    "calendar_feeds",
    TokenKind.CALENDAR,
    secret_hash=CalendarFeeds.secret_hash,
    last_read_at=CalendarFeeds.last_read_at,
    revoked_at=CalendarFeeds.revoked_at,
)

FEED = Group(
    "all",
    _("Calendar link"),
    (
        field(
            CalendarFeeds.user,
            _("Person"),
            Kind.REF,
            ref=USERS,
            on_delete="cascade",
            immutable=True,
            computed=True,
            personal="employee",
        ),
        field(
            CalendarFeeds.resource,
            _("Resource"),
            Kind.REF,
            ref=RESOURCES,
            on_delete="cascade",
            immutable=True,
            computed=True,
        ),
        field(CalendarFeeds.dealership, _("Site"), Kind.REF, ref=DEALERSHIPS, computed=True),
        *_LINKS.fields,
    ),
)


def parse_feed(text: str) -> Token | None:
    """Understand the token of an address; None when it is none."""
    return parse_token(text, TokenKind.CALENDAR)


async def issue(ctx: CommandContext) -> None:
    """Make a link to one's own bookings, or to those of a resource that one plans for."""
    values: Values = {CalendarFeeds.user: ctx.actor.user}
    if ctx.params.get("resource") is not None:
        resource = await ctx.look_up(RESOURCES, ctx.params["resource"])
        _refuse_others(ctx, resource.row)
        values = {CalendarFeeds.resource: resource.id, CalendarFeeds.dealership: resource.row[Resources.dealership]}
    elif ctx.actor.user is None:
        raise ForbiddenError
    ctx.shown_once = {"address": f"/calendar/{await _LINKS.make(ctx, values)}.ics"}


def _refuse_others(ctx: CommandContext, resource: Row) -> None:
    roles, site = ctx.actor.works_as, resource[Resources.dealership]
    plans = ("planner" in roles and site == ctx.actor.site) or ("manager" in roles and site in ctx.actor.sites)
    if not (plans or "tenant_admin" in roles):
        words = _("The planners and leaders of a site make the calendar links of its resources.")
        raise ForbiddenError(Problem(words, field=CalendarFeeds.resource))


async def read(ctx: CommandContext) -> None:
    """Answer whoever holds the secret with the calendar; done by the system alone."""
    _LINKS.refuse_strangers(ctx)
    row = ctx.target.row
    language, name = await _owner(ctx, row)
    user = row.get(CalendarFeeds.user)
    whose: Patch = (
        {ResourceBookings.person: user}
        if user is not None
        else {ResourceBookings.resource: row[CalendarFeeds.resource]}
    )
    found = await ctx.find(
        RESOURCE_BOOKINGS,
        {ResourceBookings.starts_at: Range(ctx.now - _BACK, ctx.now + _AHEAD), **whose},
        system=SYSTEM,
        limit=_MANY,
    )
    entries = await _entries(ctx, [b.row for b in found], language)
    ctx.found = {"calendar": calendar_text(f"DirectApp: {name}", entries)}
    await _LINKS.note_read(ctx)


async def _owner(ctx: CommandContext, row: Row) -> tuple[str, str]:
    """Return the language and name of whose calendar it is; somebody who is shut out has none."""
    if row.get(CalendarFeeds.user) is None:
        await _refuse_without_maker(ctx, row)
        return "nb", str((await ctx.look_up(RESOURCES, row[CalendarFeeds.resource], system=SYSTEM)).row[Resources.name])
    user = (await ctx.look_up(USERS, row[CalendarFeeds.user], system="pipeline")).row
    if not user[Users.active] or await _lacks_factor(ctx, user):
        raise NotFoundError
    return str(user.get(Users.language) or "nb"), f"{user[Users.first_name]} {user[Users.last_name]}"


async def _lacks_factor(ctx: CommandContext, user: Row) -> bool:
    company = await ctx.look_up(TENANTS, ctx.actor.tenant, system="pipeline")
    return lacks_second_factor(company.row, user, counts_as(user, await _own_roles(ctx, user)), ctx.now)


async def _own_roles(ctx: CommandContext, user: Row) -> list[Row]:
    codes = user.get(Users.custom_roles)
    search: Values = {Roles.code: codes}
    return [one.row for one in await ctx.find(ROLES, search, system="pipeline", limit=len(codes))] if codes else []


async def _refuse_without_maker(ctx: CommandContext, row: Row) -> None:
    """Keep a resource's calendar open for as long as whoever made the link may make it.

    Raises:
        NotFoundError: that person is gone, shut out, or plans for another site now.

    """
    resource = (await ctx.look_up(RESOURCES, row[CalendarFeeds.resource], system=SYSTEM)).row
    by = row.get(CalendarFeeds.created_by)
    makers = await ctx.find(USERS, {Users.id: by}, system="pipeline", limit=1) if by is not None else []
    maker = next((m.row for m in makers if m.row[Users.active]), NO_ROW)
    if maker is not NO_ROW and await _lacks_factor(ctx, maker):
        raise NotFoundError
    roles, own = works_as(maker, await _own_roles(ctx, maker)), maker.get(Users.dealership)
    site = resource.get(Resources.dealership)
    if "tenant_admin" in roles or ("planner" in roles and own == site):
        return
    above: list[Any] = []
    while "manager" in roles and site is not None and site not in above:
        above.append(site)
        found = await ctx.find(
            DEALERSHIPS, {Dealerships.id: site}, system="pipeline", limit=1, only=(Dealerships.parent_dealership,)
        )
        site = found[0].row.get(Dealerships.parent_dealership) if found else None
    if own is None or own not in above:
        raise NotFoundError


async def _entries(ctx: CommandContext, bookings: list[Row], language: str) -> list[Entry]:
    async def named(collection: str, column: FieldName[UUID], *only: FieldName[object]) -> Callable[[Row], Row]:
        wanted = sorted({b[column] for b in bookings if b.get(column) is not None}, key=str)
        asked: Patch = {FieldNames.id: wanted}
        columns = (FieldNames.id, *only)
        found = await ctx.find(collection, asked, system="pipeline", limit=_MANY, only=columns) if wanted else ()
        rows: dict[UUID | None, Row] = {r.id: r.row for r in found}
        return lambda booking: rows.get(booking.get(column), NO_ROW)

    # The car's name and no more: whose it is stands in nobody's private calendar.
    car_of = await named(CARS, ResourceBookings.car, *NAMED)
    type_of = await named(RESOURCE_TYPES, ResourceBookings.resource_type, ResourceTypes.name_nb, ResourceTypes.name_en)
    provider_of = await named(DEALERSHIPS, ResourceBookings.provider, Dealerships.name, Dealerships.location)
    consumer_of = await named(DEALERSHIPS, ResourceBookings.consumer, Dealerships.name)
    states = {s.code: s.label for s in STATES}
    base = str(ctx.params.get("base") or "")
    made = []
    for b in bookings:
        kind = name_of(plain(type_of(b))).pick(language)
        provider = provider_of(b)
        booked = row_of({**plain(b), ResourceBookings.status: "scheduled"})
        told = (
            states[str(b[ResourceBookings.status])].pick(language),
            hours_text(float(hours_of(booked))).pick(language),
            str(consumer_of(b).get(Dealerships.name) or ""),
        )
        made.append(
            Entry(
                id=str(b[ResourceBookings.id]),
                start=b[ResourceBookings.starts_at],
                end=b[ResourceBookings.ends_at],
                summary=" ".join(w for w in (car_name(car_of(b)), f"– {kind}") if w),
                location=", ".join(
                    str(w) for w in (provider.get(Dealerships.name), provider.get(Dealerships.location)) if w
                ),
                description=" · ".join(w for w in told if w),
                url=f"{base}/app/cars/{b.get(ResourceBookings.car)}" if base else "",
                cancelled=b[ResourceBookings.status] in GONE,
                version=int(b[ResourceBookings.version]),
                changed_at=b[ResourceBookings.updated_at],
            )
        )
    return made


CALENDAR_FEEDS = Collection(
    name="calendar_feeds",
    label=_("Calendar link"),
    plural=_("Calendar links"),
    groups=(FEED,),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(EVERYONE, rows=Is(CalendarFeeds.user, Who.USER), read=("all",), verbs=("issue", "revoke")),
            Grant(role="planner", rows=Is(CalendarFeeds.dealership, Who.SITE), read=("all",), verbs=("revoke",)),
            Grant(role="manager", rows=In(CalendarFeeds.dealership, Whose.SITES), read=("all",), verbs=("revoke",)),
            Grant(role="tenant_admin", read=("all",), verbs=("issue", "revoke")),
        ),
    ),
    views=Views(
        columns=(
            CalendarFeeds.user,
            CalendarFeeds.resource,
            CalendarFeeds.created_at,
            CalendarFeeds.last_read_at,
            CalendarFeeds.revoked_at,
        ),
        title=(CalendarFeeds.user, CalendarFeeds.resource),
        sort=("-created_at",),
        filters=(CalendarFeeds.resource, CalendarFeeds.revoked_at),
        icon="calendar-share",
    ),
    verbs=(
        Verb(
            name="issue",
            label=_("Make a calendar link"),
            run=issue,
            on="collection",
            params=(
                field(
                    "resource",
                    _("Resource"),
                    Kind.REF,
                    ref=RESOURCES,
                    help=_("Empty: your own bookings."),
                ),
            ),
            icon="calendar-plus",
            primary=True,
            secrets=(
                Secret(
                    name="address",
                    label=_("Calendar address"),
                    help=_(
                        "Subscribe to the address in the calendar on your phone or in Outlook. It is shown only now, "
                        "and everyone who has it sees the bookings."
                    ),
                    address=True,
                ),
            ),
        ),
        Verb(
            name="revoke",
            label=_("Revoke"),
            run=_LINKS.revoke,
            blocked=_LINKS.revoked,
            icon="ban",
            danger=True,
        ),
        Verb(
            name="subscribe",
            label=_("Read the calendar"),
            run=read,
            params=(
                field("secret", _("Key"), max_length=100, required=True),
                field("base", _("Address"), max_length=300),
            ),
            icon="calendar",
        ),
    ),
    indexes=(("user",), ("resource",)),
    history=False,
)
