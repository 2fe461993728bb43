"""One VIN, one life: a dealer's car becomes a vehicle of the fleet, and a vehicle goes on as a used car.

While a dealer works on the car it says what it is; when it is delivered or archived the vehicle takes that over. Each
half keeps its own rights: who sees the one need not see the other.
"""

from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, Values, plain
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS, MILEAGE_READINGS, Cars, MileageReadings
from directapp.domains.people.fields import DEALERSHIPS, SELLING, Dealerships
from directapp.domains.registered.naming import IDENTIFYING, REGISTRY
from directapp.domains.vehicles.events import PUT_IN_SERVICE
from directapp.domains.vehicles.events import TO_STOCK as TAKEN_TO_STOCK
from directapp.domains.vehicles.fields import METER_READINGS, VEHICLES, MeterReadings, Vehicles
from directapp.domains.vehicles.naming import IN_FLEET, SYSTEM, VEHICLE_TYPES
from directapp.domains.vehicles.words import CLASSIFICATIONS, OWNERSHIPS
from directapp.kernel.errors import ConflictError, InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext

_SHARED = tuple(f.name for f in (*IDENTIFYING, *REGISTRY.fields))
_IN_FLEET = _("The car is a vehicle of the fleet already: {number}.")
_NO_VIN = _("A car has a VIN before it is put in service.")
_STILL_HERE = _("A car with this VIN is not delivered yet. It is sold from there.")
_NOT_SELLING = _("That site sells no cars.")
_STILL_HELD = _("Take the vehicle in from whoever has it first.")


def _same(row: Row) -> Values:
    values = plain(row)
    return {name: values[name] for name in _SHARED if values.get(name) is not None}


async def put_in_service(ctx: CommandContext) -> None:
    """Make a vehicle of the fleet of a dealer's car; its car goes on to be prepared and delivered."""
    car = ctx.target.row
    if car.get(Cars.vin) is None:
        raise InvalidError(Problem(_NO_VIN, field=Cars.vin))
    there = await ctx.find(
        VEHICLES, {Vehicles.vin: car[Cars.vin], Vehicles.status: list(IN_FLEET)}, system=SYSTEM, limit=1
    )
    if there:
        raise ConflictError(_IN_FLEET.fill(number=there[0].row[Vehicles.number]))
    values: Values = {
        **_same(car),
        Vehicles.number: ctx.params["number"],
        Vehicles.vehicle_type: ctx.params["vehicle_type"],
        Vehicles.classification: ctx.params["classification"],
        Vehicles.ownership: ctx.params.get("ownership") or "owned",
        Vehicles.dealership: ctx.params.get("dealership") or car.get(Cars.dealership) or ctx.actor.site,
        Vehicles.from_car: ctx.target.id,
    }
    vehicle = await ctx.create(VEHICLES, values, system=SYSTEM)
    if car.get(Cars.mileage_km) is not None:
        await ctx.create(
            METER_READINGS,
            {MeterReadings.vehicle: vehicle.id, MeterReadings.km: car[Cars.mileage_km], MeterReadings.source: "import"},
            system=SYSTEM,
        )
    ctx.emit(PUT_IN_SERVICE, on=vehicle)
    ctx.answer = ctx.target


async def take_over(ctx: CommandContext) -> None:
    """Let the vehicle of a car that is delivered or archived be what the car was in the end."""
    if ctx.seen is None:
        return
    car = await ctx.look_up(CARS, ctx.target.id, system="workflow")
    for vehicle in await ctx.find(
        VEHICLES, {Vehicles.from_car: car.id, Vehicles.status: list(IN_FLEET)}, system=SYSTEM, limit=1
    ):
        held = plain(vehicle.row)
        patch = {name: value for name, value in _same(car.row).items() if held.get(name) != value}
        if patch:
            await ctx.change(patch, system=SYSTEM, on=vehicle)


async def to_stock(ctx: CommandContext) -> None:
    """Open a used car at a dealer's site with what the vehicle is and has driven; the vehicle is sold."""
    vehicle = ctx.target.row
    if vehicle.get(Vehicles.holder) is not None:
        raise ConflictError(_STILL_HELD)
    site = await ctx.look_up(DEALERSHIPS, ctx.params["dealership"])
    if site.row.get(Dealerships.dealership_type) not in SELLING:
        raise InvalidError(Problem(_NOT_SELLING, field="dealership"))
    for car in (
        await ctx.find(CARS, {Cars.vin: vehicle.get(Vehicles.vin)}, system="custodian")
        if vehicle.get(Vehicles.vin)
        else ()
    ):
        if car.row.get(Cars.status) == "delivered":
            patch: Values = {
                Cars.archived_at: ctx.now,
                Cars.archived_from: "delivered",
                Cars.archive_reason: "delivered",
            }
            await ctx.move("archived", patch, system="archiver", on=car)
        elif car.row.get(Cars.status) != "archived":
            raise ConflictError(_STILL_HERE)
    values: Values = {**_same(vehicle), Cars.car_type: "used", Cars.dealership: site.id}
    car = await ctx.create(CARS, values, system="custodian")
    if vehicle.get(Vehicles.odometer_km) is not None:
        reading: Values = {
            MileageReadings.car: car.id,
            MileageReadings.km: vehicle[Vehicles.odometer_km],
            MileageReadings.occasion: "other",
        }
        await ctx.create(MILEAGE_READINGS, reading, system="custodian")
    await ctx.move("sold", {Vehicles.stock_car: car.id, Vehicles.status_reason: None}, system=SYSTEM)
    ctx.emit(TAKEN_TO_STOCK, on=ctx.target)


PUT_IN_SERVICE_VERB = Verb(
    name="put_in_service",
    label=_("Put in service in the fleet"),
    run=put_in_service,
    params=(
        field("number", _("Number"), code=True, required=True, max_length=20),
        field("vehicle_type", _("Vehicle type"), Kind.CHOICE, required=True, choices=VEHICLE_TYPES, default="sedan"),
        field("classification", _("Use"), Kind.CHOICE, required=True, choices=CLASSIFICATIONS),
        field("ownership", _("Ownership"), Kind.CHOICE, choices=OWNERSHIPS),
        field("dealership", _("Site"), Kind.REF, ref=DEALERSHIPS),
    ),
    icon="truck",
)
TO_STOCK = Verb(
    name="to_stock",
    label=_("Take into used stock"),
    run=to_stock,
    states=("defleeting",),
    params=(field("dealership", _("Site that sells it"), Kind.REF, ref=DEALERSHIPS, required=True),),
    icon="car",
    to="sold",
)
