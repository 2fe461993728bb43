"""Requests for cars: a site asks for a car that another shows in the vehicle bank, and that site answers."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, One
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import Emit, becomes
from directapp.declare.fields import Group, choices, computed, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Patch, Values
from directapp.declare.rules import Is, Who, either
from directapp.declare.workflow import Condition
from directapp.domains.cars import events
from directapp.domains.cars.fields import CAR_REQUESTS, CAR_TRANSFERS, CARS, CarRequests, Cars
from directapp.domains.cars.request_verbs import ANSWERS, SELLING, WITHDRAW
from directapp.domains.cars.states import CLOSED
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.people.roles import ADMIN
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext

STATUSES = choices(
    ("asked", _("Asked for")),
    ("accepted", pgettext("request", "Accepted")),
    ("declined", pgettext("request", "Declined")),
    ("withdrawn", _("Withdrawn")),
)
_OWN = _("The car is your own site’s already.")
_GONE = _("The car is sold, delivered or archived.")
_NO_SITE = _("You do not belong to a site.")


REQUEST = Group(
    "all",
    _("Request for a car"),
    (
        field(CarRequests.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        computed(
            CarRequests.site, _("Asked by the site"), Kind.REF, ref=DEALERSHIPS, default=lambda case: case.actor.site
        ),
        computed(CarRequests.owner, _("Asked of"), Kind.REF, ref=DEALERSHIPS),
        field(CarRequests.note, _("Note"), Kind.TEXT, max_length=1000, immutable=True, personal="customer"),
        computed(
            CarRequests.by,
            _("Asked by"),
            Kind.REF,
            ref=USERS,
            on_delete="set_null",
            default=lambda case: case.actor.user,
        ),
        computed(CarRequests.at, pgettext("request", "Asked"), Kind.INSTANT, default=lambda case: case.now),
        computed(CarRequests.status, _("Status"), Kind.CHOICE, choices=STATUSES, default="asked"),
        computed(CarRequests.answer, _("Answer"), Kind.TEXT, personal="customer"),
        computed(CarRequests.answered_at, _("Answered"), Kind.INSTANT),
        computed(CarRequests.answered_by, _("Answered by"), Kind.REF, ref=USERS, on_delete="set_null"),
        computed(CarRequests.transfer, _("Transfer"), Kind.REF, ref=CAR_TRANSFERS, on_delete="set_null"),
    ),
)


def asked_of(case: Case) -> Patch:
    """Note whose car is asked for."""
    values: Values = {CarRequests.owner: case.one("car").get(Cars.dealership)}
    return values if case.before is None else {}


def may_be_asked_for(case: Case) -> list[Problem]:
    """Ask for another site's car that is still to be had."""
    if case.before is not None or case.actor.is_system:
        return []
    car, site = case.one("car"), case.get(CarRequests.site)
    gone = car.get(Cars.status) in CLOSED or car.get(Cars.sold_at) is not None
    checks = ((site is None, _NO_SITE), (car.get(Cars.dealership) == site, _OWN), (gone, _GONE))
    return [Problem(text, field=CarRequests.car, code="CONFLICT") for wrong, text in checks if wrong][:1]


def _became(status: str) -> Condition:
    return becomes(lambda case: case.get(CarRequests.status) == status)


ASKED_HERE, ASKING = Is(CarRequests.owner, Who.SITE), Is(CarRequests.site, Who.SITE)
_NAMES = tuple(v.name for v in ANSWERS)

REQUESTS = Collection(
    name=CAR_REQUESTS,
    own_fields=True,
    label=_("Request for a car"),
    plural=_("Requests for cars"),
    groups=(REQUEST,),
    access=Access(
        systems=("workflow", "custodian", "demo"),
        grants=(
            *grants(SELLING, rows=either(ASKED_HERE, ASKING), read=("all",)),
            *grants(SELLING, rows=ASKED_HERE, read=("all",), verbs=_NAMES),
            *grants(SELLING, rows=ASKING, read=("all",), write=("all",), create=True, verbs=(WITHDRAW.name,)),
            Grant(role=ADMIN, read=("all",), verbs=(*_NAMES, WITHDRAW.name)),
        ),
        delete_why=_("A question that is taken back at once was never asked."),
    ),
    views=Views(
        columns=(
            CarRequests.status,
            CarRequests.car,
            CarRequests.site,
            CarRequests.owner,
            CarRequests.note,
            CarRequests.at,
            CarRequests.by,
            CarRequests.answered_at,
        ),
        title=(CarRequests.car, CarRequests.site),
        sort=("-at",),
        filters=(CarRequests.status, CarRequests.site, CarRequests.owner, CarRequests.car),
        icon="message",
    ),
    rules=(may_be_asked_for,),
    fill=(asked_of,),
    related=(One("car", CarRequests.car, CARS, hold=False),),
    unique=(
        Unique(
            fields=(CarRequests.car, CarRequests.site),
            message=_("Your site has already asked for this car."),
            where=Is(CarRequests.status, "asked"),
        ),
    ),
    verbs=(*ANSWERS, WITHDRAW),
    subject=True,
    indexes=(("car",), ("owner", "status"), ("site", "status"), ("at",), ("transfer",)),
    events=(
        Emit(event=events.CAR_ASKED_FOR, field=CarRequests.at),
        Emit(event=events.CAR_REQUEST_ACCEPTED, when=_became("accepted")),
        Emit(event=events.CAR_REQUEST_DECLINED, when=_became("declined")),
    ),
)
