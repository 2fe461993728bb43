"""The choices that fields of maintenance offer, and the fields that programs and schedules share."""

from directapp.declare.fields import Field, choices, field
from directapp.declare.kinds import Kind
from directapp.domains.maintenance.fields import Intervals
from directapp.kernel.text import Text, _, pgettext

BASES = choices(
    ("rolling", _("From when it was done")),
    ("fixed", _("From when it was due")),
)
STANDINGS = choices(
    ("ok", pgettext("maintenance", "In order")),
    ("due_soon", pgettext("maintenance", "Due soon")),
    ("due", pgettext("maintenance", "Due")),
    ("overdue", pgettext("maintenance", "Overdue")),
    ("planned", pgettext("maintenance", "Planned")),
    ("resting", pgettext("maintenance", "Paused")),
    tones={"ok": "done", "due_soon": "soon", "due": "late", "overdue": "late"},
)
DUE_BY = choices(
    ("months", _("The calendar")),
    ("km", _("Odometer")),
    ("engine_hours", _("Engine hours")),
)
CERTAINTIES = choices(
    ("reached", pgettext("forecast", "Reached already")),
    ("calendar", pgettext("forecast", "By the calendar")),
    ("measured", pgettext("forecast", "Measured, 80 % certain")),
    ("too_little", pgettext("forecast", "Too little data")),
)


def _days(name: str, label: Text) -> Field:
    return field(name, label, Kind.INTEGER, required=True, default=0, minimum=0, maximum=3_650, unit="d")


def _km(name: str, label: Text) -> Field:
    return field(name, label, Kind.INTEGER, required=True, default=0, minimum=0, maximum=500_000, unit="km")


def _hours(name: str, label: Text) -> Field:
    return field(name, label, Kind.INTEGER, required=True, default=0, minimum=0, maximum=50_000, unit="t")


INTERVALS: tuple[Field, ...] = (
    field(Intervals.every_months, _("Every, months"), Kind.INTEGER, minimum=1, maximum=240),
    field(Intervals.every_km, _("Every, km"), Kind.INTEGER, minimum=100, maximum=1_000_000, unit="km"),
    field(
        Intervals.every_engine_hours,
        _("Every, engine hours"),
        Kind.INTEGER,
        minimum=1,
        maximum=100_000,
        unit="t",
    ),
    field(
        Intervals.basis, pgettext("interval", "Counted"), Kind.CHOICE, required=True, choices=BASES, default="rolling"
    ),
    field(
        Intervals.lead_days,
        _("Told ahead, days"),
        Kind.INTEGER,
        required=True,
        default=30,
        minimum=0,
        maximum=3_650,
        unit="d",
    ),
    _km(Intervals.lead_km, _("Told ahead, km")),
    _hours(Intervals.lead_engine_hours, _("Told ahead, engine hours")),
    _days(Intervals.grace_days, _("May be late, days")),
    _km(Intervals.grace_km, _("May be late, km")),
    _hours(Intervals.grace_engine_hours, _("May be late, engine hours")),
)
INTERVAL_NAMES = tuple(f.name for f in INTERVALS)
