"""Wall displays: a site's cars by step, at a secret address and without a sign-in, until it is revoked."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.access import Access, Grant
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Patch, Row, plain
from directapp.declare.rules import In, Whose
from directapp.declare.verbs import Secret, Verb
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.cars.naming import make_and_model
from directapp.domains.people.fields import DEALERSHIPS, Dealerships
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.engine.spans import local_day
from directapp.domains.planning.fields import (
    RESOURCE_BOOKINGS,
    RESOURCE_TYPES,
    RESOURCES,
    HallScreens,
    ResourceBookings,
    Resources,
)
from directapp.domains.planning.rights import SYSTEM, SYSTEMS
from directapp.domains.planning.secret_links import SecretLinks
from directapp.kernel.errors import ForbiddenError, Problem
from directapp.kernel.text import Text, _, name_of, pgettext
from directapp.kernel.tokens import Token, TokenKind, parse_token
from directapp.services.command import CommandContext

_MANY, _MANY_BOOKINGS = 300, 2000
_SOON = timedelta(days=1)
_NEVER = date.max
_LINKS = SecretLinks(
    "hall_screens",
    TokenKind.SCREEN,
    secret_hash=HallScreens.secret_hash,
    last_read_at=HallScreens.last_read_at,
    revoked_at=HallScreens.revoked_at,
)
COLUMNS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "ready_to_plan": (pgettext("several cars", "Ready to plan"), ("ready_to_plan",)),
    "planned": (_("Planned"), ("planned",)),
    "technical": (_("Technical preparation"), ("technical_prep",)),
    "cosmetic": (_("Cosmetic preparation"), ("cosmetic_prep",)),
    "quality": (_("Quality check"), ("quality_check", "qc_failed")),
    "ready": (_("Ready"), ("ready_for_delivery", "ready_for_sale")),
}
_CHOICES = choices(*((code, label) for code, (label, _statuses) in COLUMNS.items()))
_SHOWN = field(HallScreens.columns, _("Columns"), Kind.CHOICES, choices=_CHOICES, help=_("Empty: all of them."))
_NAME = field(HallScreens.name, _("Name"), required=True, max_length=80)

SCREEN = Group(
    "screen",
    _("Wall display"),
    (
        _NAME,
        field(HallScreens.dealership, _("Site"), Kind.REF, ref=DEALERSHIPS, computed=True),
        _SHOWN,
    ),
)
LINK = Group("link", _("Link"), _LINKS.fields)


def parse_screen(text: str) -> Token | None:
    """Understand the token of an address; None when it is none."""
    return parse_token(text, TokenKind.SCREEN)


async def issue(ctx: CommandContext) -> None:
    """Make a wall display of a site that one leads."""
    site = await ctx.look_up(DEALERSHIPS, ctx.params[HallScreens.dealership])
    leads = "manager" in ctx.actor.works_as and site.id in ctx.actor.sites
    if not (leads or "tenant_admin" in ctx.actor.roles):
        words = _("The leaders of a site make its wall displays.")
        raise ForbiddenError(Problem(words, field=HallScreens.dealership))
    values: Patch = {
        HallScreens.name: ctx.params[HallScreens.name],
        HallScreens.dealership: site.id,
        HallScreens.columns: ctx.params.get(HallScreens.columns) or [],
    }
    ctx.shown_once = {"address": f"/hall/{await _LINKS.make(ctx, values)}"}


async def read(ctx: CommandContext) -> None:
    """Answer whoever holds the secret with the cars of the display; done by the system alone."""
    _LINKS.refuse_strangers(ctx)
    row = ctx.target.row
    site = (await ctx.look_up(DEALERSHIPS, row[HallScreens.dealership], system="pipeline")).row
    cars = await _cars(ctx, row)
    ctx.found = {
        "name": str(row[HallScreens.name]),
        "site": str(site[Dealerships.name]),
        "columns": [{"code": code, "cars": cars[code]} for code in _columns(row)],
    }
    await _LINKS.note_read(ctx)


def _columns(row: Row) -> list[str]:
    chosen = set(row.get(HallScreens.columns) or COLUMNS)
    return [code for code in COLUMNS if code in chosen]


async def _cars(ctx: CommandContext, screen: Row) -> dict[str, list[dict[str, Any]]]:
    """Return the cars of each column, late ones first: what a mechanic sees of them, and no customer."""
    site, columns = screen[HallScreens.dealership], _columns(screen)
    statuses = [status for code in columns for status in COLUMNS[code][1]]
    only = (Cars.id, Cars.status, Cars.license_plate, Cars.vin, Cars.make, Cars.model, Cars.delivery_date)
    found: dict[UUID, Row] = {}
    for place in (Cars.prep_center, Cars.dealership):
        asked: Patch = {place: site, Cars.status: statuses}
        found |= {c.id: c.row for c in await ctx.find(CARS, asked, system="pipeline", limit=_MANY, only=only)}
    steps = await _steps(ctx, list(found))
    rows = sorted(found.values(), key=lambda r: (r.get(Cars.delivery_date) or _NEVER, str(r[Cars.id])))
    today = local_day(ctx.now)
    told: dict[str, list[dict[str, Any]]] = {code: [] for code in columns}
    for row in rows:
        code = next(c for c in columns if row[Cars.status] in COLUMNS[c][1])
        told[code].append(_card(row, today, steps.get(row[Cars.id], {})))
    return told


def _card(row: Row, today: date, step: dict[str, Any]) -> dict[str, Any]:
    due = row.get(Cars.delivery_date)
    tone = "" if due is None else "late" if due < today else "soon" if due <= today + _SOON else "good"
    return {
        "plate": row.get(Cars.license_plate),
        "vin": str(row.get(Cars.vin) or "")[-6:],
        "name": make_and_model(row),
        "due": None if due is None else due.isoformat(),
        "tone": tone,
        **step,
    }


async def _steps(ctx: CommandContext, cars: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the next booked step of each car: what, when and by whom."""
    if not cars:
        return {}
    asked: Patch = {ResourceBookings.car: list(cars), ResourceBookings.status: list(HOLDING)}
    only = (
        ResourceBookings.car,
        ResourceBookings.resource,
        ResourceBookings.resource_type,
        ResourceBookings.starts_at,
        ResourceBookings.status,
    )
    bookings = [b.row for b in await ctx.find(RESOURCE_BOOKINGS, asked, system=SYSTEM, limit=_MANY_BOOKINGS, only=only)]
    ids = {b[ResourceBookings.resource] for b in bookings}
    by_id: Patch = {Resources.id: sorted(ids, key=str)}
    resources = await ctx.find(RESOURCES, by_id, system=SYSTEM, limit=_MANY, only=(Resources.name,)) if ids else []
    names = {r.id: str(r.row[Resources.name]) for r in resources}
    kinds = {k.id: name_of(plain(k.row)) for k in await ctx.find(RESOURCE_TYPES, system=SYSTEM, limit=_MANY)}
    steps: dict[UUID, dict[str, Any]] = {}
    for b in sorted(
        bookings, key=lambda b: (b[ResourceBookings.status] != "in_progress", b[ResourceBookings.starts_at])
    ):
        kind = kinds.get(b[ResourceBookings.resource_type])
        steps.setdefault(
            b[ResourceBookings.car],
            {
                "step": {} if kind is None else {code: kind.pick(code) for code in ("nb", "en")},
                "starts": b[ResourceBookings.starts_at].isoformat(),
                "who": names.get(b[ResourceBookings.resource], ""),
            },
        )
    return steps


HALL_SCREENS = Collection(
    name="hall_screens",
    label=_("Wall display"),
    plural=_("Wall displays"),
    groups=(SCREEN, LINK),
    access=Access(
        systems=SYSTEMS,
        grants=(
            Grant(
                role="manager",
                rows=In(HallScreens.dealership, Whose.SITES),
                read=("screen", "link"),
                write=("screen",),
                verbs=("issue", "revoke"),
            ),
            Grant(role="tenant_admin", read=("screen", "link"), write=("screen",), verbs=("issue", "revoke")),
        ),
    ),
    views=Views(
        columns=(
            HallScreens.name,
            HallScreens.dealership,
            HallScreens.columns,
            HallScreens.last_read_at,
            HallScreens.revoked_at,
        ),
        title=(HallScreens.name,),
        sort=("-created_at",),
        filters=(HallScreens.dealership, HallScreens.revoked_at),
        icon="layout-kanban",
    ),
    verbs=(
        Verb(
            name="issue",
            label=_("Make a wall display"),
            run=issue,
            on="collection",
            params=(
                _NAME,
                field(HallScreens.dealership, _("Site"), Kind.REF, ref=DEALERSHIPS, required=True),
                _SHOWN,
            ),
            icon="plus",
            primary=True,
            secrets=(
                Secret(
                    name="address",
                    label=_("Address of the wall display"),
                    help=_(
                        "Open the address on the screen in the hall. It is shown only now, and everyone who has it "
                        "sees the cars, their plates and their steps, but no customer."
                    ),
                    address=True,
                ),
            ),
        ),
        Verb(name="revoke", label=_("Revoke"), run=_LINKS.revoke, blocked=_LINKS.revoked, icon="ban", danger=True),
        Verb(
            name="show",
            label=_("Show the wall display"),
            run=read,
            params=(field("secret", _("Key"), max_length=100, required=True),),
            icon="layout-kanban",
        ),
    ),
    indexes=(("dealership",),),
)
