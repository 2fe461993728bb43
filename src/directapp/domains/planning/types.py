"""Resource types: the kinds of work that time is planned for."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, SetUp, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.domains.people.roles import DEALING
from directapp.domains.planning.fields import ResourceTypes
from directapp.domains.planning.rights import SYSTEMS
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext

WORKS = choices(
    ("technical", _("Technical preparation")),
    ("cosmetic", _("Cosmetic preparation")),
    ("inspection", _("Inspection")),
    ("quality", _("Quality check")),
    ("parts", _("Parts")),
    ("reception", _("Customer reception")),
    ("delivery", _("Delivery")),
    ("other", _("Other")),
)
COLOUR_FORM = {"type": "string", "format": "color", "pattern": "^#[0-9a-f]{6}$"}


def parse_colour(value: Any) -> str:
    """Understand a colour: # and six hexadecimal digits."""
    text = str(value).strip().lower()
    digits = text.removeprefix("#")
    if len(digits) != len("rrggbb") or any(c not in "0123456789abcdef" for c in digits):
        raise BadValueError(_("Must be a colour, for example #3355aa."))
    return f"#{digits}"


ALL = Group(
    "all",
    _("Resource type"),
    (
        field(ResourceTypes.code, _("Code"), code=True, required=True, max_length=40, immutable=True),
        field(
            ResourceTypes.name_nb,
            _("Name (Norwegian)"),
            required=True,
            max_length=60,
            search=True,
            english=ResourceTypes.name_en,
        ),
        field(ResourceTypes.name_en, _("Name (English)"), required=True, max_length=60, search=True),
        field(ResourceTypes.work, _("Work"), Kind.CHOICE, choices=WORKS, required=True, default="other"),
        field(ResourceTypes.icon, _("Icon"), max_length=40, default="tool"),
        field(ResourceTypes.color, _("Colour"), max_length=7, default="#4263eb", parse=parse_colour, form=COLOUR_FORM),
        field(
            ResourceTypes.default_hours,
            _("Default duration"),
            Kind.DECIMAL,
            required=True,
            default=1,
            minimum=0,
            maximum=24,
            unit="t",
        ),
        field(ResourceTypes.is_productive, _("Productive work"), Kind.BOOLEAN, default=True),
        field(ResourceTypes.bookable, _("Bookable"), Kind.BOOLEAN, default=True),
        field(ResourceTypes.requires_assignment, _("Needs a person"), Kind.BOOLEAN, default=False),
        field(
            ResourceTypes.order,
            pgettext("sequence", "Order"),
            Kind.INTEGER,
            default=lambda _: 100,
            minimum=0,
            maximum=9999,
        ),
    ),
)


def lasts(case: Case) -> list[Problem]:
    """Nothing lasts no time: refuse a default of zero."""
    if case.get(ResourceTypes.default_hours):
        return []
    return [Problem(_("The duration must be above zero."), field=ResourceTypes.default_hours)]


RESOURCE_TYPES = Collection(
    name="resource_types",
    set_up=SetUp(key=("code",)),
    label=_("Resource type"),
    plural=_("Resource types"),
    groups=(ALL,),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(DEALING, read=("all",)),
            Grant(role="tenant_admin", write=("all",), create=True),
        ),
    ),
    views=Views(
        columns=(
            ResourceTypes.name_nb,
            ResourceTypes.work,
            ResourceTypes.default_hours,
            ResourceTypes.is_productive,
            ResourceTypes.bookable,
            ResourceTypes.requires_assignment,
        ),
        title=(ResourceTypes.name_nb,),
        sort=(ResourceTypes.order,),
        filters=(ResourceTypes.work, ResourceTypes.bookable),
        icon="category",
    ),
    rules=(lasts,),
    unique=(Unique(fields=(ResourceTypes.code,), message=_("Another type has this code.")),),
)

_SEED = (
    ("mechanical", "Teknisk", "Technical", "technical", "tool", "#7048e8", "2.5", True, True),
    ("cosmetic", "Kosmetisk", "Cosmetic", "cosmetic", "sparkles", "#c2255c", "2.5", True, True),
    ("inspection", "Mottakskontroll", "Inspection", "inspection", "clipboard-check", "#b35900", "0.5", True, True),
    ("customer_reception", "Kundemottak", "Customer reception", "reception", "user", "#1971c2", "0.25", False, True),
    ("parts", "Delelager", "Parts", "parts", "package", "#a14b00", "0.5", False, False),
    ("quality", "Kvalitetskontroll", "Quality check", "quality", "shield-check", "#8f6b00", "0.5", True, True),
    ("delivery", "Levering", "Delivery", "delivery", "key", "#2b8a3e", "1", False, True),
)


def seed_types() -> list[dict[str, Any]]:
    """Return the types that a new company begins with."""
    names = ("code", "name_nb", "name_en", "work", "icon", "color", "default_hours", "is_productive")
    return [
        dict(zip(names, row[:8], strict=True)) | {"requires_assignment": row[8], "order": (place + 1) * 10}
        for place, row in enumerate(_SEED)
    ]
