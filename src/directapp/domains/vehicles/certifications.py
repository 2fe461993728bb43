"""Certifications: licence classes and certificates of drivers, with their last day; told of 60, 30 and 7 days ahead."""

from datetime import date, timedelta

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, Many, One, Range
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, Values
from directapp.declare.rules import SeenInFull
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import ADMIN
from directapp.domains.vehicles.events import CERTIFICATION_EXPIRES
from directapp.domains.vehicles.fields import CERTIFICATIONS, DRIVERS, Certifications, Drivers
from directapp.domains.vehicles.naming import LEADERS, SYSTEM, SYSTEMS
from directapp.domains.vehicles.words import CERTIFICATES, LICENCES, NEEDED
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, join, pgettext
from directapp.services.command import CommandContext

AHEAD = (60, 30, 7)
_ORDER = _("It cannot expire before it is issued.")
_LABELS = {c.code: c.label for c in CERTIFICATES}
_TODAY = "(now() AT TIME ZONE 'Europe/Oslo')::date"
_STANDING = (
    "CASE WHEN {row}.valid_to IS NULL THEN 'valid'"
    f" WHEN {{row}}.valid_to < {_TODAY} THEN 'expired'"
    f" WHEN {{row}}.valid_to <= {_TODAY} + {AHEAD[0]} THEN 'soon' ELSE 'valid' END"
)


def lacking(vehicle_type: object, held: list[Row], day: date) -> Text | None:
    """Return what a driver lacks on a day to drive a type of vehicle; None: nothing."""
    valid = {c.get(Certifications.kind) for c in held if (end := c.get(Certifications.valid_to)) is None or end >= day}
    missing = [wanted for wanted in NEEDED.get(str(vehicle_type), ()) if not wanted & valid]
    if not missing:
        return None
    # Of several classes that would do, the first in the order of the list is the least.
    return join((next(_LABELS[c] for c in _LABELS if c in wanted) for wanted in missing), ", ")


def in_order(case: Case) -> list[Problem]:
    """Refuse a last day before the first."""
    first, last = case.get(Certifications.issued_on), case.get(Certifications.valid_to)
    return [Problem(_ORDER, field=Certifications.valid_to)] if first and last and last < first else []


def whose(case: Case) -> Values:
    """Keep which user the driver is: whom it is about."""
    return {Certifications.person: case.one("driver").get(Drivers.user)}


def told_anew(case: Case) -> Values:
    """Begin to tell again where a certificate has been renewed."""
    return {Certifications.noticed: None} if case.changed(Certifications.valid_to) else {}


def on_the_driver(case: Case) -> list[Consequence]:
    """Carry the classes that are valid, and the day that comes first, to the driver."""
    if case.get(Certifications.driver) is None:
        return []
    today = oslo_day(case.now)
    others = [c for c in case.many("others") if c[Certifications.id] != case.get(Certifications.id)]
    running = [c for c in (case.row, *others) if (end := c.get(Certifications.valid_to)) is None or end >= today]
    kinds = {c.get(Certifications.kind) for c in running}
    days = [c[Certifications.valid_to] for c in running if c.get(Certifications.valid_to) is not None]
    patch: Values = {
        Drivers.licence_classes: [code for code in LICENCES if code in kinds],
        Drivers.next_expiry: min(days, default=None),
    }
    return [Consequence(collection=DRIVERS, system=SYSTEM, patch=patch, target=case.get(Certifications.driver))]


async def tell_of_expiry(ctx: CommandContext) -> None:
    """Tell of what expires within 60, 30 and 7 days, once for each; what expired is taken off the driver."""
    today = oslo_day(ctx.now)
    due = await ctx.every(
        CERTIFICATIONS,
        {Certifications.valid_to: Range(today - timedelta(days=1), today + timedelta(days=AHEAD[0] + 1))},
    )
    for one in due:
        end = one.row[Certifications.valid_to]
        left = (end - today).days
        step = min((days for days in AHEAD if left <= days), default=None)
        told = one.row.get(Certifications.noticed)
        if step is not None and (told is None or step < told) and left >= 0:
            await ctx.change({Certifications.noticed: step}, on=one)
            ctx.emit(CERTIFICATION_EXPIRES, on=one, due=end.isoformat(), days=left)
        elif left < 0:
            # Written unchanged but for what follows from it: the driver has the class no more.
            await ctx.change({Certifications.noticed: 0}, on=one)


_SEEN = SeenInFull("driver", DRIVERS)

COLLECTION = Collection(
    name=CERTIFICATIONS,
    label=_("Certification"),
    plural=_("Certifications"),
    groups=(
        Group(
            "all",
            _("Certification"),
            (
                field(
                    Certifications.driver,
                    _("Driver"),
                    Kind.REF,
                    ref=DRIVERS,
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                    personal="employee",
                ),
                field(
                    Certifications.person,
                    _("User"),
                    Kind.REF,
                    ref=USERS,
                    on_delete="set_null",
                    computed=True,
                    personal="employee",
                ),
                field(Certifications.kind, _("Kind"), Kind.CHOICE, required=True, choices=CERTIFICATES, immutable=True),
                field(Certifications.number, _("Number"), code=True, max_length=40, personal="employee"),
                field(Certifications.issued_on, _("Issued"), Kind.DATE),
                field(Certifications.valid_to, _("Valid to"), Kind.DATE),
                field(
                    Certifications.standing,
                    _("Standing"),
                    Kind.CHOICE,
                    sql=_STANDING,
                    choices=choices(
                        ("valid", pgettext("certificate", "Valid")),
                        ("soon", _("Expires soon")),
                        ("expired", _("Expired")),
                        tones={"valid": "done", "soon": "soon", "expired": "late"},
                    ),
                ),
                field(Certifications.noticed, _("Told, days ahead"), Kind.INTEGER, computed=True),
            ),
        ),
    ),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(LEADERS, rows=_SEEN, read=("all",), write=("all",), create=True, delete=True),
            *grants("supervisor dispatcher safety_officer safety_rep driver", rows=_SEEN, read=("all",)),
            Grant(role="auditor", read=("all",)),
            Grant(role=ADMIN, write=("*",), create=True, delete=True),
        ),
        delete_why=_("A certificate that was entered on the wrong driver says nothing true."),
    ),
    views=Views(
        columns=(
            Certifications.driver,
            Certifications.kind,
            Certifications.standing,
            Certifications.valid_to,
            Certifications.number,
        ),
        title=(Certifications.kind,),
        sort=(Certifications.valid_to,),
        filters=(Certifications.kind, Certifications.standing, Certifications.valid_to, Certifications.driver),
        icon="certificate",
        urgency=Certifications.standing,
    ),
    rules=(in_order,),
    fill=(told_anew, whose),
    related=(One("driver", Certifications.driver, DRIVERS), Many("others", CERTIFICATIONS, "driver", via="driver")),
    consequences=(on_the_driver,),
    unique=(
        Unique(
            fields=(Certifications.driver, Certifications.kind),
            message=_("The driver has this already; renew it there."),
        ),
    ),
    indexes=(("valid_to", "id"),),
)
