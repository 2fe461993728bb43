"""Receiving a car by VIN or plate, also one that nobody knows; and finding its owner afterwards."""

from typing import Any
from uuid import UUID

from directapp.declare.case import Case
from directapp.domains.cars import custody
from directapp.domains.cars.defaults import SELLERS
from directapp.domains.cars.fields import CAR_TRANSFERS, CARS
from directapp.domains.cars.states import BEFORE_ARRIVAL, OPEN
from directapp.domains.cars.transfer_verbs import OPEN_TRANSFER, codes_of
from directapp.domains.people.fields import DEALERSHIPS
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_NO_SITE = _("You do not belong to a site.")
_NOT_HERE = _("The car belongs to another site and was not sent here.")
_SENT_ELSEWHERE = _("The car was sent to another site. Ask the sender to change the transfer.")
_OTHER_CODE = _("The plate and the VIN belong to two different cars.")
_HAS_OWNER = _("The car already has a dealership.")
_TYPE_NEEDED = _("Choose the car type.")
_ORDER_NEEDED = _("Choose the order the car belongs to. Only sales and managers take over a car without one.")
_ORDER_GONE = _("The order already has its car, or belongs to another site.")
_OTHER_VIN = _("The order has another VIN.")
_OWNERS = SELLERS | {"sales_manager", "manager", "tenant_admin"}
_PLACES = ("parking_spot", "key_location")
_ARRIVED_WITH = (
    "license_plate",
    "current_location",
    "parking_spot",
    "key_location",
    "arrived_prep_center_at",
    "arrived_dealership_at",
)


async def receive(ctx: CommandContext) -> None:
    """Receive a car at the actor's site: a transfer, an expected car, or one that nobody knows."""
    if ctx.actor.site is None:
        raise ForbiddenError(Problem(_NO_SITE))
    codes = codes_of(ctx.params)
    site = await ctx.look_up(DEALERSHIPS, ctx.actor.site, system="pipeline")
    places = {name: ctx.params[name] for name in _PLACES if ctx.params.get(name)}
    car = await _find(ctx, codes)
    if car is None:
        done = await _take_in(ctx, codes, site, places)
    else:
        done = await _arrive(ctx, car, codes, site, places)
    ctx.answer = await _as_seen(ctx, done)


async def _find(ctx: CommandContext, codes: dict[str, str]) -> Seen | None:
    for name in ("vin", "license_plate"):
        if name in codes:
            wanted: dict[str, Any] = {name: codes[name], "status": list(OPEN)}
            found = await ctx.find(CARS, system="custodian", **wanted)
            if found:
                return min(found, key=lambda car: not _belongs(car, ctx.actor.site))
    return None


def _belongs(car: Seen, site: UUID | None) -> bool:
    return site in {car.row.get("dealership"), car.row.get("prep_center"), car.row.get("current_location")}


async def _arrive(ctx: CommandContext, car: Seen, codes: dict[str, str], site: Seen, places: dict[str, Any]) -> Seen:
    sent = await ctx.find(CAR_TRANSFERS, system="custodian", car=car.id, status=list(OPEN_TRANSFER))
    if any(transfer.row["to"] != site.id for transfer in sent):
        raise ConflictError(_SENT_ELSEWHERE)
    if not sent and not _belongs(car, site.id):
        raise ConflictError(_NOT_HERE)
    car = await _fill_codes(ctx, car, codes)
    for transfer in sent:
        patch = {"status": "received", "closed_at": ctx.now, "closed_by": ctx.actor.user}
        await ctx.change(patch, system="custodian", on=transfer)
        car = await ctx.look_up(CARS, car.id, system="custodian")
    patch = (custody.arrival(car.row, site.row, ctx.now) if not sent else {}) | places
    return await ctx.change(patch, system="custodian", on=car) if patch else car


async def _fill_codes(ctx: CommandContext, car: Seen, codes: dict[str, str]) -> Seen:
    """Write down a VIN or plate read off the car that nobody had typed; refuse one that is another's."""
    other = [name for name, code in codes.items() if car.row.get(name) not in {None, code}]
    if other:
        raise ConflictError([Problem(_OTHER_CODE, field=name) for name in other])
    missing = {name: code for name, code in codes.items() if car.row.get(name) is None}
    return await ctx.change(missing, system="custodian", on=car) if missing else car


async def _take_in(ctx: CommandContext, codes: dict[str, str], site: Seen, places: dict[str, Any]) -> Seen:
    """Make a draft without owner. It is disowned in a second write: a new car is its maker's until then."""
    draft = await ctx.create(CARS, {**codes, "current_location": site.id}, system="custodian")
    ownerless = {"dealership": None, "original_dealership": None, "seller": None, "prep_center": None}
    row = {**draft.row, **ownerless, "status": "draft"}
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
    return None if case.get("dealership") is None else Problem(_HAS_OWNER, field="dealership")


async def claim(ctx: CommandContext) -> None:
    """Take an ownerless car over as one's own, or match it to the order it belongs to."""
    if ctx.params.get("order"):
        await _match(ctx, await ctx.look_up(CARS, ctx.params["order"]))
        return
    if not ctx.actor.roles & _OWNERS:
        raise InvalidError(Problem(_ORDER_NEEDED, field="order"))
    car_type = ctx.params.get("car_type") or ctx.case.get("car_type")
    if car_type is None:
        raise InvalidError(Problem(_TYPE_NEEDED, field="car_type"))
    seller = ctx.actor.user if ctx.actor.roles & SELLERS else None
    site = ctx.actor.site
    patch = {"dealership": site, "original_dealership": site, "seller": seller, "car_type": car_type}
    if ctx.params.get("vin"):
        patch["vin"] = ctx.params["vin"]
    done = await ctx.change(patch, system="custodian")
    ctx.answer = await _as_seen(ctx, done)


async def _match(ctx: CommandContext, order: Seen) -> None:
    draft = ctx.target
    ours = ctx.actor.site in {order.row.get("dealership"), order.row.get("prep_center")}
    if not ours or order.row.get("status") not in BEFORE_ARRIVAL:
        raise ConflictError(Problem(_ORDER_GONE, field="order"))
    vin = ctx.params.get("vin") or draft.row.get("vin")
    if order.row.get("vin") not in {None, vin}:
        raise ConflictError(Problem(_OTHER_VIN, field="order"))
    gone = {"archived_at": ctx.now, "archived_from": draft.row["status"], "archive_reason": "duplicate"}
    await ctx.move("archived", gone, system="custodian")
    patch = {n: draft.row.get(n) for n in _ARRIVED_WITH if draft.row.get(n) is not None} | {"vin": vin}
    if draft.row.get("prep_center") is not None and order.row.get("prep_center") is None:
        patch["prep_center"] = draft.row["prep_center"]
    done = await ctx.change(patch, system="custodian", on=order)
    ctx.answer = await _as_seen(ctx, done)
