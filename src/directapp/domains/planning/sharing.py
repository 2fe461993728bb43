"""Sharing: one site works for another under an agreement, within so many hours a week."""

from decimal import Decimal

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case, Consequence, Many, One
from directapp.declare.collection import Collection, Limit, SetUp, Tally, Unique, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import In, Is, Not, Who, Whose, either
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.booking_hours import GONE
from directapp.domains.planning.engine.words import hours_text
from directapp.domains.planning.fields import (
    RESOURCE_BOOKINGS,
    RESOURCE_TYPES,
    ResourceBookings,
    ResourceSharing,
    SharingWeeks,
)
from directapp.domains.planning.fitting import asked
from directapp.domains.planning.rights import SYSTEM, SYSTEMS
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext

AGREEMENT = Group(
    "all",
    _("Agreement"),
    (
        field(ResourceSharing.provider, _("Provider"), Kind.REF, ref=DEALERSHIPS, required=True, immutable=True),
        field(ResourceSharing.consumer, _("Consumer"), Kind.REF, ref=DEALERSHIPS, required=True, immutable=True),
        field(ResourceSharing.resource_type, _("Type"), Kind.REF, ref=RESOURCE_TYPES, required=True, immutable=True),
        field(ResourceSharing.enabled, _("Enabled"), Kind.BOOLEAN, default=True),
        field(
            ResourceSharing.max_hours_per_week,
            _("At most a week"),
            Kind.DECIMAL,
            required=True,
            minimum=0,
            maximum=2000,
            unit="t",
        ),
        field(ResourceSharing.priority, _("Priority"), Kind.INTEGER, required=True, default=50, minimum=0, maximum=100),
        field(ResourceSharing.notes, pgettext("one note", "Notes"), Kind.TEXT, max_length=1000),
    ),
)


def two_sites(case: Case) -> list[Problem]:
    """Nobody needs an agreement with oneself."""
    if case.get(ResourceSharing.provider) is None or case.get(ResourceSharing.provider) != case.get(
        ResourceSharing.consumer
    ):
        return []
    words = _("Provider and consumer are the same site.")
    return [Problem(words, field=ResourceSharing.consumer)]


def bookings_fit(case: Case) -> list[Problem]:
    """Ask before an agreement ends, or gives fewer hours than a week already holds."""
    if case.before is None:
        return []
    if case.was(ResourceSharing.enabled) and not case.get(ResourceSharing.enabled):
        return asked(_("The agreement no longer holds."), case.many("booked"), ResourceSharing.enabled)
    cap = Decimal(case.get(ResourceSharing.max_hours_per_week) or 0)
    if cap >= Decimal(case.was(ResourceSharing.max_hours_per_week) or 0):
        return []
    full = {w[SharingWeeks.week] for w in case.many("weeks") if (w.get(SharingWeeks.used_hours) or 0) > cap}
    why = _("The agreement gives at most {cap} a week.").fill(cap=hours_text(float(cap)))
    beyond = [b for b in case.many("booked") if b.get(ResourceBookings.week) in full]
    return asked(why, beyond, ResourceSharing.max_hours_per_week)


def cap_follows(case: Case) -> list[Consequence]:
    """Carry a changed cap to the weeks that are counted."""
    if case.before is None or not case.changed(ResourceSharing.max_hours_per_week):
        return []
    return [
        Consequence(
            collection="sharing_weeks",
            system="planning",
            patch={SharingWeeks.counted_at: case.now},
            target=week[SharingWeeks.id],
        )
        for week in case.many("weeks")
    ]


_PROVIDER, _CONSUMER = Is(ResourceSharing.provider, Who.SITE), Is(ResourceSharing.consumer, Who.SITE)
_BELOW = either(In(ResourceSharing.provider, Whose.SITES), In(ResourceSharing.consumer, Whose.SITES))

RESOURCE_SHARING = Collection(
    name="resource_sharing",
    set_up=SetUp(key=("provider", "consumer", "resource_type")),
    label=_("Sharing agreement"),
    plural=_("Sharing agreements"),
    groups=(AGREEMENT,),
    access=Access(
        systems=SYSTEMS,
        grants=(
            Grant(role="planner", rows=either(_PROVIDER, _CONSUMER)),
            Grant(role="manager", rows=_BELOW),
            Grant(role="finance", rows=_BELOW),
            Grant(role="sales_manager", rows=_BELOW),
            Grant(role="tenant_admin", write=("all",), create=True),
        ),
    ),
    views=Views(
        columns=(
            ResourceSharing.provider,
            ResourceSharing.consumer,
            ResourceSharing.resource_type,
            ResourceSharing.enabled,
            ResourceSharing.max_hours_per_week,
            ResourceSharing.priority,
        ),
        title=(ResourceSharing.provider, ResourceSharing.consumer),
        sort=(ResourceSharing.provider,),
        filters=(
            ResourceSharing.provider,
            ResourceSharing.consumer,
            ResourceSharing.resource_type,
            ResourceSharing.enabled,
        ),
        icon="arrows-exchange",
    ),
    rules=(two_sites, bookings_fit),
    related=(
        # Held, so that a week that begins to be counted has the cap that stands.
        One("provider", ResourceSharing.provider, DEALERSHIPS),
        Many("weeks", "sharing_weeks", "agreement"),
        Many("booked", RESOURCE_BOOKINGS, "agreement", among=("status", HOLDING)),
    ),
    consequences=(cap_follows,),
    unique=(
        Unique(
            fields=(ResourceSharing.provider, ResourceSharing.consumer, ResourceSharing.resource_type),
            message=_("The sites have an agreement on this already."),
        ),
    ),
)

WEEK = Group(
    "all",
    _("Week"),
    (
        field(
            SharingWeeks.agreement,
            _("Agreement"),
            Kind.REF,
            ref="resource_sharing",
            on_delete="cascade",
            required=True,
            immutable=True,
        ),
        field(SharingWeeks.week, _("Week from"), Kind.DATE, required=True, immutable=True),
        field(SharingWeeks.provider, _("Provider"), Kind.REF, ref=DEALERSHIPS, computed=True),
        field(SharingWeeks.consumer, _("Consumer"), Kind.REF, ref=DEALERSHIPS, computed=True),
        field(SharingWeeks.cap_hours, _("At most"), Kind.DECIMAL, computed=True, default=0, unit="t"),
        field(SharingWeeks.used_hours, _("Booked"), Kind.DECIMAL, computed=True, default=0, unit="t"),
        field(
            SharingWeeks.available_hours,
            _("Available"),
            Kind.DECIMAL,
            unit="t",
            sql="{row}.cap_hours - {row}.used_hours",
        ),
        field(SharingWeeks.counted_at, _("Counted"), Kind.INSTANT, computed=True),
    ),
)


def follow_agreement(case: Case) -> Values:
    """Carry the agreement's sites and cap."""
    agreement = case.one("agreement")
    return {
        SharingWeeks.provider: agreement.get(ResourceSharing.provider),
        SharingWeeks.consumer: agreement.get(ResourceSharing.consumer),
        # What was booked before a cap was lowered keeps its room.
        SharingWeeks.cap_hours: max(
            Decimal(agreement.get(ResourceSharing.max_hours_per_week) or 0),
            case.get(SharingWeeks.used_hours) or Decimal(0),
        ),
    }


SHARING_WEEKS = Collection(
    name="sharing_weeks",
    label=_("Agreement week"),
    plural=_("Agreement weeks"),
    groups=(WEEK,),
    access=Access(
        systems=SYSTEMS,
        grants=(
            Grant(role="planner", rows=either(_PROVIDER, _CONSUMER)),
            Grant(role="manager", rows=_BELOW),
            Grant(role="finance", rows=_BELOW),
            Grant(role="tenant_admin"),
        ),
    ),
    views=Views(
        columns=(
            SharingWeeks.week,
            SharingWeeks.provider,
            SharingWeeks.consumer,
            SharingWeeks.used_hours,
            SharingWeeks.cap_hours,
            SharingWeeks.available_hours,
        ),
        title=(SharingWeeks.week,),
        sort=("-week",),
        filters=(SharingWeeks.provider, SharingWeeks.consumer, SharingWeeks.week),
        icon="calendar-week",
    ),
    fill=(follow_agreement,),
    related=(One("agreement", SharingWeeks.agreement, "resource_sharing", hold=False),),
    tallies=(
        Tally(
            column=SharingWeeks.used_hours,
            at=SharingWeeks.counted_at,
            of=RESOURCE_BOOKINGS,
            agree=(("agreement", "agreement"), ("week", "week")),
            span=("starts_at", "ends_at"),
            where=Not(In("status", GONE)),
            system=SYSTEM,
        ),
    ),
    limits=(
        Limit(
            lesser=SharingWeeks.used_hours,
            greater=SharingWeeks.cap_hours,
            message=_("The agreement's hours this week are used up."),
        ),
    ),
    unique=(
        Unique(
            fields=(SharingWeeks.agreement, SharingWeeks.week),
            message=_("The week is counted already for the agreement."),
        ),
    ),
    history=False,
)
