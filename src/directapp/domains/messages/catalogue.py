"""The catalogue: what colleagues are told of events, and customers and vendors, with its words.

``{car}`` names the car in every sentence; the other places are filled by the event handler that tells.
"""

from dataclasses import dataclass

from directapp.declare.events import Event
from directapp.declare.fields import Choice
from directapp.domains.cars import events as car_events
from directapp.domains.messages import events
from directapp.domains.planning import events as plan_events
from directapp.domains.records import events as record_events
from directapp.domains.registry import events as registry_events
from directapp.kernel.text import Text, _, pgettext

OPEN_CAR = _("Open the car")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What colleagues are told of an event: ``email`` says whether a letter goes until they choose themselves.

    One event may have several, by how it went and to whom it is told.
    """

    code: str
    event: Event
    type: str
    label: Text
    title: Text
    body: Text
    priority: str = "normal"
    email: bool = False
    button: Text = OPEN_CAR


def _notice(  # noqa: PLR0917 - the parts that every notice has
    code: str, event: Event, type_: str, label: Text, title: Text, body: Text, **more: object
) -> Notice:
    return Notice(code=code, event=event, type=type_, label=label, title=title, body=body, **more)  # type: ignore[arg-type]


_ORDERS = (
    _notice(
        "order.new",
        car_events.REGISTERED,
        "order",
        _("New order"),
        _("New order: {car}"),
        _("{who} registered order {order} at {site}. Look over which parts the car needs."),
        email=True,
    ),
    _notice(
        "parts.ordered",
        car_events.PARTS_ORDERED_SELLER,
        "parts",
        _("Parts ordered at the selling site"),
        _("Parts ordered: {car}"),
        _("{site} has ordered parts for the car."),
    ),
    _notice(
        "accessories.changed",
        car_events.ACCESSORIES_CHANGED,
        "parts",
        _("Accessories changed after ordering"),
        _("Accessories changed: {car}"),
        _("Parts were already ordered when the accessories changed. {detail}"),
        priority="high",
        email=True,
    ),
    _notice(
        "parts.arrived",
        car_events.PARTS_ARRIVED,
        "parts",
        _("Parts arrived"),
        _("Parts arrived: {car}"),
        _("The parts are here at {site}. {detail}"),
    ),
)
_ARRIVALS = (
    _notice(
        "arrival.prep",
        car_events.ARRIVED,
        "arrival",
        _("Arrived at prep centre"),
        _("Arrived at prep centre: {car}"),
        _("The car is at {site}, awaiting inspection."),
    ),
    _notice(
        "arrival.dealer",
        car_events.ARRIVED_DEALERSHIP,
        "arrival",
        _("Arrived at the selling site"),
        _("Arrived at the selling site: {car}"),
        _("The car has been received at {site}."),
    ),
    _notice(
        "transfer.sent",
        car_events.TRANSFER_SENT,
        "transfer",
        _("Transfer sent"),
        _("On its way: {car}"),
        _("Sent from {origin} to {site}. {detail}"),
    ),
    _notice(
        "transfer.received",
        car_events.TRANSFER_RECEIVED,
        "transfer",
        _("Transfer received"),
        _("Received: {car}"),
        _("{site} has received the car from {origin}."),
    ),
    _notice(
        "car_request.asked",
        car_events.CAR_ASKED_FOR,
        "transfer",
        _("Another site asks for a car"),
        _("Asked for: {car}"),
        _("{who} at {origin} asks for the car. {detail}"),
        email=True,
        button=_("Answer"),
    ),
    _notice(
        "car_request.accepted",
        car_events.CAR_REQUEST_ACCEPTED,
        "transfer",
        _("Your request for a car is accepted"),
        _("You get it: {car}"),
        _("{site} sends the car to {origin}. {detail}"),
        email=True,
    ),
    _notice(
        "car_request.declined",
        car_events.CAR_REQUEST_DECLINED,
        "transfer",
        _("Your request for a car is declined"),
        _("You do not get it: {car}"),
        _("{site} keeps the car. {detail}"),
        email=True,
    ),
    _notice(
        "transfer.refused",
        car_events.TRANSFER_REFUSED,
        "transfer",
        _("Transfer refused"),
        _("Refused: {car}"),
        _("{site} did not take the car from {origin}. {detail}"),
        priority="high",
        email=True,
    ),
)
_INSPECTIONS = (
    _notice(
        "inspection.approved",
        car_events.INSPECTION_APPROVED,
        "inspection",
        _("Inspection approved"),
        _("Inspection approved: {car}"),
        _("The inspection was approved without remarks."),
    ),
    _notice(
        "inspection.remarks",
        car_events.INSPECTION_APPROVED,
        "inspection",
        _("Inspection approved with remarks"),
        _("Inspection approved with remarks: {car}"),
        _("Remarks: {detail}"),
    ),
    _notice(
        "inspection.failed",
        car_events.INSPECTION_FAILED,
        "inspection",
        _("Inspection failed"),
        _("Inspection failed: {car}"),
        _("The car was not approved at inspection. {detail}"),
        priority="high",
        email=True,
    ),
)
_PLANS = (
    _notice(
        "plan.ready",
        car_events.READY_TO_PLAN,
        "planning",
        _("Ready to plan"),
        _("Ready to plan: {car}"),
        _("Approved, and no parts are missing. {detail}"),
    ),
    _notice(
        "booking.created",
        plan_events.BOOKED,
        "planning",
        _("Booked"),
        _("Booked {when}: {car}"),
        _("{what} at {site}, {when}."),
    ),
    _notice(
        "booking.moved",
        plan_events.MOVED,
        "planning",
        _("Booking moved"),
        _("Moved to {when}: {car}"),
        _("{what} at {site} has moved to {when}."),
        priority="high",
    ),
    _notice(
        "booking.taken",
        plan_events.MOVED,
        "planning",
        _("Booking given to somebody else"),
        _("No longer yours: {car}"),
        _("{what} at {site} {when} is done by somebody else."),
        priority="high",
    ),
    _notice(
        "booking.cancelled",
        plan_events.CANCELLED,
        "planning",
        _("Booking cancelled"),
        _("Cancelled: {car}"),
        _("{what} at {site} {when} is cancelled."),
        priority="high",
    ),
    _notice(
        "timebank.full",
        plan_events.TIMEBANK_FULL,
        "planning",
        _("Time bank full"),
        _("The time bank is full for {who}"),
        _("{who} has no hours left in {when} at {site}."),
        priority="high",
        email=True,
        button=_("Open DirectApp"),
    ),
)
_WORK = (
    _notice(
        "work.technical",
        car_events.TECHNICAL_COMPLETED,
        "work",
        _("Technical completed"),
        _("Technical is done: {car}"),
        _("{who} has completed the technical preparation."),
        priority="low",
    ),
    _notice(
        "work.cosmetic",
        car_events.COSMETIC_COMPLETED,
        "work",
        _("Cosmetic completed"),
        _("Cosmetic is done: {car}"),
        _("{who} has completed the cosmetic preparation."),
        priority="low",
    ),
    _notice(
        "work.completed",
        car_events.WORK_COMPLETED,
        "work",
        _("Preparation completed"),
        _("Preparation is done: {car}"),
        _("All the work that the car needs is done."),
    ),
    _notice(
        "quality.failed",
        car_events.QUALITY_FAILED,
        "quality",
        _("Quality check failed"),
        _("Quality check failed: {car}"),
        _("To be done again: {what}. {detail}"),
        priority="high",
        email=True,
    ),
)
_DELIVERIES = (
    _notice(
        "delivery.ready",
        car_events.READY,
        "delivery",
        _("Ready for delivery"),
        _("Ready for delivery: {car}"),
        _("The car is ready at {site}. {detail}"),
        priority="high",
        email=True,
    ),
    _notice(
        "delivery.pickup",
        car_events.PICKUP,
        "delivery",
        _("Ready for pick-up"),
        _("Ready for pick-up: {car}"),
        _("The customer may fetch the car. {detail}"),
        priority="high",
        email=True,
    ),
    _notice(
        "delivery.tomorrow",
        events.DELIVERY_TOMORROW,
        "delivery",
        _("Delivery tomorrow"),
        _("Delivery tomorrow: {car}"),
        _("Delivery is promised {when}. {detail}"),
        priority="high",
        email=True,
    ),
    _notice(
        "delivery.done",
        car_events.DELIVERED,
        "delivery",
        _("Delivered to customer"),
        _("Delivered: {car}"),
        _("{who} has delivered the car to the customer."),
        priority="low",
    ),
    _notice(
        "deadline.overdue",
        events.OVERDUE,
        "deadline",
        pgettext("deadline", "Overdue"),
        _("Overdue: {car}"),
        _("{detail}"),
        priority="urgent",
        email=True,
    ),
)
_OTHERS = (
    _notice(
        "comment.mention",
        record_events.COMMENT_MENTIONED,
        "comment",
        _("Mentioned in a comment"),
        _("{who} mentioned you: {car}"),
        _("{detail}"),
        email=True,
    ),
    _notice(
        "vendor.answered",
        events.VENDOR_ANSWERED,
        "vendor",
        _("Answer from a vendor"),
        _("{who} has answered: {car}"),
        _("{what}: {detail}"),
        priority="high",
        email=True,
    ),
    _notice(
        "vendor.said",
        events.VENDOR_SAID,
        "vendor",
        _("Message from a vendor"),
        _("{who} has answered in their own words: {car}"),
        _("{what}: “{detail}”"),
        priority="high",
        email=True,
    ),
    _notice(
        "vendor.unmatched",
        events.VENDOR_UNMATCHED,
        "vendor",
        _("Answer that may be about several works"),
        _("An answer from {who} that may be about: {car}"),
        _("{who} has several works, and the answer does not say which. Nothing is closed. {what}: “{detail}”"),
        priority="high",
        email=True,
    ),
    _notice(
        "registry.inspection_due",
        registry_events.INSPECTION_DUE,
        "registry",
        _("Periodic inspection due"),
        _("Periodic inspection: {car}"),
        _("The periodic inspection is due {when}."),
    ),
    _notice(
        "message.bounced",
        events.CAME_BACK,
        "system",
        _("Message not delivered"),
        _("Not delivered to {who}: {car}"),
        _("{what} to {who} was not delivered. Call, and look over the address."),
        priority="high",
    ),
    _notice(
        "address.refused",
        events.CAME_BACK,
        "system",
        _("A colleague’s e-mail was not delivered"),
        _("E-mail to {who} was not delivered"),
        _(
            "E-mail to {address} is not delivered. {detail} Put the user’s address right; the notifications stand in"
            " DirectApp."
        ),
        priority="high",
        button=_("Open DirectApp"),
    ),
)

NOTICES: dict[str, Notice] = {
    one.code: one for one in (*_ORDERS, *_ARRIVALS, *_INSPECTIONS, *_PLANS, *_WORK, *_DELIVERIES, *_OTHERS)
}
EVENT_CHOICES: tuple[Choice, ...] = tuple(Choice(one.code, one.label) for one in NOTICES.values())
BY_EMAIL: list[str] = [one.code for one in NOTICES.values() if one.email]
