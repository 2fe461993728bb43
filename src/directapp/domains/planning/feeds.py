"""Calendar feeds: a person's or a resource's bookings at a secret address, until it is revoked."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Range, Row
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import In, Is, Who, Whose
from directapp.declare.verbs import Secret, Verb
from directapp.domains.cars.fields import CARS
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.people.roles import EVERYONE
from directapp.domains.planning.booking_fields import STATES
from directapp.domains.planning.booking_hours import GONE, hours_of
from directapp.domains.planning.engine.words import hours_text
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, RESOURCE_TYPES, RESOURCES
from directapp.domains.planning.ical import Entry, calendar_text
from directapp.domains.planning.rights import SYSTEM, SYSTEMS
from directapp.kernel.errors import ForbiddenError, NotFoundError, Problem
from directapp.kernel.text import _, name_of
from directapp.services.command import CommandContext

_BACK, _AHEAD = timedelta(days=60), timedelta(days=365)
_SELDOM = timedelta(hours=1)
_MANY = 3000
_PREFIX, _PARTS = "cal", 4
_PLATE = re.compile(r"([A-ZÆØÅ]{2})(\d{4,5})")

FEED = Group(
    "all",
    _("Calendar link"),
    (
        field("user", _("Person"), Kind.REF, ref=USERS, on_delete="cascade", immutable=True, computed=True),
        field(
            "resource",
            _("Resource"),
            Kind.REF,
            ref=RESOURCES,
            on_delete="cascade",
            immutable=True,
            computed=True,
        ),
        field("dealership", _("Dealership"), Kind.REF, ref=DEALERSHIPS, computed=True),
        field("secret_hash", _("Key"), max_length=100, secret=True, computed=True),
        field("last_read_at", _("Last read"), Kind.INSTANT, computed=True),
        field("revoked_at", _("Revoked"), Kind.INSTANT, computed=True),
    ),
)


@dataclass(frozen=True, slots=True)
class FeedToken:
    """What an address carries: the tenant in clear, so that it is known before look-up, the feed and the secret."""

    tenant: UUID
    id: UUID
    secret: str

    @property
    def path(self) -> str:
        """Return the address below the installation's own."""
        return f"/calendar/{_PREFIX}_{self.tenant.hex}_{self.id.hex}_{self.secret}.ics"


def parse_feed(text: str) -> FeedToken | None:
    """Understand the token of an address; None when it is none."""
    parts = text.split("_", _PARTS - 1)
    if len(parts) != _PARTS or parts[0] != _PREFIX or not parts[3]:
        return None
    try:
        return FeedToken(UUID(hex=parts[1]), UUID(hex=parts[2]), parts[3])
    except ValueError:
        return None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def issue(ctx: CommandContext) -> None:
    """Make a link to one's own bookings, or to those of a resource that one plans for."""
    values: dict[str, Any] = {"user": ctx.actor.user}
    if ctx.params.get("resource") is not None:
        resource = await ctx.look_up(RESOURCES, ctx.params["resource"])
        _refuse_others(ctx, resource.row)
        values = {"resource": resource.id, "dealership": resource.row["dealership"]}
    elif ctx.actor.user is None:
        raise ForbiddenError
    secret = secrets.token_urlsafe(32)
    made = await ctx.create("calendar_feeds", values | {"secret_hash": _digest(secret)}, system=SYSTEM)
    ctx.answer = made
    ctx.shown_once = {"address": FeedToken(ctx.actor.tenant, made.id, secret).path}


def _refuse_others(ctx: CommandContext, resource: Row) -> None:
    roles, site = ctx.actor.roles, resource["dealership"]
    plans = ("planner" in roles and site == ctx.actor.site) or ("manager" in roles and site in ctx.actor.sites)
    if not (plans or "tenant_admin" in roles):
        words = _("The planners and leaders of a site make the calendar links of its resources.")
        raise ForbiddenError(Problem(words, field="resource"))


async def revoke(ctx: CommandContext) -> None:
    """Make the address useless."""
    await ctx.change({"revoked_at": ctx.now}, system=SYSTEM)


def _revoked(case: Case) -> Problem | None:
    if case.get("revoked_at") is None:
        return None
    words = _("The link is already revoked.")
    return Problem(words, field="revoked_at", code="CONFLICT")


async def read(ctx: CommandContext) -> None:
    """Answer whoever holds the secret with the calendar; done by the system alone."""
    row = ctx.target.row
    known = hmac.compare_digest(_digest(str(ctx.params["secret"])), str(row["secret_hash"]))
    if not known or row["revoked_at"] is not None:
        raise NotFoundError
    language, name = await _owner(ctx, row)
    whose = {"person": row["user"]} if row["user"] is not None else {"resource": row["resource"]}
    found = await ctx.find(
        RESOURCE_BOOKINGS,
        system=SYSTEM,
        limit=_MANY,
        starts_at=Range(ctx.now - _BACK, ctx.now + _AHEAD),
        **whose,
    )
    entries = await _entries(ctx, [b.row for b in found], language)
    ctx.found = {"calendar": calendar_text(f"DirectApp: {name}", entries)}
    if row["last_read_at"] is None or ctx.now - row["last_read_at"] > _SELDOM:
        await ctx.change({"last_read_at": ctx.now}, system=SYSTEM)


async def _owner(ctx: CommandContext, row: Row) -> tuple[str, str]:
    """Return the language and name of whose calendar it is; somebody who is shut out has none."""
    if row["user"] is None:
        await _refuse_without_maker(ctx, row)
        return "nb", str((await ctx.look_up(RESOURCES, row["resource"], system=SYSTEM)).row["name"])
    user = (await ctx.look_up(USERS, row["user"], system="pipeline")).row
    if not user["active"]:
        raise NotFoundError
    return str(user["language"] or "nb"), f"{user['first_name']} {user['last_name']}"


async def _refuse_without_maker(ctx: CommandContext, row: Row) -> None:
    """Keep a resource's calendar open for as long as whoever made the link may make it.

    Raises:
        NotFoundError: that person is gone, shut out, or plans for another site now.

    """
    resource = (await ctx.look_up(RESOURCES, row["resource"], system=SYSTEM)).row
    makers = await ctx.find(USERS, system="pipeline", limit=1, id=row["created_by"]) if row["created_by"] else []
    maker: Row = makers[0].row if makers and makers[0].row["active"] else {}
    roles, own, site = set(maker.get("roles") or ()), maker.get("dealership"), resource["dealership"]
    if "tenant_admin" in roles or ("planner" in roles and own == site):
        return
    above: list[Any] = []
    while "manager" in roles and site is not None and site not in above:
        above.append(site)
        found = await ctx.find(DEALERSHIPS, system="pipeline", limit=1, only=("parent_dealership",), id=site)
        site = found[0].row["parent_dealership"] if found else None
    if own is None or own not in above:
        raise NotFoundError


async def _entries(ctx: CommandContext, bookings: list[Row], language: str) -> list[Entry]:
    async def named(collection: str, column: str, *only: str, system: str = "pipeline") -> dict[Any, Row]:
        wanted = sorted({b[column] for b in bookings if b.get(column)}, key=str)
        rows = await ctx.find(collection, system=system, limit=_MANY, only=("id", *only), id=wanted) if wanted else ()
        return {r.row["id"]: r.row for r in rows}

    # The car's name and no more: whose it is stands in nobody's private calendar.
    cars = await named(CARS, "car", "license_plate", "make", "model", "vin")
    types = await named(RESOURCE_TYPES, "resource_type", "name_nb", "name_en")
    providers = await named(DEALERSHIPS, "provider", "name", "location")
    consumers = await named(DEALERSHIPS, "consumer", "name")
    states = {s.code: s.label for s in STATES}
    base = str(ctx.params.get("base") or "")
    made = []
    for b in bookings:
        kind = name_of(types.get(b["resource_type"], {})).pick(language)
        provider = providers.get(b["provider"], {})
        told = (
            states[str(b["status"])].pick(language),
            hours_text(float(hours_of({**b, "status": "scheduled"}))).pick(language),
            str(consumers.get(b["consumer"], {}).get("name") or ""),
        )
        made.append(
            Entry(
                id=str(b["id"]),
                start=b["starts_at"],
                end=b["ends_at"],
                summary=" ".join(w for w in (_car_name(cars.get(b["car"], {})), f"– {kind}") if w),
                location=", ".join(str(w) for w in (provider.get("name"), provider.get("location")) if w),
                description=" · ".join(w for w in told if w),
                url=f"{base}/app/cars/{b['car']}" if base else "",
                cancelled=b["status"] in GONE,
                version=int(b["version"]),
                changed_at=b["updated_at"],
            )
        )
    return made


def _car_name(car: Row) -> str:
    plate = str(car.get("license_plate") or "")
    ordinary = _PLATE.fullmatch(plate)
    shown = f"{ordinary[1]} {ordinary[2]}" if ordinary else plate or str(car.get("vin") or "")[-6:]
    return " ".join(str(w) for w in (shown, car.get("make"), car.get("model")) if w)


CALENDAR_FEEDS = Collection(
    name="calendar_feeds",
    label=_("Calendar link"),
    plural=_("Calendar links"),
    groups=(FEED,),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(EVERYONE, rows=Is("user", Who.USER), read=("all",), verbs=("issue", "revoke")),
            Grant(role="planner", rows=Is("dealership", Who.SITE), read=("all",), verbs=("revoke",)),
            Grant(role="manager", rows=In("dealership", Whose.SITES), read=("all",), verbs=("revoke",)),
            Grant(role="tenant_admin", read=("all",), verbs=("issue", "revoke")),
        ),
    ),
    views=Views(
        columns=("user", "resource", "created_at", "last_read_at", "revoked_at"),
        title=("user", "resource"),
        sort=("-created_at",),
        filters=("resource", "revoked_at"),
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
            run=revoke,
            blocked=_revoked,
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
