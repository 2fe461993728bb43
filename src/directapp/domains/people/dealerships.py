"""Dealerships: the sites of a tenant, their tree, who prepares for whom, their look and their settings."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, One
from directapp.declare.collection import Collection, SetUp, Unique, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import In, Is, Who, Whose, either
from directapp.domains.people.events import SITE_OPENED
from directapp.domains.people.fields import DEALERSHIPS, PREPARING, Dealerships
from directapp.domains.people.roles import ADMIN, MANAGER, WORKING
from directapp.domains.people.rules import has_a_position, prep_center_fits, prep_fits_type
from directapp.domains.people.values import (
    BRANDS_FORM,
    COLOURS_FORM,
    DAYS,
    GOALS_FORM,
    LIMITS_FORM,
    OPENING_HOURS_FORM,
    parse_brands,
    parse_colours,
    parse_goals,
    parse_limits,
    parse_opening_hours,
)
from directapp.kernel.text import _, pgettext
from directapp.services.attachments import FILES

# Whole kroner by role; null is without limit.
APPROVAL_LIMITS: dict[str, int | None] = {
    "mechanic": 0,
    "detailer": 0,
    "planner": 5_000,
    "new_car_sales": 10_000,
    "used_car_sales": 10_000,
    "sales_manager": None,
    "manager": None,
    "finance": None,
    "tenant_admin": None,
}


_AS_ON_MAPS = _("In degrees with decimals, as maps show it: 58.146700.")


def _does_own_prep(case: Case) -> bool:
    return case.get(Dealerships.dealership_type) in PREPARING


PUBLIC = Group(
    "public",
    _("Site"),
    (
        field(Dealerships.number, _("Number"), code=True, required=True, max_length=20, search=True),
        field(Dealerships.code, _("Code"), code=True, max_length=20, search=True),
        field(Dealerships.name, _("Name"), required=True, max_length=120, search=True),
        field(Dealerships.location, _("Location"), max_length=120, search=True),
        field(
            Dealerships.dealership_type,
            _("Type"),
            Kind.CHOICE,
            required=True,
            choices=choices(
                ("sales_only", _("Sales only")),
                ("prep_center_only", _("Prep centre only")),
                ("sales_and_prep", _("Sales and prep")),
                ("depot", _("Depot")),
                ("office", _("Office")),
                ("workshop", _("Workshop")),
                ("energy_station", _("Energy station")),
            ),
        ),
        field(
            Dealerships.functions,
            _("Functions"),
            Kind.CHOICES,
            default=[],
            choices=choices(
                ("new_sales", pgettext("department", "New car sales")),
                ("used_sales", pgettext("department", "Used car sales")),
                ("detailing", _("Cosmetic")),
                ("mechanical", _("Technical")),
                ("parts", pgettext("department", "Parts")),
                ("body_repair", _("Body repair")),
                ("paint", _("Paint")),
            ),
        ),
        field(Dealerships.brands, _("Brands"), Kind.CHOICES, default=[], parse=parse_brands, form=BRANDS_FORM),
        field(Dealerships.phone, _("Phone"), Kind.PHONE),
        field(
            Dealerships.latitude,
            _("Latitude"),
            Kind.DECIMAL,
            scale=6,
            minimum=-90,
            maximum=90,
            unit="°",
            help=_AS_ON_MAPS,
        ),
        field(Dealerships.longitude, _("Longitude"), Kind.DECIMAL, scale=6, minimum=-180, maximum=180, unit="°"),
        field(
            Dealerships.opening_hours,
            _("Opening hours"),
            Kind.JSON,
            parse=parse_opening_hours,
            keys=DAYS,
            form=OPENING_HOURS_FORM,
            help=_("A line for each day that is open, for example Monday: 07:00-16:00."),
        ),
        field(Dealerships.parent_dealership, _("Head office"), Kind.REF, ref=DEALERSHIPS, tree=True),
        field(
            Dealerships.prep_center,
            _("Prep centre"),
            Kind.REF,
            ref=DEALERSHIPS,
            help=_("Where the cars are prepared."),
        ),
        field(Dealerships.does_own_prep, _("Does own prep"), Kind.BOOLEAN, default=_does_own_prep),
        field(Dealerships.active, pgettext("site", "Active"), Kind.BOOLEAN, default=True),
    ),
)

BRANDING = Group(
    "branding",
    _("Branding"),
    (
        field(Dealerships.logo, _("Logo"), Kind.REF, ref=FILES, on_delete="set_null"),
        field(Dealerships.brand_colors, _("Colours"), Kind.JSON, parse=parse_colours, form=COLOURS_FORM),
    ),
)

SETTINGS = Group(
    "settings",
    _("Settings"),
    (
        field(
            Dealerships.stage_goals,
            _("Goals per status"),
            Kind.JSON,
            default={},
            parse=parse_goals,
            form=GOALS_FORM,
            unit="h",
            help=_("How many hours a car may stand in each status before it turns yellow, and red."),
        ),
        field(
            Dealerships.archive_after_days,
            _("Archive after"),
            Kind.INTEGER,
            default=0,
            minimum=0,
            maximum=3650,
            unit="d",
            help=_("Days after delivery; 0 is at once."),
        ),
        field(Dealerships.quality_check, _("Quality check"), Kind.BOOLEAN, default=True),
        field(
            Dealerships.appraisal,
            _("Appraisal"),
            Kind.BOOLEAN,
            default=True,
            help=_("A used car whose appraisal price stands has a status of its own until it is sent or arrives."),
        ),
        field(
            Dealerships.decide_without_checklist,
            _("Inspection without a checklist"),
            Kind.BOOLEAN,
            default=True,
            help=_("An inspection may be approved or failed without its checklist, with a reason."),
        ),
        field(
            Dealerships.approval_limits,
            _("Approval limits"),
            Kind.JSON,
            default=APPROVAL_LIMITS,
            parse=parse_limits,
            form=LIMITS_FORM,
            unit="NOK",
        ),
    ),
)

_OWN = Is(Dealerships.id, Who.SITE)
_BELOW = In(Dealerships.id, Whose.SITES)

COLLECTION = Collection(
    name="dealerships",
    set_up=SetUp(key=(Dealerships.number,), leave_out=(Dealerships.logo,)),
    label=_("Site"),
    plural=_("Sites"),
    groups=(PUBLIC, BRANDING, SETTINGS),
    access=Access(
        grants=(
            *grants(WORKING, read=("public", "branding"), full=False),
            Grant(
                role="planner", rows=either(_OWN, Is(Dealerships.prep_center, Who.SITE)), read=("settings",), full=False
            ),
            *grants("sales_manager finance", rows=_BELOW, read=("settings",), full=False),
            Grant(role=MANAGER, rows=_BELOW, read=("settings",)),
            Grant(role=MANAGER, rows=_OWN, read=("settings",), write=("branding", "settings")),
            Grant(role=ADMIN, read=("*",), write=("*",), create=True),
        ),
        systems=("signin", "importer", "demo", "workflow"),
    ),
    views=Views(
        columns=(
            Dealerships.number,
            Dealerships.name,
            Dealerships.location,
            Dealerships.dealership_type,
            Dealerships.prep_center,
            Dealerships.active,
        ),
        title=(Dealerships.number, Dealerships.name),
        sort=(Dealerships.number,),
        filters=(Dealerships.dealership_type, Dealerships.location, Dealerships.active),
        icon="building-store",
        menu=True,
    ),
    rules=(prep_fits_type, prep_center_fits, has_a_position),
    related=(One("prep", Dealerships.prep_center, DEALERSHIPS),),
    unique=(
        Unique(
            fields=(Dealerships.number,),
            message=_("Another site has this number."),
        ),
    ),
    events=(Emit(event=SITE_OPENED, when=lambda case: case.before is None),),
)
