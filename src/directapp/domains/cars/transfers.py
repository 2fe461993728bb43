"""Transfers: a car on its way from one site to another, with custody known at every moment."""

from collections.abc import Mapping
from typing import Any

from directapp.declare.access import Access, grants
from directapp.declare.case import Case, Consequence, One
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import Emit, becomes
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import In, Is, SeenInFull, Who, all_of, either
from directapp.declare.workflow import Condition
from directapp.domains.cars import custody
from directapp.domains.cars.access import WORKING_ROLES
from directapp.domains.cars.events import TRANSFER_CLOSED, TRANSFER_RECEIVED, TRANSFER_REFUSED, TRANSFER_SENT
from directapp.domains.cars.fields import CARS
from directapp.domains.cars.states import BEFORE_ARRIVAL, CLOSED
from directapp.domains.cars.transfer_verbs import OPEN_TRANSFER, TRANSFER_VERBS
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _

REASONS = choices(
    ("prep", _("To prep centre")),
    ("return", _("Return to dealership")),
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
_SOLD = _("The car is sold and cannot change dealership.")
_OWNER_SELLS = _("Only the owner sells a car to another site.")


def _site(name: str, label: Text, **more: Any) -> Any:
    return field(name, label, Kind.REF, ref=DEALERSHIPS, immutable=True, **more)


def _user(name: str, label: Text, **more: Any) -> Any:
    return field(name, label, Kind.REF, ref=USERS, on_delete="set_null", **more)


TRANSFER = Group(
    "all",
    _("Transfer"),
    (
        field("car", _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        _site("from", _("From")),
        _site("to", _("To"), required=True),
        field("reason", _("Purpose"), Kind.CHOICE, choices=REASONS, immutable=True),
        field("note", _("Note"), Kind.TEXT),
        _user("by", _("Sent by"), default=lambda case: case.actor.user, computed=True),
        field("at", _("Sent"), Kind.INSTANT, fact=True, default=lambda case: case.now, immutable=True),
        field("status", _("Status"), Kind.CHOICE, choices=STATUSES, default="in_transit", computed=True),
        field("closed_at", _("Received or refused"), Kind.INSTANT, computed=True),
        _user("closed_by", _("Received or refused by"), computed=True),
    ),
)


def starts_here(case: Case) -> Mapping[str, Any]:
    """Note where the car is sent from, and why where it is plain."""
    car, to = case.one("car"), case.get("to")
    values: dict[str, Any] = {}
    if case.get("from") is None:
        values["from"] = car.get("current_location") or case.actor.site or car.get("dealership")
    if case.get("reason") is None:
        home = "return" if to == car.get("dealership") else "move"
        values["reason"] = "prep" if to == car.get("prep_center") else home
    return values


def may_be_sent(case: Case) -> list[Problem]:
    """Start a transfer only from a site that has to do with the car, to another one."""
    if case.before is not None or case.actor.is_system:
        return []
    car = case.one("car")
    checks = (
        (car.get("status") in CLOSED, _CLOSED_CAR, "car"),
        (not _has_to_do_with(case), _NOT_THERE, "from"),
        (car.get("status") in BEFORE_ARRIVAL and not case.actor.roles & _STARTERS, _NOT_YOURS, "car"),
        (case.get("to") in {case.get("from"), car.get("current_location")}, _SAME_SITE, "to"),
        (case.get("reason") == "sale" and car.get("sold_at") is not None, _SOLD, "car"),
        (case.get("reason") == "sale" and not _owns(case), _OWNER_SELLS, "reason"),
    )
    return [Problem(text, field=name, code="CONFLICT") for wrong, text, name in checks if wrong]


def _is_admin(case: Case) -> bool:
    return "tenant_admin" in case.actor.roles


def _has_to_do_with(case: Case) -> bool:
    car = case.one("car")
    sites = {car.get("dealership"), car.get("prep_center"), car.get("current_location")}
    return _is_admin(case) or case.actor.site in sites


def _owns(case: Case) -> bool:
    return _is_admin(case) or case.actor.site == case.one("car").get("dealership")


def car_follows(case: Case) -> list[Consequence]:
    """Write what the transfer's step means on the car."""
    car = case.one("car")
    patch: dict[str, Any] = {}
    if case.before is None:
        patch = custody.sending(car, case.row)
    elif case.changed("status") and case.get("status") == "received":
        patch = custody.receiving(car, case.row, case.one("to_site"), case.now)
    elif case.changed("status") and case.get("status") == "refused":
        patch = custody.refusing(car)
    target = case.get("car")
    return [Consequence(collection=CARS, system="custodian", patch=patch, target=target)] if patch else []


def _closed_as(status: str) -> Condition:
    return becomes(lambda case: case.get("status") == status)


SEEN = SeenInFull("car", CARS)
BETWEEN = either(SEEN, Is("to", Who.SITE), Is("from", Who.SITE))
MINE = all_of(Is("by", Who.USER), SEEN)

CAR_TRANSFERS = Collection(
    name="car_transfers",
    label=_("Transfer"),
    plural=_("Transfers"),
    groups=(TRANSFER,),
    access=Access(
        systems=("custodian", "workflow", "importer", "demo"),
        grants=(
            *grants(WORKING_ROLES, rows=BETWEEN, edit=MINE, write=("all",), create=True),
            *grants(WORKING_ROLES, rows=Is("to", Who.SITE), verbs=("receive", "refuse")),
            *grants("finance", rows=SEEN),
        ),
        delete_why=_("A sending that is taken back never happened."),
    ),
    views=Views(
        columns=("status", "car", "from", "to", "reason", "at", "by", "closed_at"),
        title=("car", "to"),
        sort=("-at",),
        filters=("status", "from", "to", "reason", "car"),
        icon="transfer",
        menu=True,
    ),
    rules=(may_be_sent,),
    fill=(starts_here,),
    related=(One("car", "car", CARS), One("to_site", "to", DEALERSHIPS)),
    consequences=(car_follows,),
    unique=(
        Unique(
            fields=("car",),
            message=_("The car is already on its way to a site."),
            where=In("status", OPEN_TRANSFER),
        ),
    ),
    subject=True,
    indexes=(("car",), ("to", "status"), ("from", "status"), ("by",), ("at",)),
    verbs=TRANSFER_VERBS,
    events=(
        Emit(event=TRANSFER_SENT, field="at"),
        Emit(event=TRANSFER_CLOSED, field="closed_at"),
        Emit(event=TRANSFER_RECEIVED, when=_closed_as("received")),
        Emit(event=TRANSFER_REFUSED, when=_closed_as("refused")),
    ),
)
