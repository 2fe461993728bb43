"""Service programs: what is done again and again on vehicles of a make, a model or a type."""

from uuid import UUID

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, SetUp, Unique, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, Values, plain
from directapp.declare.verbs import Verb
from directapp.domains.maintenance.events import PROGRAM_APPLIED
from directapp.domains.maintenance.fields import (
    MAINTENANCE_SCHEDULES,
    SERVICE_PROGRAMS,
    Intervals,
    MaintenanceSchedules,
    ServicePrograms,
)
from directapp.domains.maintenance.outlook import differing
from directapp.domains.maintenance.rights import WATCHING
from directapp.domains.maintenance.words import INTERVAL_NAMES, INTERVALS
from directapp.domains.people.roles import ADMIN
from directapp.domains.vehicles.fields import VEHICLES, Vehicles
from directapp.domains.vehicles.naming import HANDS, IN_FLEET, LEADERS, SYSTEM, SYSTEMS, VEHICLE_TYPES
from directapp.kernel.errors import ConflictError, Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext
from directapp.services.jobs import JobRun
from directapp.services.seen import Seen, beyond

_NOTHING = _("Say how often: every so many months, km or engine hours.")
_WITHOUT_MAKE = _("A model belongs to a make: say which.")
_LONGER = _("It has to be less than how often it is done.")
_RESTING = _("The program is not in use.")
_AT_A_TIME = 1_000
_TO_MATCH = (Vehicles.vehicle_type, Vehicles.make, Vehicles.model, Vehicles.odometer_km, Vehicles.engine_hours)


def often_enough(case: Case) -> list[Problem]:
    """Demand at least one interval, and that nothing is told further ahead than that."""
    pairs = (
        (Intervals.every_months, Intervals.lead_days, 30),
        (Intervals.every_km, Intervals.lead_km, 1),
        (Intervals.every_engine_hours, Intervals.lead_engine_hours, 1),
    )
    if all(case.get(every) is None for every, _lead, _unit in pairs):
        return [Problem(_NOTHING, field=Intervals.every_months)]
    return [
        Problem(_LONGER, field=lead)
        for every, lead, unit in pairs
        if (often := case.get(every)) is not None and (case.get(lead) or 0) >= often * unit
    ]


def of_a_make(case: Case) -> list[Problem]:
    """Demand the make of a model."""
    alone = case.get(ServicePrograms.model) is not None and case.get(ServicePrograms.make) is None
    return [Problem(_WITHOUT_MAKE, field=ServicePrograms.make)] if alone else []


def fits(program: Row, vehicle: Row) -> bool:
    """Whether a program is for a vehicle: by type, make and model, as far as it names them."""
    wanted = program.get(ServicePrograms.vehicle_type)
    if wanted is not None and wanted != vehicle.get(Vehicles.vehicle_type):
        return False
    named = (
        (program.get(ServicePrograms.make), vehicle.get(Vehicles.make)),
        (program.get(ServicePrograms.model), vehicle.get(Vehicles.model)),
    )
    return all(want is None or want.casefold() == (has or "").casefold() for want, has in named)


def planned(program: Seen, vehicle: Seen) -> Values:
    """Return the schedule that a program makes for a vehicle, counted from now."""
    held = plain(program.row)
    return {
        **{name: held.get(name) for name in INTERVAL_NAMES},
        MaintenanceSchedules.vehicle: vehicle.id,
        MaintenanceSchedules.program: program.id,
        MaintenanceSchedules.name: program.row[ServicePrograms.name],
    }


async def apply(ctx: CommandContext) -> None:
    """Ask for the schedules of all vehicles that it is for; they come a moment later, however many there are."""
    if not ctx.target.row.get(ServicePrograms.active):
        raise ConflictError(_RESTING)
    ctx.emit(PROGRAM_APPLIED)


async def give_schedules(job: JobRun) -> None:
    """Make what is missing of a program's schedules, and bring the others to what it says now, a page at a time."""
    page: list[Seen] = []
    while True:
        async with job.act(SYSTEM) as ctx:
            if ctx.seen is None or not ctx.seen.row.get(ServicePrograms.active):
                return
            wanted: Values = {Vehicles.status: list(IN_FLEET)}
            if page:
                wanted[Vehicles.id] = beyond(page)
            page = await ctx.find(VEHICLES, wanted, limit=_AT_A_TIME, only=_TO_MATCH)
            await give(ctx, [ctx.seen], page)
        if len(page) < _AT_A_TIME:
            return


async def give(ctx: CommandContext, programs: list[Seen], vehicles: list[Seen]) -> None:
    """Let vehicles have the schedules of the programs that are for them, each once and as the program is now."""
    pairs = {(p.id, v.id): (p, v) for p in programs for v in vehicles if fits(p.row, v.row)}
    if not pairs:
        return
    asked: Values = {
        MaintenanceSchedules.program: [p.id for p in programs],
        MaintenanceSchedules.vehicle: list({vehicle for _, vehicle in pairs}),
    }
    there = await ctx.every(MAINTENANCE_SCHEDULES, asked, system=SYSTEM)
    known = {(s.row[MaintenanceSchedules.program], s.row[MaintenanceSchedules.vehicle]): s for s in there}
    patches: dict[UUID, Values] = {}
    for key, schedule in known.items():
        if key in pairs:
            wanted = differing(plain(schedule.row), planned(*pairs[key]))
            patches |= {schedule.id: wanted} if wanted else {}
    await ctx.create_all(
        MAINTENANCE_SCHEDULES, [planned(*pair) for key, pair in pairs.items() if key not in known], system=SYSTEM
    )
    await ctx.change_all(MAINTENANCE_SCHEDULES, patches, system=SYSTEM)


async def give_new_vehicle(ctx: CommandContext) -> None:
    """Let a vehicle that begins to run have the schedules of the programs that are for it."""
    vehicle = await ctx.look_up(VEHICLES, ctx.target.id, system=SYSTEM)
    programs = await ctx.every(SERVICE_PROGRAMS, {ServicePrograms.active: True}, system=SYSTEM)
    await give(ctx, programs, [vehicle])


COLLECTION = Collection(
    name=SERVICE_PROGRAMS,
    set_up=SetUp(key=(ServicePrograms.name,)),
    label=_("Service program"),
    plural=_("Service programs"),
    groups=(
        Group(
            "all",
            _("Service program"),
            (
                field(ServicePrograms.name, _("Name"), required=True, max_length=120, search=True),
                field(
                    ServicePrograms.vehicle_type,
                    _("Vehicle type"),
                    Kind.CHOICE,
                    choices=VEHICLE_TYPES,
                    help=_("Empty: any."),
                ),
                field(ServicePrograms.make, _("Make"), max_length=60, help=_("Empty: any.")),
                field(ServicePrograms.model, _("Model"), max_length=80, help=_("Empty: any.")),
                *INTERVALS,
                field(ServicePrograms.active, pgettext("program", "In use"), Kind.BOOLEAN, default=True),
            ),
        ),
    ),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(f"{LEADERS} planner", read=("all",), write=("all",), create=True, verbs=("apply",)),
            *grants(f"{HANDS} {WATCHING} analyst auditor", read=("all",)),
            Grant(role=ADMIN, write=("*",), create=True, verbs=("apply",)),
        ),
    ),
    views=Views(
        columns=(
            ServicePrograms.name,
            ServicePrograms.vehicle_type,
            ServicePrograms.make,
            ServicePrograms.model,
            ServicePrograms.every_months,
            ServicePrograms.every_km,
            ServicePrograms.every_engine_hours,
            ServicePrograms.active,
        ),
        title=(ServicePrograms.name,),
        sort=(ServicePrograms.name,),
        filters=(ServicePrograms.vehicle_type, ServicePrograms.active),
        icon="calendar-repeat",
    ),
    verbs=(Verb(name="apply", label=_("Give to the vehicles it is for"), run=apply, icon="wand", primary=True),),
    rules=(often_enough, of_a_make),
    unique=(Unique(fields=(ServicePrograms.name,), message=_("Another service program has this name.")),),
)
