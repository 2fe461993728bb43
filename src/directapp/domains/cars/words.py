"""The choices that car fields offer, in the trade's words."""

from directapp.declare.fields import Choice, choices
from directapp.domains.cars.fields import WORK
from directapp.kernel.text import _, language_names, pgettext

CAR_TYPES: tuple[Choice, ...] = choices(
    ("new", pgettext("car type", "New")),
    ("used", pgettext("car type", "Used")),
    ("demo", _("Demo")),
    ("certified", _("Certified used")),
    also={"new": ("nye", "ny"), "used": ("brukte", "brukt", "bruktbiler"), "demo": ("demo", "demobiler")},
)
NEW = ("new", "demo")
USED = ("used", "certified")
PRIORITIES = choices(
    ("low", _("Low")),
    ("normal", _("Normal")),
    ("high", _("High")),
    ("urgent", _("Urgent")),
    tones={"urgent": "late", "high": "soon"},
    also={
        "urgent": ("hastesak", "haster", "urgente"),
        "high": ("høy prioritet", "high priority"),
        "low": ("lav prioritet", "low priority"),
        "normal": ("normal prioritet", "normal priority"),
    },
)
CUSTOMER_KINDS = choices(("person", pgettext("customer", "Person")), ("company", _("Company")))
CUSTOMER_LANGUAGES = choices(*language_names())
WINDOW_FILMS = choices(("none", _("None")), ("S", _("S")), ("M", _("M")), ("L", _("L")))
TREATMENTS = choices(
    ("none", _("None")),
    ("standard", _("Standard")),
    ("premium", _("Premium")),
    ("ultra", _("Ultra")),
)
PARTS_STATUSES = choices(
    ("none", _("No parts")),
    ("ordered", _("Ordered")),
    ("in_transit", _("In transit")),
    ("arrived", _("Arrived")),
    ("installed", _("Installed")),
)
REWORK = choices(
    ("technical", _("Technical")),
    ("cosmetic", _("Cosmetic")),
    ("both", _("Technical and cosmetic")),
)
SLA = choices(
    ("on_time", _("On time")),
    ("at_risk", _("At risk")),
    ("delayed", _("Delayed")),
    tones={"on_time": "done", "at_risk": "soon", "delayed": "late"},
    also={
        "delayed": ("forsinkede", "forsinka", "sein", "for sent", "late"),
        "at_risk": ("i fare for forsinkelse", "står i fare"),
        "on_time": ("i tide",),
    },
)
ARCHIVE_REASONS = choices(
    ("cancelled", _("Cancelled")),
    ("scrapped", _("Scrapped")),
    ("sold_to_trade", _("Sold to trade")),
    ("returned_to_factory", _("Returned to factory")),
    ("duplicate", _("Registered twice")),
    ("delivered", _("Delivered to customer")),
)
WORK_KINDS = choices(*((kind, work.label) for kind, work in WORK.items()))
