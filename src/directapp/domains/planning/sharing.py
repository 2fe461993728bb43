"""Sharing: one site works for another under an agreement, within so many hours a week."""

from decimal import Decimal
from typing import Any

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case, Consequence, Many, One
from directapp.declare.collection import Collection, Limit, Tally, Unique, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import In, Is, Not, Who, Whose, either
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.booking_hours import GONE
from directapp.domains.planning.engine.words import hours_text
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, RESOURCE_TYPES
from directapp.domains.planning.fitting import asked
from directapp.domains.planning.rights import SYSTEM, SYSTEMS
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext

AGREEMENT = Group(
    "all",
    _("Agreement"),
    (
        field("provider", _("Provider"), Kind.REF, ref=DEALERSHIPS, required=True, immutable=True),
        field("consumer", _("Consumer"), Kind.REF, ref=DEALERSHIPS, required=True, immutable=True),
        field("resource_type", _("Type"), Kind.REF, ref=RESOURCE_TYPES, required=True, immutable=True),
        field("enabled", _("Enabled"), Kind.BOOLEAN, default=True),
        field(
            "max_hours_per_week",
            _("At most a week"),
            Kind.DECIMAL,
            required=True,
            minimum=0,
            maximum=2000,
            unit="t",
        ),
        field("priority", _("Priority"), Kind.INTEGER, required=True, default=50, minimum=0, maximum=100),
        field("notes", pgettext("one note", "Notes"), Kind.TEXT, max_length=1000),
    ),
)


def two_sites(case: Case) -> list[Problem]:
    """Nobody needs an agreement with oneself."""
    if case.get("provider") is None or case.get("provider") != case.get("consumer"):
        return []
    words = _("Provider and consumer are the same site.")
    return [Problem(words, field="consumer")]


def bookings_fit(case: Case) -> list[Problem]:
    """Ask before an agreement ends, or gives fewer hours than a week already holds."""
    if case.before is None:
        return []
    if case.was("enabled") and not case.get("enabled"):
        return asked(_("The agreement no longer holds."), case.many("booked"), "enabled")
    cap = Decimal(case.get("max_hours_per_week") or 0)
    if cap >= Decimal(case.was("max_hours_per_week") or 0):
        return []
    full = {w["week"] for w in case.many("weeks") if (w.get("used_hours") or 0) > cap}
    why = _("The agreement gives at most {cap} a week.").fill(cap=hours_text(float(cap)))
    return asked(why, [b for b in case.many("booked") if b["week"] in full], "max_hours_per_week")


def cap_follows(case: Case) -> list[Consequence]:
    """Carry a changed cap to the weeks that are counted."""
    if case.before is None or not case.changed("max_hours_per_week"):
        return []
    return [
        Consequence(collection="sharing_weeks", system="planning", patch={"counted_at": case.now}, target=week["id"])
        for week in case.many("weeks")
    ]


_PROVIDER, _CONSUMER = Is("provider", Who.SITE), Is("consumer", Who.SITE)
_BELOW = either(In("provider", Whose.SITES), In("consumer", Whose.SITES))

RESOURCE_SHARING = Collection(
    name="resource_sharing",
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
        columns=("provider", "consumer", "resource_type", "enabled", "max_hours_per_week", "priority"),
        title=("provider", "consumer"),
        sort=("provider",),
        filters=("provider", "consumer", "resource_type", "enabled"),
        icon="arrows-exchange",
    ),
    rules=(two_sites, bookings_fit),
    related=(
        # Held, so that a week that begins to be counted has the cap that stands.
        One("provider", "provider", DEALERSHIPS),
        Many("weeks", "sharing_weeks", "agreement"),
        Many("booked", RESOURCE_BOOKINGS, "agreement", among=("status", HOLDING)),
    ),
    consequences=(cap_follows,),
    unique=(
        Unique(
            fields=("provider", "consumer", "resource_type"),
            message=_("The sites have an agreement on this already."),
        ),
    ),
)

WEEK = Group(
    "all",
    _("Week"),
    (
        field(
            "agreement",
            _("Agreement"),
            Kind.REF,
            ref="resource_sharing",
            on_delete="cascade",
            required=True,
            immutable=True,
        ),
        field("week", _("Week from"), Kind.DATE, required=True, immutable=True),
        field("provider", _("Provider"), Kind.REF, ref=DEALERSHIPS, computed=True),
        field("consumer", _("Consumer"), Kind.REF, ref=DEALERSHIPS, computed=True),
        field("cap_hours", _("At most"), Kind.DECIMAL, computed=True, default=0, unit="t"),
        field("used_hours", _("Booked"), Kind.DECIMAL, computed=True, default=0, unit="t"),
        field("available_hours", _("Available"), Kind.DECIMAL, unit="t", sql="{row}.cap_hours - {row}.used_hours"),
        field("counted_at", _("Counted"), Kind.INSTANT, computed=True),
    ),
)


def follow_agreement(case: Case) -> dict[str, Any]:
    """Carry the agreement's sites and cap."""
    agreement = case.one("agreement")
    return {
        "provider": agreement.get("provider"),
        "consumer": agreement.get("consumer"),
        # What was booked before a cap was lowered keeps its room.
        "cap_hours": max(Decimal(agreement.get("max_hours_per_week") or 0), case.get("used_hours") or Decimal(0)),
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
        columns=("week", "provider", "consumer", "used_hours", "cap_hours", "available_hours"),
        title=("week",),
        sort=("-week",),
        filters=("provider", "consumer", "week"),
        icon="calendar-week",
    ),
    fill=(follow_agreement,),
    related=(One("agreement", "agreement", "resource_sharing", hold=False),),
    tallies=(
        Tally(
            column="used_hours",
            at="counted_at",
            of=RESOURCE_BOOKINGS,
            agree=(("agreement", "agreement"), ("week", "week")),
            span=("starts_at", "ends_at"),
            where=Not(In("status", GONE)),
            system=SYSTEM,
        ),
    ),
    limits=(
        Limit(
            lesser="used_hours",
            greater="cap_hours",
            message=_("The agreement's hours this week are used up."),
        ),
    ),
    unique=(
        Unique(
            fields=("agreement", "week"),
            message=_("The week is counted already for the agreement."),
        ),
    ),
    history=False,
)
