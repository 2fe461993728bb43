"""Stages that cars have left behind: where, from when to when. What a car stands at now is on the car itself."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import In, Is, SeenInFull, Who, Whose, either
from directapp.declare.workflow import status_choices
from directapp.domains.cars.fields import CARS, Cars, CarStages
from directapp.domains.cars.states import STATES
from directapp.domains.people.fields import DEALERSHIPS
from directapp.kernel.text import _, pgettext

_SEEN = SeenInFull("car", CARS)
_OWNED = In(CarStages.dealership, Whose.SITES)

STAGE = Group(
    "all",
    _("Stage"),
    (
        field(
            CarStages.car,
            _("Car"),
            Kind.REF,
            ref=CARS,
            on_delete="cascade",
            required=True,
            immutable=True,
            computed=True,
        ),
        field(
            CarStages.status,
            _("Status"),
            Kind.CHOICE,
            choices=status_choices(STATES),
            computed=True,
        ),
        field(CarStages.entered_at, _("From"), Kind.INSTANT, computed=True),
        field(CarStages.left_at, _("To"), Kind.INSTANT, computed=True),
        field(
            CarStages.hours,
            _("Hours"),
            Kind.DECIMAL,
            unit="t",
            sql="round((extract(epoch FROM {row}.left_at - {row}.entered_at) / 3600)::numeric, 2)",
        ),
        field(
            CarStages.week,
            _("Week from"),
            Kind.DATE,
            sql="date_trunc('week', {row}.left_at AT TIME ZONE 'Europe/Oslo')::date",
        ),
        field(CarStages.dealership, _("Site"), Kind.REF, ref=DEALERSHIPS, computed=True),
        field(CarStages.prep_center, pgettext("stage", "Prep centre"), Kind.REF, ref=DEALERSHIPS, computed=True),
    ),
)


def stage_left(case: Case) -> list[Consequence]:
    """Write down the stage that a car leaves.

    A step that is taken back was none: nothing is written, and the stage that goes on is written anew, with its
    first beginning, when it is left for good.
    """
    since = case.was(Cars.status_since)
    if case.before is None or not case.changed(Cars.status) or case.verb == "undo" or since is None:
        return []
    left = case.get(Cars.status_since) or case.now
    if left <= since:
        return []
    values: Values = {
        CarStages.car: case.get(Cars.id),
        CarStages.status: case.was(Cars.status),
        CarStages.entered_at: since,
        CarStages.left_at: left,
        CarStages.dealership: case.was(Cars.dealership),
        CarStages.prep_center: case.was(Cars.prep_center) or case.get(Cars.prep_center),
    }
    return [Consequence(collection="car_stages", system="workflow", patch=values)]


CAR_STAGES = Collection(
    name="car_stages",
    label=_("Stage left behind"),
    plural=_("Time in the stages"),
    groups=(STAGE,),
    access=Access(
        systems=("workflow", "planning", "importer", "demo"),
        grants=(
            *grants("new_car_sales used_car_sales parts reception mechanic detailer", rows=_SEEN),
            # Figures are summed over many cars: these ask for the site that stands on the row.
            Grant(role="planner", rows=Is(CarStages.prep_center, Who.SITE)),
            Grant(role="manager", rows=either(_OWNED, Is(CarStages.prep_center, Who.SITE))),
            *grants("sales_manager finance", rows=_OWNED),
            Grant(role="tenant_admin"),
        ),
        delete_why=_("A step that is taken back was never left behind."),
    ),
    views=Views(
        columns=(
            CarStages.status,
            CarStages.entered_at,
            CarStages.left_at,
            CarStages.hours,
            CarStages.dealership,
            CarStages.prep_center,
        ),
        title=(CarStages.status,),
        sort=("-left_at",),
        filters=(CarStages.status, CarStages.dealership, CarStages.prep_center),
        icon="hourglass",
    ),
    indexes=(("car", "left_at"), ("prep_center", "left_at"), ("dealership", "left_at")),
    history=False,
)
