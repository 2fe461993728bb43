"""Event handlers of messages to what happens to a car: who is told what, by the table of events."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from directapp.declare.events import Event
from directapp.declare.fields import SUBJECT_COLLECTION
from directapp.declare.names import FieldName, Row, plain
from directapp.domains.cars import events as car_events
from directapp.domains.cars.fields import CARS, PARTS, WORK, CarAccessories, CarRequests, Cars, CarTransfers
from directapp.domains.messages.audience import actor_of, load_recipients, may_read
from directapp.domains.messages.context import MessageContext, context_of
from directapp.domains.messages.customers import hand_over, seller_words, to_customer
from directapp.domains.messages.phrases import NOBODY, NOTHING, difference, person_name, short, span_text, week_text
from directapp.domains.messages.telling import Told, tell
from directapp.domains.people.fields import DEALERSHIPS, Dealerships
from directapp.domains.planning import events as plan_events
from directapp.domains.planning.fields import RESOURCE_TYPES, ResourceBookings, ResourceTypes
from directapp.domains.records import events as record_events
from directapp.domains.records.fields import COMMENTS, Comments
from directapp.domains.registry import events as registry_events
from directapp.kernel.dates import day_text
from directapp.kernel.text import Text, _, name_of, verbatim
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

T = TypeVar("T")

_NEW = ("new", "demo")
_PRIORITY = _("Priority: urgent.")
_MISSING = _("Some parts are still missing.")
_ALL_HERE = _("All that was ordered is here.")
_OTHER_SITE = _("The car belongs to another site.")
_SOMETHING = _("something")
_ELSEWHERE = _("You may not have access to it.")
_WORKS = {
    "technical": _("technical"),
    "cosmetic": _("cosmetic"),
    "both": _("technical and cosmetic"),
}
_SPAN = (ResourceBookings.starts_at, ResourceBookings.ends_at)


async def _of_car(ctx: CommandContext, *, staff: bool = True) -> MessageContext | None:
    return await context_of(ctx, ctx.seen.id if ctx.seen else None, staff=staff)


# -- order and parts --------------------------------------------------------------------------------------


async def ordered(ctx: CommandContext) -> None:
    """Tell parts at the selling site of a new order."""
    context = await _of_car(ctx)
    if context is None or context.row.get(Cars.car_type) not in _NEW:
        return
    order = verbatim(context.row.get(Cars.order_number) or "–")
    await context.tell(
        "order.new",
        context.at(Cars.dealership, "parts"),
        who=context.actor,
        order=order,
        site=context.site(context.row.get(Cars.dealership)),
    )


async def parts_ordered(ctx: CommandContext) -> None:
    """Tell parts at the prep centre of what the selling site ordered."""
    context = await _of_car(ctx)
    if context is not None:
        await context.tell(
            "parts.ordered", context.at(Cars.prep_center, "parts"), site=context.site(context.row[Cars.dealership])
        )


async def accessories_changed(ctx: CommandContext) -> None:
    """Tell parts at both sites what changed after they had ordered."""
    if ctx.seen is None:
        return
    item = ctx.seen
    context = await context_of(ctx, item.row.get(CarAccessories.car))
    if context is not None:
        detail = difference(item.row.get(CarAccessories.changed_content), item.row.get(CarAccessories.name))
        both = [*context.at(Cars.dealership, "parts"), *context.at(Cars.prep_center, "parts")]
        await context.tell("accessories.changed", both, detail=detail, about=item)


async def parts_arrived(ctx: CommandContext) -> None:
    """Tell the mechanic and the planner that parts are here."""
    context = await _of_car(ctx)
    if context is None:
        return
    row = context.row
    missing = any(row.get(parts.ordered) and row.get(parts.arrived) is None for parts in PARTS.values())
    place = row.get(Cars.prep_center) if row.get(Cars.parts_arrived_prep_at) else row.get(Cars.dealership)
    receivers = [*context.named(Cars.assigned_mechanic), *context.at(Cars.prep_center, "planner")]
    await context.tell("parts.arrived", receivers, site=context.site(place), detail=_MISSING if missing else _ALL_HERE)


# -- arrival and inspection -------------------------------------------------------------------------------


async def arrived_prep(ctx: CommandContext) -> None:
    """Tell the seller that the car is at the prep centre."""
    context = await _of_car(ctx, staff=False)
    if context is not None:
        await context.tell(
            "arrival.prep", context.named(Cars.seller), site=context.site(context.row.get(Cars.prep_center))
        )


async def arrived_dealer(ctx: CommandContext) -> None:
    """Tell the seller that the car is at the dealership; one arrival is enough where both are the same site."""
    context = await _of_car(ctx, staff=False)
    if context is not None and context.row.get(Cars.dealership) != context.row.get(Cars.prep_center):
        await context.tell(
            "arrival.dealer", context.named(Cars.seller), site=context.site(context.row.get(Cars.dealership))
        )


async def inspected(ctx: CommandContext) -> None:
    """Tell the seller and the planner how the inspection went."""
    context = await _of_car(ctx)
    if context is None:
        return
    remarks = context.row.get(Cars.inspection_remarks)
    event = "inspection.remarks" if remarks else "inspection.approved"
    receivers = [*context.named(Cars.seller), *context.at(Cars.prep_center, "planner")]
    await context.tell(event, receivers, detail=short(remarks))


async def inspection_failed(ctx: CommandContext) -> None:
    """Tell the seller that the car was not approved, and why."""
    context = await _of_car(ctx, staff=False)
    if context is not None:
        why = short(context.row.get(Cars.inspection_remarks) or context.row.get(Cars.inspection_notes))
        await context.tell("inspection.failed", context.named(Cars.seller), detail=why)


async def ready_to_plan(ctx: CommandContext) -> None:
    """Tell the planner that a car waits for a place in the plan."""
    context = await _of_car(ctx)
    if context is not None:
        urgent = _PRIORITY if context.row.get(Cars.priority) == "urgent" else NOTHING
        await context.tell("plan.ready", context.at(Cars.prep_center, "planner"), detail=urgent)


# -- work and quality -------------------------------------------------------------------------------------


async def technical_done(ctx: CommandContext) -> None:
    """Tell the planner, and the seller when all is done."""
    await _work_done(ctx, "work.technical", Cars.technical_completed_at, Cars.technical_completed_by)


async def cosmetic_done(ctx: CommandContext) -> None:
    """Tell the planner, and the seller when all is done."""
    await _work_done(ctx, "work.cosmetic", Cars.cosmetic_completed_at, Cars.cosmetic_completed_by)


async def _work_done(ctx: CommandContext, event: str, at: FieldName[datetime], by: FieldName[UUID]) -> None:
    context = await _of_car(ctx)
    if context is None or context.row.get(at) is None:
        return
    worker = context.row.get(by)
    found = await load_recipients(ctx, people=[worker])
    done_by = found.name_of(worker)
    who = verbatim(person_name(done_by.row)) if done_by else context.actor
    await context.tell(event, context.at(Cars.prep_center, "planner"), who=who)


async def work_completed(ctx: CommandContext) -> None:
    """Tell the seller that all the work is done."""
    context = await _of_car(ctx, staff=False)
    if context is not None:
        await context.tell("work.completed", context.named(Cars.seller))


async def quality_failed(ctx: CommandContext) -> None:
    """Tell those whose work it was, and the planner, what has to be done again."""
    context = await _of_car(ctx)
    if context is None:
        return
    rework = str(context.row.get(Cars.rework) or "both")
    hands = [work.assigned for kind, work in WORK.items() if rework in {kind, "both"}]
    receivers = [*context.named(*hands), *context.at(Cars.prep_center, "planner")]
    detail = short(context.row.get(Cars.quality_notes))
    await context.tell("quality.failed", receivers, what=_WORKS.get(rework, _WORKS["both"]), detail=detail)


# -- delivery ---------------------------------------------------------------------------------------------


async def ready(ctx: CommandContext) -> None:
    """Tell the seller that the car is ready, and the customer of a sold one."""
    context = await _of_car(ctx, staff=False)
    if context is None:
        return
    row = context.row
    key = _readiness(row)
    site = context.site(row.get(Cars.prep_center))
    await context.tell("delivery.ready", context.named(Cars.seller), site=site, detail=hand_over(row), key=key)
    still = await _now(ctx, Cars.ready_for_delivery_at) is not None
    if still and row.get(Cars.sold_at) is not None and row.get(Cars.ready_for_pickup) is not True:
        seller = await seller_words(ctx, context.car)
        await to_customer(ctx, context.car, "customer.ready", fills={"seller": seller}, channels=("email",), key=key)


async def _now(ctx: CommandContext, name: FieldName[T]) -> T | None:
    """Return what a field of the car holds by now."""
    return (await ctx.look_up(CARS, ctx.target.id, system="workflow")).row.get(name)


def _readiness(car: Row) -> str:
    """Return what names this time that the car became ready: a yes taken back and given again is not told again."""
    since = car.get(Cars.ready_for_delivery_at)
    return f"{car[Cars.id]}:{since.isoformat() if since else '-'}"


async def pickup(ctx: CommandContext) -> None:
    """Tell the seller and the customer that the car may be fetched."""
    context = await _of_car(ctx, staff=False)
    if context is None or context.row.get(Cars.ready_for_pickup) is not True:
        return
    detail = hand_over(context.row)
    key = _readiness(context.row)
    await context.tell("delivery.pickup", context.named(Cars.seller), detail=detail, key=key)
    # A customer is called for what is still so.
    if context.row.get(Cars.sold_at) is not None and await _now(ctx, Cars.ready_for_pickup) is True:
        await to_customer(ctx, context.car, "customer.pickup", fills={"detail": detail}, key=key)


async def delivered(ctx: CommandContext) -> None:
    """Tell the manager of the selling site."""
    context = await _of_car(ctx)
    if context is not None:
        await context.tell("delivery.done", context.at(Cars.dealership, "manager"), who=context.actor)


# -- between sites ----------------------------------------------------------------------------------------

_AT_SITE = ("reception", "planner", "sales_manager", "parts")


async def transfer_sent(ctx: CommandContext) -> None:
    """Tell both sites that a car is on its way."""
    await _transfer(ctx, "transfer.sent")


async def transfer_received(ctx: CommandContext) -> None:
    """Tell both sites that a car was received."""
    await _transfer(ctx, "transfer.received")


async def transfer_refused(ctx: CommandContext) -> None:
    """Tell both sites that a car was refused."""
    await _transfer(ctx, "transfer.refused")


async def _transfer(ctx: CommandContext, event: str) -> None:
    if ctx.seen is None:
        return
    row = ctx.seen.row
    context = await context_of(
        ctx,
        row.get(CarTransfers.car),
        sites=(row.get(CarTransfers.from_), row.get(CarTransfers.to)),
        people=(row.get(CarTransfers.by),),
    )
    if context is None:
        return
    receivers = [*context.named(Cars.seller), *context.people.named(row.get(CarTransfers.by))]
    for site in (row.get(CarTransfers.from_), row.get(CarTransfers.to)):
        receivers += context.people.at(site, *_AT_SITE) or context.people.at(site, "manager")
    note = short(row.get(CarTransfers.note))
    fills = {
        "origin": context.site(row.get(CarTransfers.from_)),
        "site": context.site(row.get(CarTransfers.to)),
        "detail": note,
    }
    await context.tell(event, receivers, about=ctx.seen, **fills)


async def car_asked_for(ctx: CommandContext) -> None:
    """Tell the seller and the sales manager of the site that has the car."""
    await _request(ctx, "car_request.asked")


async def request_accepted(ctx: CommandContext) -> None:
    """Tell who asked that the car comes."""
    await _request(ctx, "car_request.accepted")


async def request_declined(ctx: CommandContext) -> None:
    """Tell who asked that the car stays, and why."""
    await _request(ctx, "car_request.declined")


async def _request(ctx: CommandContext, event: str) -> None:
    if ctx.seen is None:
        return
    row = ctx.seen.row
    owner, site, by = row.get(CarRequests.owner), row.get(CarRequests.site), row.get(CarRequests.by)
    context = await context_of(ctx, row.get(CarRequests.car), sites=(owner, site), people=(by,))
    if context is None:
        return
    asked = row.get(CarRequests.status) == "asked"
    answers = [*context.named(Cars.seller), *context.people.at(owner, "sales_manager", "manager")]
    fills = {
        "origin": context.site(site),
        "site": context.site(owner),
        "who": context.actor,
        "detail": short(row.get(CarRequests.note if asked else CarRequests.answer)),
    }
    await context.tell(event, answers if asked else context.people.named(by), about=ctx.seen, **fills)


# -- planning ---------------------------------------------------------------------------------------------


async def booked(ctx: CommandContext) -> None:
    """Tell the one who does the work, and the seller."""
    await _booking(ctx, "booking.created")


async def moved(ctx: CommandContext) -> None:
    """Tell of the new time: the one who does the work, the one who no longer does, and the seller."""
    if ctx.seen is None:
        return
    was = ctx.params.get("was") or {}
    before = UUID(was["person"]) if was.get("person") else None
    if "person" not in was or before == ctx.seen.row.get(ResourceBookings.person):
        await _booking(ctx, "booking.moved")
        return
    times = [(datetime.fromisoformat(was[n]) if was.get(n) else None, ctx.seen.row.get(n)) for n in _SPAN]
    await _booking(ctx, "booking.created", seller=False)
    await _booking(ctx, "booking.taken", seller=False, person=before, span=[old for old, _ in times])
    if any(old != new for old, new in times):
        await _booking(ctx, "booking.moved", worker=False)


async def cancelled(ctx: CommandContext) -> None:
    """Tell them that it does not happen."""
    await _booking(ctx, "booking.cancelled")


async def _booking(
    ctx: CommandContext,
    event: str,
    *,
    worker: bool = True,
    seller: bool = True,
    person: UUID | None = None,
    span: Sequence[datetime | None] = (),
) -> None:
    """Tell of a booking: ``person`` and ``span`` where not its own are meant."""
    booking = ctx.seen
    if booking is None:
        return
    row = booking.row
    who = person or row.get(ResourceBookings.person)
    context = await context_of(
        ctx,
        row.get(ResourceBookings.car),
        sites=(row.get(ResourceBookings.provider), row.get(ResourceBookings.consumer)),
        people=(who,),
    )
    if context is None:
        return
    receivers = [*(context.people.named(who) if worker else ()), *(context.named(Cars.seller) if seller else ())]
    starts, ends = span or [row.get(name) for name in _SPAN]
    await context.tell(
        event,
        receivers,
        about=booking,
        what=await _resource_type(ctx, row.get(ResourceBookings.resource_type)),
        site=context.site(row.get(ResourceBookings.provider)),
        when=span_text(starts, ends) if starts else NOTHING,
    )


async def _resource_type(ctx: CommandContext, which: object) -> Text:
    found = (
        await ctx.find(RESOURCE_TYPES, {ResourceTypes.id: which}, system="pipeline", limit=1, cached=True)
        if which
        else []
    )
    return name_of(plain(found[0].row)) if found else _("Work")


async def timebank_full(ctx: CommandContext) -> None:
    """Tell the planner whose week is full, once for each week."""
    if ctx.seen is None:
        return
    row, person, week = ctx.seen.row, ctx.params.get("person"), ctx.params.get("week")
    who = UUID(str(person)) if person else row.get(ResourceBookings.person)
    site = row.get(ResourceBookings.provider)
    recipients = await load_recipients(ctx, sites=[site], people=[actor_of(ctx), who])
    named = await ctx.find(DEALERSHIPS, {Dealerships.id: site}, system="pipeline", limit=1) if site else []
    found = recipients.name_of(who)
    fills = {
        "who": verbatim(person_name(found.row)) if found else NOBODY,
        "site": verbatim(named[0].row[Dealerships.name] if named else "–"),
        "when": week_text(date.fromisoformat(str(week))) if week else NOTHING,
    }
    key = f"full:{who}:{week}"
    await tell(ctx, Told(event="timebank.full", about=ctx.seen, fills=fills, key=key), recipients.at(site, "planner"))


# -- words ------------------------------------------------------------------------------------------------


async def mentioned(ctx: CommandContext) -> None:
    """Tell those whom a comment names, in its words where they have to do with what it is about."""
    if ctx.seen is None:
        return
    comment = ctx.seen
    names = [UUID(str(one)) for one in comment.row.get(Comments.mentions) or ()]
    writer, car = comment.row.get(Comments.created_by), comment.row.get(Comments.car)
    context = await context_of(ctx, car, people=(*names, writer), staff=False)
    if context is None and car is not None:
        return
    recipients = context.people if context else await load_recipients(ctx, people=(*names, writer))
    found = recipients.name_of(writer)
    who = verbatim(person_name(found.row)) if found else NOBODY
    people = recipients.named(*names)
    near = [one for one in people if may_read(one, comment, context.row if context else None)]
    far = [one for one in people if one not in near]
    told = Told(
        event="comment.mention",
        car=context.car if context else None,
        about=comment,
        fills={"who": who, "detail": short(comment.row.get(Comments.text)), **_kind_of_subject(ctx, comment, context)},
    )
    await tell(ctx, told, near)
    # Not a word of which car: neither its model nor the end of its chassis number.
    thing, why = (_("a car"), _OTHER_SITE) if context else (_SOMETHING, _ELSEWHERE)
    await tell(ctx, Told(event="comment.mention", fills={"who": who, "car": thing, "detail": why}), far)


def _kind_of_subject(ctx: CommandContext, comment: Seen, context: MessageContext | None) -> dict[str, Text]:
    """Return what stands for the car where there is none: what kind of record it is about."""
    kind = ctx.fields(COMMENTS)[SUBJECT_COLLECTION].choice(comment.row.get(SUBJECT_COLLECTION))
    return {"car": kind.label} if kind and context is None else {}


async def inspection_due(ctx: CommandContext) -> None:
    """Tell the seller, else those who lead the sale, and the planner that the periodic inspection is due."""
    context = await _of_car(ctx)
    due = context.row.get(Cars.next_inspection_due) if context else None
    if context is None or due is None:
        return
    receivers = context.named(Cars.seller) or context.at(Cars.dealership, "used_car_sales", "sales_manager")
    receivers += context.at(Cars.prep_center, "planner")
    await context.tell(
        "registry.inspection_due", receivers, when=day_text(due), key=f"{context.car.id}:{due.isoformat()}"
    )


EVENT_HANDLERS: dict[Event, Callable[[CommandContext], Awaitable[None]]] = {
    car_events.REGISTERED: ordered,
    car_events.PARTS_ORDERED_SELLER: parts_ordered,
    car_events.ACCESSORIES_CHANGED: accessories_changed,
    car_events.PARTS_ARRIVED: parts_arrived,
    car_events.ARRIVED: arrived_prep,
    car_events.ARRIVED_DEALERSHIP: arrived_dealer,
    car_events.INSPECTION_APPROVED: inspected,
    car_events.INSPECTION_FAILED: inspection_failed,
    car_events.READY_TO_PLAN: ready_to_plan,
    car_events.TECHNICAL_COMPLETED: technical_done,
    car_events.COSMETIC_COMPLETED: cosmetic_done,
    car_events.WORK_COMPLETED: work_completed,
    car_events.QUALITY_FAILED: quality_failed,
    car_events.READY: ready,
    car_events.PICKUP: pickup,
    car_events.DELIVERED: delivered,
    car_events.CAR_ASKED_FOR: car_asked_for,
    car_events.CAR_REQUEST_ACCEPTED: request_accepted,
    car_events.CAR_REQUEST_DECLINED: request_declined,
    car_events.TRANSFER_SENT: transfer_sent,
    car_events.TRANSFER_RECEIVED: transfer_received,
    car_events.TRANSFER_REFUSED: transfer_refused,
    plan_events.BOOKED: booked,
    plan_events.MOVED: moved,
    plan_events.CANCELLED: cancelled,
    plan_events.TIMEBANK_FULL: timebank_full,
    record_events.COMMENT_MENTIONED: mentioned,
    registry_events.INSPECTION_DUE: inspection_due,
}
