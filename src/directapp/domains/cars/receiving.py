"""Receiving a car by VIN or plate, also one that nobody knows; and finding its owner afterwards."""

from uuid import UUID

from directapp.declare.case import Case
from directapp.declare.names import Patch, Values, plain, row_of
from directapp.domains.cars import custody
from directapp.domains.cars.defaults import SELLERS
from directapp.domains.cars.fields import CAR_TRANSFERS, CARS, Cars, CarTransfers
from directapp.domains.cars.mileage import read_off
from directapp.domains.cars.states import BEFORE_ARRIVAL, OPEN
from directapp.domains.cars.transfer_verbs import OPEN_TRANSFER, close, codes_of
from directapp.domains.people.fields import DEALERSHIPS
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_NO_SITE = _("You do not belong to a site.")
_PREPARED_ELSEWHERE = _("The car is received at the site that prepares it.")
_NOT_HERE = _("The car belongs to another site and was not sent here.")
_SENT_ELSEWHERE = _("The car was sent to another site. Ask the sender to change the transfer.")
_OTHER_CODE = _("The plate and the VIN belong to two different cars.")
_HAS_OWNER = _("The car already has a site.")
_TYPE_NEEDED = _("Choose the car type.")
_ORDER_NEEDED = _("Choose the order the car belongs to. Only sales and managers take over a car without one.")
_ORDER_GONE = _("The order already has its car, or belongs to another site.")
_OTHER_VIN = _("The order has another VIN.")
_OWNERS = SELLERS | {"sales_manager", "manager", "tenant_admin"}
_PLACES = (Cars.parking_spot, Cars.key_location)
_ARRIVED_WITH = (
    Cars.license_plate,
    Cars.current_location,
    Cars.parking_spot,
    Cars.key_location,
    Cars.arrived_prep_center_at,
    Cars.arrived_dealership_at,
)


def may_receive_here(case: Case) -> Problem | None:
    """Only at the site where it is prepared a car is received to be prepared."""
    if case.actor.site is None:
        return Problem(_NO_SITE)
    return (
        None if case.actor.site == case.get(Cars.prep_center) else Problem(_PREPARED_ELSEWHERE, field=Cars.prep_center)
    )


async def receive(ctx: CommandContext) -> None:
    """Receive a car at the actor's site: a transfer, an expected car, or one that nobody knows."""
    if ctx.actor.site is None:
        raise ForbiddenError(Problem(_NO_SITE))
    codes = codes_of(ctx.params)
    site = await ctx.look_up(DEALERSHIPS, ctx.actor.site, system="pipeline")
    places: Values = {name: ctx.params[name] for name in _PLACES if ctx.params.get(name)}
    car = await _find(ctx, codes)
    if car is None:
        done = await _take_in(ctx, codes, site, places)
    else:
        ctx.acts_on(car)
        done = await _arrive(ctx, car, codes, site, places)
    await read_off(ctx, done, "reception")
    ctx.answer = await _as_seen(ctx, done)


async def _find(ctx: CommandContext, codes: dict[str, str]) -> Seen | None:
    for name in ("vin", "license_plate"):
        if name in codes:
            wanted: Patch = {name: codes[name], Cars.status: list(OPEN)}
            found = await ctx.find(CARS, wanted, system="custodian")
            if found:
                return min(found, key=lambda car: not _belongs(car, ctx.actor.site))
    return None


def _belongs(car: Seen, site: UUID | None) -> bool:
    return site in {car.row.get(Cars.dealership), car.row.get(Cars.prep_center), car.row.get(Cars.current_location)}


async def _arrive(ctx: CommandContext, car: Seen, codes: dict[str, str], site: Seen, places: Values) -> Seen:
    sent = await ctx.find(
        CAR_TRANSFERS, {CarTransfers.car: car.id, CarTransfers.status: list(OPEN_TRANSFER)}, system="custodian"
    )
    if any(transfer.row[CarTransfers.to] != site.id for transfer in sent):
        raise ConflictError(_SENT_ELSEWHERE)
    if not sent and not _belongs(car, site.id):
        raise ConflictError(_NOT_HERE)
    car = await _fill_codes(ctx, car, codes)
    for transfer in sent:
        await close(ctx, "received", on=transfer)
        car = await ctx.look_up(CARS, car.id, system="custodian")
    patch = (custody.arrival(car.row, site.row, ctx.now) if not sent else {}) | places
    return await ctx.change(patch, system="custodian", on=car) if patch else car


async def _fill_codes(ctx: CommandContext, car: Seen, codes: dict[str, str]) -> Seen:
    """Write down a VIN or plate read off the car that nobody had typed; refuse one that is another's."""
    other = [name for name, code in codes.items() if plain(car.row).get(name) not in {None, code}]
    if other:
        raise ConflictError([Problem(_OTHER_CODE, field=name) for name in other])
    missing = {name: code for name, code in codes.items() if plain(car.row).get(name) is None}
    return await ctx.change(missing, system="custodian", on=car) if missing else car


async def _take_in(ctx: CommandContext, codes: dict[str, str], site: Seen, places: Values) -> Seen:
    """Make a draft without owner. It is disowned in a second write: a new car is its maker's until then."""
    draft = await ctx.create(CARS, {**codes, Cars.current_location: site.id}, system="custodian")
    ownerless: Values = {
        Cars.dealership: None,
        Cars.original_dealership: None,
        Cars.seller: None,
        Cars.prep_center: None,
    }
    row = row_of({**plain(draft.row), **ownerless, Cars.status: "draft"})
    arrived = custody.arrival(row, site.row, ctx.now)
    return await ctx.change({**ownerless, **arrived, **places}, system="custodian", on=draft)


async def _as_seen(ctx: CommandContext, car: Seen) -> Seen | None:
    try:
        return await ctx.look_up(CARS, car.id)
    except NotFoundError:
        return None


# -- finding the owner -----------------------------------------------------------------------------


def may_claim(case: Case) -> Problem | None:
    """Only a car without an owner is claimed."""
    return None if case.get(Cars.dealership) is None else Problem(_HAS_OWNER, field=Cars.dealership)


async def claim(ctx: CommandContext) -> None:
    """Take an ownerless car over as one's own, or match it to the order it belongs to."""
    if ctx.params.get("order"):
        await _match(ctx, await ctx.look_up(CARS, ctx.params["order"]))
        return
    if not ctx.actor.works_as & _OWNERS:
        raise InvalidError(Problem(_ORDER_NEEDED, field="order"))
    car_type = ctx.params.get("car_type") or ctx.case.get(Cars.car_type)
    if car_type is None:
        raise InvalidError(Problem(_TYPE_NEEDED, field=Cars.car_type))
    seller = ctx.actor.user if ctx.actor.works_as & SELLERS else None
    site = ctx.actor.site
    patch: Values = {
        Cars.dealership: site,
        Cars.original_dealership: site,
        Cars.seller: seller,
        Cars.car_type: car_type,
    }
    if ctx.params.get("vin"):
        patch[Cars.vin] = ctx.params["vin"]
    done = await ctx.change(patch, system="custodian")
    ctx.answer = await _as_seen(ctx, done)


async def _match(ctx: CommandContext, order: Seen) -> None:
    draft = ctx.target
    ours = ctx.actor.site in {order.row.get(Cars.dealership), order.row.get(Cars.prep_center)}
    if not ours or order.row.get(Cars.status) not in BEFORE_ARRIVAL:
        raise ConflictError(Problem(_ORDER_GONE, field="order"))
    vin = ctx.params.get("vin") or draft.row.get(Cars.vin)
    if order.row.get(Cars.vin) not in {None, vin}:
        raise ConflictError(Problem(_OTHER_VIN, field="order"))
    gone: Values = {
        Cars.archived_at: ctx.now,
        Cars.archived_from: draft.row[Cars.status],
        Cars.archive_reason: "duplicate",
    }
    await ctx.move("archived", gone, system="custodian")
    patch: Values = {n: draft.row.get(n) for n in _ARRIVED_WITH if draft.row.get(n) is not None} | {Cars.vin: vin}
    if draft.row.get(Cars.prep_center) is not None and order.row.get(Cars.prep_center) is None:
        patch[Cars.prep_center] = draft.row[Cars.prep_center]
    done = await ctx.change(patch, system="custodian", on=order)
    ctx.answer = await _as_seen(ctx, done)
