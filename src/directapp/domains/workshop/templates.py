"""Inspection templates: what is looked at when a car is received, as lists the manager can change."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, SetUp, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.domains.people.roles import HANDLING
from directapp.domains.workshop.fields import InspectionTemplates
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

# Everyone who reads a receiving inspection; finance reads none.
CAR_TYPES = choices(
    ("new", _("New car")),
    ("used", _("Used car")),
    ("demo", _("Demo car")),
    ("certified", _("Certified used car")),
)
_MOST, _LONGEST, _MEMBERS = 200, 200, frozenset({"code", "nb", "en", "critical"})
_WORDS_FORM = {"type": "string", "maxLength": _LONGEST, "pattern": "^[^ ]"}
ITEMS_FORM = {
    "type": "array",
    "minItems": 1,
    "maxItems": _MOST,
    "items": {
        "type": "object",
        "description": "Each code once.",
        "properties": {"code": _WORDS_FORM, "nb": _WORDS_FORM, "en": _WORDS_FORM, "critical": {"type": "boolean"}},
        "required": ["code", "nb", "en"],
        "additionalProperties": False,
    },
}
KINDS = choices(
    ("mottak", _("Inspection")),
    ("handover", _("Hand-over")),
)

TEMPLATE = Group(
    "all",
    _("Checklist"),
    (
        field(
            InspectionTemplates.name_nb,
            _("Name in Norwegian"),
            required=True,
            search=True,
            english=InspectionTemplates.name_en,
        ),
        field(InspectionTemplates.name_en, _("Name in English"), required=True),
        field(InspectionTemplates.car_type, _("Car type"), Kind.CHOICE, choices=CAR_TYPES, required=True),
        field(InspectionTemplates.kind, _("Kind"), Kind.CHOICE, choices=KINDS, required=True, default="mottak"),
        field(
            InspectionTemplates.items,
            _("Items"),
            Kind.JSON,
            form=ITEMS_FORM,
            required=True,
            help=_("The items in order: code, nb, en; a remark on an item with critical is always critical."),
        ),
        field(InspectionTemplates.active, _("In use"), Kind.BOOLEAN, default=True),
    ),
)


def item_codes(items: Any) -> list[str]:
    """Return the codes of a checklist's items, in order."""
    return [str(i["code"]) for i in items or () if isinstance(i, dict) and i.get("code")]


def critical_codes(items: Any) -> frozenset[str]:
    """Return the codes of the items on which any remark is critical."""
    return frozenset(str(i["code"]) for i in items or () if isinstance(i, dict) and i.get("critical") is True)


def _is_item(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and set(item) <= _MEMBERS
        and all(isinstance(item.get(k), str) and 0 < len(item[k].strip()) <= _LONGEST for k in ("code", "nb", "en"))
        and isinstance(item.get("critical", False), bool)
    )


def well_made_items(case: Case) -> list[Problem]:
    """Every item has a code of its own and a text in both languages, and may be marked as critical."""
    items = case.get(InspectionTemplates.items)
    if not case.changed(InspectionTemplates.items):
        return []
    if not isinstance(items, list) or not 0 < len(items) <= _MOST or not all(map(_is_item, items)):
        words = _(
            "Must be a list of 1 to {most} items with code, nb and en of up to {longest} characters, and critical "
            "(true or false) where it applies."
        ).fill(most=_MOST, longest=_LONGEST)
        return [Problem(words, field=InspectionTemplates.items)]
    if len(set(item_codes(items))) != len(items):
        return [Problem(_("Two items have the same code."), field=InspectionTemplates.items)]
    return []


INSPECTION_TEMPLATES = Collection(
    name="inspection_templates",
    set_up=SetUp(key=("kind", "car_type", "name_nb")),
    label=_("Checklist"),
    plural=_("Checklists"),
    groups=(TEMPLATE,),
    access=Access(
        systems=("importer", "demo"),
        grants=(
            *grants(HANDLING, read=("all",)),
            Grant(role="manager", write=("all",), create=True),
            Grant(role="tenant_admin", write=("*",), create=True),
        ),
    ),
    views=Views(
        columns=(
            InspectionTemplates.name_nb,
            InspectionTemplates.name_en,
            InspectionTemplates.car_type,
            InspectionTemplates.kind,
            InspectionTemplates.active,
        ),
        title=(InspectionTemplates.name_nb,),
        sort=(InspectionTemplates.name_nb,),
        filters=(InspectionTemplates.car_type, InspectionTemplates.kind, InspectionTemplates.active),
        icon="list-check",
        menu=True,
    ),
    rules=(well_made_items,),
)
