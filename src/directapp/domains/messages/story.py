"""The story of a car as its customer reads it: five steps, the expected day, and nothing about anybody."""

from dataclasses import dataclass
from datetime import datetime

from directapp.declare.names import Row
from directapp.domains.cars.fields import Cars
from directapp.domains.messages.customers import first_name
from directapp.domains.messages.phrases import model, moment_text
from directapp.domains.messages.status_links import AFTER_DELIVERY
from directapp.kernel.clock import OSLO
from directapp.kernel.dates import day_text
from directapp.kernel.text import Text, _

_ARRIVED, _BEGUN = (Cars.arrived_prep_center_at, Cars.arrived_dealership_at), Cars.inspection_completed_at
_READY = Cars.ready_for_delivery_at
_STEPS: tuple[tuple[str, Text], ...] = (
    ("ordered", _("Ordered")),
    ("arrived", _("Arrived with us")),
    ("prepared", _("Being prepared")),
    ("ready", _("Ready for hand-over")),
    ("delivered", _("Delivered")),
)
_NOW = {
    "ordered": _("Your car is ordered and on its way to us."),
    "arrived": _("Your car is with us. We are inspecting it now."),
    "prepared": _("We are preparing your car."),
    "ready": _("Your car is ready for you."),
    "delivered": _("Your car is delivered. Enjoy it."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``place`` is done, now or next; ``when`` it was reached, where that is known."""

    code: str
    label: Text
    place: str
    when: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a customer is shown."""

    first: str
    model: Text
    now: Text
    steps: tuple[Step, ...]
    expected: Text | None
    hand_over: Text | None
    place: str


def is_over(car: Row, now: datetime) -> bool:
    """Whether the story has ended: some time after delivery."""
    delivered = car.get(Cars.delivered_to_customer_at)
    return delivered is not None and delivered + AFTER_DELIVERY <= now


def story_of(car: Row) -> Story:
    """Tell how far a car has come."""
    reached = _reached(car)
    here = max(place for place, (code, _) in enumerate(_STEPS) if code in reached)
    code = _STEPS[here][0]
    last = len(_STEPS) - 1
    steps = tuple(
        Step(
            name,
            label,
            "done" if place < here or (place == here == last) else "now" if place == here else "next",
            _day(reached.get(name)),
        )
        for place, (name, label) in enumerate(_STEPS)
    )
    at, promised = car.get(Cars.handover_at), car.get(Cars.delivery_date)
    open_ = code != "delivered"
    return Story(
        first=first_name(car),
        model=model(car),
        now=_NOW[code],
        steps=steps,
        expected=day_text(promised) if promised and open_ and at is None else None,
        hand_over=moment_text(at) if at and open_ else None,
        place=str(car.get(Cars.handover_place) or ""),
    )


def _reached(car: Row) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {"ordered": car.get(Cars.created_at)}
    arrived = [car[name] for name in _ARRIVED if car.get(name)]
    if arrived:
        found["arrived"] = min(arrived)
    if car.get(_BEGUN) and car.get(Cars.inspection_approved) is True:
        found["prepared"] = car[_BEGUN]
    if car.get(_READY):
        found["ready"] = car[_READY]
    if car.get(Cars.delivered_to_customer_at):
        found["delivered"] = car[Cars.delivered_to_customer_at]
    return found


def _day(instant: datetime | None) -> Text | None:
    return day_text(instant.astimezone(OSLO).date()) if instant else None
