"""What a car's facts say: plain questions of the merged row, asked by steps, guards and replay alike."""

from collections.abc import Callable
from typing import Any

from directapp.declare.case import Case
from directapp.declare.names import FieldName
from directapp.domains.cars.fields import PARTS, WORK, Cars
from directapp.domains.cars.words import NEW, USED
from directapp.domains.people.fields import Dealerships

KINDS = tuple(WORK)

Condition = Callable[[Case], bool]


def is_new(case: Case) -> bool:
    """Whether the car counts as new: new and demo."""
    return case.get(Cars.car_type) in NEW


def is_used(case: Case) -> bool:
    """Whether the car counts as used: used and certified."""
    return case.get(Cars.car_type) in USED


def given(name: FieldName[Any]) -> Condition:
    """Return the question whether a field has a value."""
    return lambda case: case.get(name) is not None


def missing_to_register(case: Case) -> tuple[FieldName[str], ...]:
    """Return the fields that registering still needs; a used car needs a plate or a VIN."""
    if is_new(case):
        return tuple(n for n in (Cars.make, Cars.model, Cars.order_number) if not case.get(n))
    if is_used(case):
        return () if case.get(Cars.license_plate) or case.get(Cars.vin) else (Cars.license_plate,)
    return (Cars.car_type,)


def is_complete(case: Case) -> bool:
    """Whether the car can be registered: it has an owner and the required fields."""
    return bool(case.get(Cars.dealership)) and not missing_to_register(case)


def has_arrived(case: Case) -> bool:
    """Whether an owned car stands at its prep centre; an ownerless one waits for its match."""
    return case.get(Cars.arrived_prep_center_at) is not None and case.get(Cars.dealership) is not None


def parts_missing(case: Case) -> bool:
    """Whether parts are ordered and not arrived, on either side."""
    return any(case.get(p.ordered) is not None and case.get(p.arrived) is None for p in PARTS.values())


def parts_all_here(case: Case) -> bool:
    """Whether parts were ordered and all of them have arrived."""
    return any(case.get(p.ordered) is not None for p in PARTS.values()) and not parts_missing(case)


def needs(case: Case, kind: str) -> bool:
    """Whether the car needs a kind of work; not said means yes."""
    return case.get(WORK[kind].needed) is not False


def needed(case: Case) -> tuple[str, ...]:
    """Return the kinds of work the car needs."""
    return tuple(kind for kind in KINDS if needs(case, kind))


def planned_kinds(case: Case) -> tuple[str, ...]:
    """Return the kinds of work that have a planned start."""
    return tuple(kind for kind in KINDS if case.get(WORK[kind].scheduled) is not None)


def all_planned(case: Case) -> bool:
    """Whether every kind of work the car needs has a planned start."""
    return set(needed(case)) <= set(planned_kinds(case))


def sent_back(rework: object, kind: str) -> bool:
    """Whether a failed quality check named this work."""
    return rework in {kind, "both"}


def restarted(case: Case, kind: str) -> bool:
    """Whether this write starts work again that a failed quality check sent back."""
    started = WORK[kind].started
    return sent_back(case.was(Cars.rework), kind) and case.changed(started) and case.get(started) is not None


def started(case: Case, kind: str) -> bool:
    """Whether a kind of work was started."""
    return case.get(WORK[kind].started) is not None


def completed(case: Case, kind: str) -> bool:
    """Whether a kind of work is completed, the last quality check apart."""
    return case.get(WORK[kind].completed) is not None


def work_begun(case: Case) -> bool:
    """Whether anybody has begun on the work the car needs."""
    return any(started(case, kind) for kind in needed(case))


def running(case: Case, kind: str) -> bool:
    """Whether a kind of work is started and not completed."""
    return started(case, kind) and not completed(case, kind)


def is_done(case: Case, kind: str) -> bool:
    """Whether a kind of work is completed and nothing of it is sent back."""
    return completed(case, kind) and not sent_back(case.get(Cars.rework), kind)


def all_completed(case: Case) -> bool:
    """Whether every kind of work the car needs is completed."""
    return all(completed(case, kind) for kind in needed(case))


def all_done(case: Case) -> bool:
    """Whether every kind of work the car needs is done, what a quality check sent back included."""
    return all(is_done(case, kind) for kind in needed(case))


def work_done(case: Case) -> bool:
    """Whether the car needed any work, and all of it is done."""
    return bool(needed(case)) and all_done(case)


def quality_is_checked(case: Case) -> bool:
    """Whether the prep centre checks quality; it does unless its setting says no."""
    return case.one("prep_site").get(Dealerships.quality_check) is not False


def is_appraised(case: Case) -> bool:
    """Whether the car is a used one with an appraisal price, and its owner uses the step; it does unless it says no."""
    used = is_used(case) and case.get(Cars.appraisal_price) is not None
    return used and case.one("owner_site").get(Dealerships.appraisal) is not False


def decided_without_checklist(case: Case) -> bool:
    """Whether an inspection may be decided without its checklist; it may unless the prep centre says no."""
    return case.one("prep_site").get(Dealerships.decide_without_checklist) is not False


def prepared_elsewhere(case: Case) -> bool:
    """Whether another site than the owner prepares the car."""
    prep = case.get(Cars.prep_center)
    return prep is not None and prep != case.get(Cars.dealership)


def is_free(case: Case) -> bool:
    """Whether the car is neither sold nor reserved."""
    return case.get(Cars.sold_at) is None and case.get(Cars.reserved_at) is None


def is_for_sale(case: Case) -> bool:
    """Whether a ready car is offered: unsold, unreserved, at its owner's, and not ordered by a customer."""
    home = not prepared_elsewhere(case) or case.get(Cars.delivered_to_dealership_at) is not None
    stock = is_used(case) or case.get(Cars.car_type) == "demo" or (is_new(case) and not case.get(Cars.customer_name))
    return is_free(case) and home and stock


def is_sold(case: Case) -> bool:
    """Whether the car is sold: the fact counts, not the status."""
    return case.get(Cars.sold_at) is not None
