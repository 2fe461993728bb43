"""Transfers: a car on its way from one site to another, with custody known at every moment."""

from collections.abc import Mapping
from typing import Any

from directapp.declare.access import Access, grants
from directapp.declare.case import Case, Consequence, One
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import Emit, becomes
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import In, Is, SeenInFull, Who, all_of, either
from directapp.declare.workflow import Condition
from directapp.domains.cars import custody
from directapp.domains.cars.access import WORKING_ROLES
from directapp.domains.cars.events import TRANSFER_CLOSED, TRANSFER_RECEIVED, TRANSFER_REFUSED, TRANSFER_SENT
from directapp.domains.cars.fields import CARS, Cars, CarTransfers
from directapp.domains.cars.states import BEFORE_ARRIVAL, CLOSED
from directapp.domains.cars.transfer_verbs import OPEN_TRANSFER, TRANSFER_VERBS
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _

REASONS = choices(
    ("prep", _("To prep centre")),
    ("return", _("Return to the selling site")),
    ("sale", _("Sold to another site")),
    ("move", _("Moved")),
)
STATUSES = choices(
    ("pending", _("Pending")),
    ("in_transit", _("In transit")),
    ("received", _("Received")),
    ("refused", _("Refused")),
)
_STARTERS = frozenset(
    {"new_car_sales", "used_car_sales", "parts", "planner", "sales_manager", "manager", "tenant_admin"}
)

_NOT_THERE = _("A car is sent by the site that owns, prepares or has it.")
_NOT_YOURS = _("The car has not arrived yet. Sales, parts, planning or a manager sends it.")
_SAME_SITE = _("The car is already at this site.")
_CLOSED_CAR = _("The car is delivered or archived and is not sent.")
_SOLD = _("The car is sold and cannot change site.")
_OWNER_SELLS = _("Only the owner sells a car to another site.")


def _site(name: str, label: Text, **more: Any) -> Any:
    return field(name, label, Kind.REF, ref=DEALERSHIPS, immutable=True, **more)


def _user(name: str, label: Text, **more: Any) -> Any:
    return field(name, label, Kind.REF, ref=USERS, on_delete="set_null", **more)


TRANSFER = Group(
    "all",
    _("Transfer"),
    (
        field(CarTransfers.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        _site("from", _("From")),
        _site("to", _("To"), required=True),
        field(CarTransfers.reason, _("Purpose"), Kind.CHOICE, choices=REASONS, immutable=True),
        field(CarTransfers.note, _("Note"), Kind.TEXT),
        _user("by", _("Sent by"), default=lambda case: case.actor.user, computed=True),
        field(CarTransfers.at, _("Sent"), Kind.INSTANT, fact=True, default=lambda case: case.now, immutable=True),
        field(CarTransfers.status, _("Status"), Kind.CHOICE, choices=STATUSES, default="in_transit", computed=True),
        field(CarTransfers.closed_at, _("Received or refused"), Kind.INSTANT, computed=True),
        _user("closed_by", _("Received or refused by"), computed=True),
    ),
)


def starts_here(case: Case) -> Mapping[str, Any]:
    """Note where the car is sent from, and why where it is plain."""
    car, to = case.one("car"), case.get(CarTransfers.to)
    values: Values = {}
    if case.get(CarTransfers.from_) is None:
        values[CarTransfers.from_] = car.get(Cars.current_location) or case.actor.site or car.get(Cars.dealership)
    if case.get(CarTransfers.reason) is None:
        home = "return" if to == car.get(Cars.dealership) else "move"
        values[CarTransfers.reason] = "prep" if to == car.get(Cars.prep_center) else home
    return values


def may_be_sent(case: Case) -> list[Problem]:
    """Start a transfer only from a site that has to do with the car, to another one."""
    if case.before is not None or case.actor.is_system:
        return []
    car = case.one("car")
    checks = (
        (car.get(Cars.status) in CLOSED, _CLOSED_CAR, "car"),
        (not _has_to_do_with(case), _NOT_THERE, "from"),
        (car.get(Cars.status) in BEFORE_ARRIVAL and not case.actor.works_as & _STARTERS, _NOT_YOURS, "car"),
        (case.get(CarTransfers.to) in {case.get(CarTransfers.from_), car.get(Cars.current_location)}, _SAME_SITE, "to"),
        (case.get(CarTransfers.reason) == "sale" and car.get(Cars.sold_at) is not None, _SOLD, "car"),
        (case.get(CarTransfers.reason) == "sale" and not _owns(case), _OWNER_SELLS, "reason"),
    )
    return [Problem(text, field=name, code="CONFLICT") for wrong, text, name in checks if wrong]


def _is_admin(case: Case) -> bool:
    return "tenant_admin" in case.actor.roles


def _has_to_do_with(case: Case) -> bool:
    car = case.one("car")
    sites = {car.get(Cars.dealership), car.get(Cars.prep_center), car.get(Cars.current_location)}
    return _is_admin(case) or case.actor.site in sites


def _owns(case: Case) -> bool:
    return _is_admin(case) or case.actor.site == case.one("car").get(Cars.dealership)


def car_follows(case: Case) -> list[Consequence]:
    """Write what the transfer's step means on the car."""
    car = case.one("car")
    patch: Values = {}
    if case.before is None:
        patch = custody.sending(car, case.row)
    elif case.changed(CarTransfers.status) and case.get(CarTransfers.status) == "received":
        patch = custody.receiving(car, case.row, case.one("to_site"), case.now)
    elif case.changed(CarTransfers.status) and case.get(CarTransfers.status) == "refused":
        patch = custody.refusing(car)
    target = case.get(CarTransfers.car)
    return [Consequence(collection=CARS, system="custodian", patch=patch, target=target)] if patch else []


def _closed_as(status: str) -> Condition:
    return becomes(lambda case: case.get(CarTransfers.status) == status)


SEEN = SeenInFull("car", CARS)
BETWEEN = either(SEEN, Is(CarTransfers.to, Who.SITE), Is(CarTransfers.from_, Who.SITE))
MINE = all_of(Is(CarTransfers.by, Who.USER), SEEN)

CAR_TRANSFERS = Collection(
    name="car_transfers",
    own_fields=True,
    label=_("Transfer"),
    plural=_("Transfers"),
    groups=(TRANSFER,),
    access=Access(
        systems=("custodian", "workflow", "importer", "demo"),
        grants=(
            *grants(WORKING_ROLES, rows=BETWEEN, edit=MINE, write=("all",), create=True),
            *grants(WORKING_ROLES, rows=Is(CarTransfers.to, Who.SITE), verbs=("receive", "refuse")),
            *grants("finance", rows=SEEN),
        ),
        delete_why=_("A sending that is taken back never happened."),
    ),
    views=Views(
        columns=(
            CarTransfers.status,
            CarTransfers.car,
            CarTransfers.from_,
            CarTransfers.to,
            CarTransfers.reason,
            CarTransfers.at,
            CarTransfers.by,
            CarTransfers.closed_at,
        ),
        title=(CarTransfers.car, CarTransfers.to),
        sort=("-at",),
        filters=(CarTransfers.status, CarTransfers.from_, CarTransfers.to, CarTransfers.reason, CarTransfers.car),
        icon="transfer",
        menu=True,
        module="dealership",
    ),
    rules=(may_be_sent,),
    fill=(starts_here,),
    related=(One("car", CarTransfers.car, CARS), One("to_site", CarTransfers.to, DEALERSHIPS)),
    consequences=(car_follows,),
    unique=(
        Unique(
            fields=(CarTransfers.car,),
            message=_("The car is already on its way to a site."),
            where=In(CarTransfers.status, OPEN_TRANSFER),
        ),
    ),
    subject=True,
    indexes=(("car",), ("to", "status"), ("from", "status"), ("by",), ("at",)),
    verbs=TRANSFER_VERBS,
    events=(
        Emit(event=TRANSFER_SENT, field=CarTransfers.at),
        Emit(event=TRANSFER_CLOSED, field=CarTransfers.closed_at),
        Emit(event=TRANSFER_RECEIVED, when=_closed_as("received")),
        Emit(event=TRANSFER_REFUSED, when=_closed_as("refused")),
    ),
)
