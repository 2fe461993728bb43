"""Meter readings: what an odometer or an hour meter said. None is written over; a wrong one is voided, with a reason.

A reading that says less than before, more than a later one, or more than 2,000 km a day is kept and doubted: it moves
nothing until somebody accepts it. What was driven on earlier meters is the vehicle's offset.
"""

from datetime import datetime, timedelta
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, One
from directapp.declare.collection import Collection, Index, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Field, Group, computed, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, Values
from directapp.declare.verbs import Verb
from directapp.domains.people.roles import ADMIN
from directapp.domains.vehicles.events import READING_DOUBTED
from directapp.domains.vehicles.fields import METER_READINGS, VEHICLES, MeterReadings, Vehicles
from directapp.domains.vehicles.naming import HANDS, IN_FLEET, LEADERS, SEEN, SYSTEM, SYSTEMS
from directapp.domains.vehicles.rights import MADE_BY_ME
from directapp.domains.vehicles.words import DOUBTS, SOURCES
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, pgettext
from directapp.services.command import CommandContext

FASTEST = 2_000
_MOST = 2_000_000
_NOTHING = _("Say what the odometer or the hour meter said.")
_GONE = _("The vehicle has left the fleet and takes no readings.")
_VOIDED = _("The reading is voided already.")
_NO_DOUBT = _("Nobody doubts the reading.")


def doubt_about(total: int, at: datetime, known: int | None, known_at: datetime | None) -> str | None:
    """Return why a reading is doubted, seen from the last one that counts; None: it is not."""
    if known is None or known_at is None:
        return None
    if at < known_at:
        return "ahead" if total > known else None
    if total < known:
        return "backwards"
    days = max((at - known_at) / timedelta(days=1), 1.0)
    return "too_far" if total - known > FASTEST * days else None


def judged(case: Case) -> Values:
    """Count a new reading from the vehicle's first kilometre, and note whether it is doubted."""
    km, vehicle = case.get(MeterReadings.km), case.one("vehicle")
    if case.before is not None or km is None:
        return {MeterReadings.suspect: False} if case.before is None else {}
    total = km + (vehicle.get(Vehicles.meter_offset_km) or 0)
    at = case.get(MeterReadings.read_at) or case.now
    doubt = doubt_about(total, at, vehicle.get(Vehicles.odometer_km), vehicle.get(Vehicles.metered_at))
    return {MeterReadings.total_km: total, MeterReadings.doubt: doubt, MeterReadings.suspect: doubt is not None}


def says_something(case: Case) -> list[Problem]:
    """Demand kilometres or hours, of a vehicle that is in the fleet."""
    if case.before is not None:
        return []
    if case.get(MeterReadings.km) is None and case.get(MeterReadings.engine_hours) is None:
        return [Problem(_NOTHING, field=MeterReadings.km)]
    if not case.actor.is_system and case.one("vehicle").get(Vehicles.status) not in IN_FLEET:
        return [Problem(_GONE, field=MeterReadings.vehicle, code="CONFLICT")]
    return []


def counts(reading: Row) -> bool:
    """Whether a reading is neither voided nor doubted."""
    return reading.get(MeterReadings.voided_at) is None and not reading.get(MeterReadings.suspect)


def moves_the_vehicle(case: Case) -> list[Consequence]:
    """Carry a reading that counts to the vehicle, where it is no older than what stands there."""
    vehicle = case.one("vehicle")
    if case.before is not None or not counts(case.row) or len(vehicle) == 0:
        return []
    at, since = case.get(MeterReadings.read_at) or case.now, vehicle.get(Vehicles.metered_at)
    if since is not None and at < since:
        return []
    return [_carried(case.row, at)]


def _carried(reading: Row, at: datetime) -> Consequence:
    patch: Values = {Vehicles.metered_at: at}
    if reading.get(MeterReadings.total_km) is not None:
        patch[Vehicles.odometer_km] = reading.get(MeterReadings.total_km)
    if reading.get(MeterReadings.engine_hours) is not None:
        patch[Vehicles.engine_hours] = reading.get(MeterReadings.engine_hours)
    return Consequence(collection=VEHICLES, system=SYSTEM, patch=patch, target=reading.get(MeterReadings.vehicle))


async def void(ctx: CommandContext) -> None:
    """Let a reading count no more; the vehicle goes back to the latest that does."""
    await ctx.change({MeterReadings.voided_at: ctx.now, MeterReadings.void_reason: ctx.params["reason"]}, system=SYSTEM)
    await _go_by_the_latest(ctx)


async def accept(ctx: CommandContext) -> None:
    """Let a doubted reading count after all."""
    await ctx.change({MeterReadings.suspect: False, MeterReadings.accepted_at: ctx.now}, system=SYSTEM)
    await _go_by_the_latest(ctx)


async def _go_by_the_latest(ctx: CommandContext) -> None:
    vehicle = await ctx.look_up(VEHICLES, ctx.target.row[MeterReadings.vehicle], system=SYSTEM)
    wanted: Values = {MeterReadings.vehicle: vehicle.id, MeterReadings.voided_at: None, MeterReadings.suspect: False}
    names = (MeterReadings.read_at, MeterReadings.total_km, MeterReadings.engine_hours)
    readings = [r.row for r in await ctx.every(METER_READINGS, wanted, system=SYSTEM, only=names)]

    def latest(name: Any) -> Any:
        with_value = [r for r in readings if r.get(name) is not None]
        return max(with_value, key=lambda r: r[MeterReadings.read_at]).get(name) if with_value else None

    patch: Values = {
        Vehicles.odometer_km: latest(MeterReadings.total_km),
        Vehicles.engine_hours: latest(MeterReadings.engine_hours),
        Vehicles.metered_at: max((r[MeterReadings.read_at] for r in readings), default=None),
    }
    await ctx.change(patch, system=SYSTEM, on=vehicle)


def _unless_voided(case: Case) -> Problem | None:
    return Problem(_VOIDED, field=MeterReadings.voided_at) if case.get(MeterReadings.voided_at) is not None else None


def _unless_clear(case: Case) -> Problem | None:
    return _unless_voided(case) or (None if case.get(MeterReadings.suspect) else Problem(_NO_DOUBT))


def km_field(name: str, label: Text, **more: Any) -> Field:
    """Return a field, or a parameter, for what an odometer says."""
    return field(name, label, Kind.INTEGER, minimum=0, maximum=_MOST, unit="km", **more)


READING = Group(
    "all",
    _("Meter reading"),
    (
        field(
            MeterReadings.vehicle,
            _("Vehicle"),
            Kind.REF,
            ref=VEHICLES,
            on_delete="cascade",
            required=True,
            immutable=True,
        ),
        km_field(MeterReadings.km, _("Odometer"), immutable=True),
        field(
            MeterReadings.engine_hours,
            _("Engine hours"),
            Kind.DECIMAL,
            scale=1,
            minimum=0,
            maximum=200_000,
            unit="t",
            immutable=True,
        ),
        field(
            MeterReadings.read_at,
            pgettext("odometer", "Read"),
            Kind.INSTANT,
            required=True,
            fact=True,
            immutable=True,
            default=lambda case: case.now,
        ),
        field(
            MeterReadings.source,
            _("How"),
            Kind.CHOICE,
            required=True,
            choices=SOURCES,
            default="manual",
            immutable=True,
        ),
        computed(MeterReadings.total_km, _("Driven in all"), Kind.INTEGER, unit="km"),
        computed(MeterReadings.suspect, _("Doubted"), Kind.BOOLEAN, default=False),
        computed(MeterReadings.doubt, _("Why doubted"), Kind.CHOICE, choices=DOUBTS),
        computed(MeterReadings.accepted_at, _("Accepted"), Kind.INSTANT),
        computed(MeterReadings.voided_at, _("Voided"), Kind.INSTANT),
        computed(MeterReadings.void_reason, _("Why voided"), Kind.STRING, max_length=300),
    ),
)
_VERBS = ("void", "accept")

READINGS = Collection(
    name=METER_READINGS,
    label=_("Meter reading"),
    plural=_("Meter readings"),
    groups=(READING,),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(
                f"{LEADERS} dispatcher planner", rows=SEEN, read=("all",), write=("all",), create=True, verbs=_VERBS
            ),
            *grants(f"{HANDS} driver", rows=SEEN, read=("all",), write=("all",), edit=MADE_BY_ME, create=True),
            *grants("supervisor parts safety_officer safety_rep buyer finance", rows=SEEN, read=("all",)),
            *grants("analyst auditor", read=("all",)),
            Grant(role=ADMIN, write=("*",), create=True, verbs=_VERBS),
        ),
        delete_why=_("A reading that is taken back with its act was never taken."),
    ),
    views=Views(
        columns=(
            MeterReadings.vehicle,
            MeterReadings.km,
            MeterReadings.engine_hours,
            MeterReadings.read_at,
            MeterReadings.source,
            MeterReadings.suspect,
            MeterReadings.voided_at,
            MeterReadings.created_by,
        ),
        title=(MeterReadings.km,),
        sort=("-read_at",),
        filters=(MeterReadings.suspect, MeterReadings.source, MeterReadings.vehicle),
        icon="gauge",
    ),
    verbs=(
        Verb(
            name="void",
            label=_("Void"),
            run=void,
            blocked=_unless_voided,
            params=(field("reason", pgettext("what is written down", "Reason"), required=True, max_length=300),),
            icon="ban",
            danger=True,
        ),
        Verb(name="accept", label=pgettext("reading", "Accept"), run=accept, blocked=_unless_clear, icon="check"),
    ),
    rules=(says_something,),
    fill=(judged,),
    related=(One("vehicle", MeterReadings.vehicle, VEHICLES),),
    consequences=(moves_the_vehicle,),
    indexes=(Index(("vehicle", "read_at")), Index(("suspect", "read_at"))),
    events=(
        Emit(event=READING_DOUBTED, when=lambda case: case.before is None and bool(case.get(MeterReadings.suspect))),
    ),
)
