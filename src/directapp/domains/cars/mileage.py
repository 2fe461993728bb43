"""Mileage: what the odometer of a car said, when and on which occasion; the car keeps the latest."""

from datetime import UTC, datetime

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, Many, One
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, Values
from directapp.declare.rules import Is, SeenInFull, Who, all_of
from directapp.domains.cars.fields import CARS, MILEAGE_READINGS, Cars, MileageReadings
from directapp.domains.people.roles import DEALING
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_MOST = 2_000_000
OCCASIONS = choices(
    ("reception", _("Reception")),
    ("hand_over", _("Hand-over")),
    ("test_drive", _("Test drive")),
    ("other", pgettext("occasion", "Other")),
)
_SEEN = SeenInFull("car", CARS)
_OWN = all_of(_SEEN, Is("created_by", Who.USER))
_LESS = _("The odometer stood at {km} km before. Is it right that it says less now?")
_ARCHIVED = _("The car is archived and takes no readings.")


def mileage_param() -> Field:
    """Return the parameter of an act at which the odometer is read."""
    return field("mileage_km", _("Mileage"), Kind.INTEGER, minimum=0, maximum=_MOST, unit="km")


async def read_off(ctx: CommandContext, car: Seen, occasion: str) -> None:
    """Write down what the odometer said at an act, where the act tells it."""
    km = ctx.params.get("mileage_km")
    if km is not None:
        reading: Values = {MileageReadings.car: car.id, MileageReadings.km: km, MileageReadings.occasion: occasion}
        await ctx.create(MILEAGE_READINGS, reading, system="custodian")


def less_than_before(case: Case) -> list[Problem]:
    """Ask whether an odometer says less than it did: a digit that is missing, or a new instrument."""
    before = case.one("car").get(Cars.mileage_km)
    km = case.get(MileageReadings.km)
    if case.actor.is_system or case.before is not None or before is None or km is None or km >= before:
        return []
    return [Problem(_LESS.fill(km=before), field=MileageReadings.km, code="CONFIRM")]


def car_says_less(case: Case) -> list[Problem]:
    """Ask the same of a mileage that is written on the car itself."""
    before, km = case.was(Cars.mileage_km), case.get(Cars.mileage_km)
    if case.actor.is_system or before is None or km is None or km >= before:
        return []
    return [Problem(_LESS.fill(km=before), field=Cars.mileage_km, code="CONFIRM")]


def archived_takes_none(case: Case) -> list[Problem]:
    """Keep an archived car read-only."""
    if case.actor.is_system or case.one("car").get(Cars.status) != "archived":
        return []
    return [Problem(_ARCHIVED, field=MileageReadings.car, code="CONFLICT")]


def latest_on_car(case: Case) -> list[Consequence]:
    """Carry the latest reading to the car."""
    others = [r for r in case.many("readings") if r[MileageReadings.id] != case.get(MileageReadings.id)]
    km, car = max((case.row, *others), key=_when).get(MileageReadings.km), case.one("car")
    if km == car.get(Cars.mileage_km) and car.get(Cars.mileage_unread_at) is None:
        return []
    patch: Values = {Cars.mileage_km: km, Cars.mileage_unread_at: None}
    return [Consequence(collection=CARS, system="custodian", patch=patch, target=case.get(MileageReadings.car))]


def reading_follows(case: Case) -> list[Consequence]:
    """Keep what somebody, or a sheet, says of a car's mileage as a reading, as those of acts are."""
    km = case.get(Cars.mileage_km)
    if km is None or not case.changed(Cars.mileage_km) or "sys_custodian" in case.actor.roles:
        return []
    reading: Values = {
        MileageReadings.car: case.get(Cars.id),
        MileageReadings.km: km,
        MileageReadings.occasion: "other",
    }
    return [Consequence(collection=MILEAGE_READINGS, system="custodian", patch=reading)]


def _when(reading: Row) -> datetime:
    return reading.get(MileageReadings.read_at) or datetime.min.replace(tzinfo=UTC)


READINGS = Collection(
    name=MILEAGE_READINGS,
    label=_("Mileage reading"),
    plural=_("Mileage readings"),
    groups=(
        Group(
            "all",
            _("Mileage reading"),
            (
                field(
                    MileageReadings.car,
                    _("Car"),
                    Kind.REF,
                    ref=CARS,
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                ),
                field(
                    MileageReadings.km, _("Mileage"), Kind.INTEGER, required=True, minimum=0, maximum=_MOST, unit="km"
                ),
                field(
                    MileageReadings.read_at,
                    pgettext("odometer", "Read"),
                    Kind.INSTANT,
                    required=True,
                    fact=True,
                    default=lambda case: case.now,
                ),
                field(
                    MileageReadings.occasion,
                    _("Occasion"),
                    Kind.CHOICE,
                    choices=OCCASIONS,
                    required=True,
                    default="test_drive",
                ),
            ),
        ),
    ),
    access=Access(
        systems=("custodian", "importer", "demo"),
        grants=(
            *grants(DEALING, rows=_SEEN, read=("all",), write=("all",), edit=_OWN, create=True),
            Grant(role="tenant_admin", write=("*",), create=True),
        ),
        delete_why=_("A reading that is taken back with its act was never taken."),
    ),
    views=Views(
        columns=(
            MileageReadings.km,
            MileageReadings.occasion,
            MileageReadings.read_at,
            MileageReadings.created_by,
            MileageReadings.car,
        ),
        title=(MileageReadings.km,),
        sort=("-created_at",),
        filters=(MileageReadings.occasion,),
        icon="gauge",
    ),
    rules=(archived_takes_none, less_than_before),
    related=(One("car", MileageReadings.car, CARS), Many("readings", MILEAGE_READINGS, "car", via="car")),
    consequences=(latest_on_car,),
    indexes=(("car", "read_at"),),
)
