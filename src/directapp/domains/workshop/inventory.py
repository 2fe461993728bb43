"""Parts inventory: what a site has on its shelves, what is set aside for cars, what is on its way."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import In, Is, Who, Whose
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.people.roles import DEALING
from directapp.domains.workshop.fields import PartsInventory
from directapp.kernel.text import _, pgettext

OWN_SITE = Is(PartsInventory.dealership, Who.SITE)
OWN_SITES = In(PartsInventory.dealership, Whose.SITES)


def _own_site(case: Case) -> Any:
    return case.actor.site


def part_number(value: str) -> str:
    """Write a part number as the suppliers do: upper case, single spaces."""
    return value.upper()


STOCK = Group(
    "stock",
    _("Stock"),
    (
        field(
            PartsInventory.dealership,
            _("Site"),
            Kind.REF,
            ref=DEALERSHIPS,
            required=True,
            default=_own_site,
        ),
        field(
            PartsInventory.part_number,
            _("Part number"),
            required=True,
            max_length=60,
            parse=part_number,
            code=True,
            search=True,
        ),
        field(PartsInventory.name, _("Name"), required=True, search=True),
        field(PartsInventory.available, _("Available"), Kind.INTEGER, minimum=0, required=True, default=0),
        field(
            PartsInventory.reserved, pgettext("parts", "Reserved"), Kind.INTEGER, minimum=0, required=True, default=0
        ),
        field(PartsInventory.ordered, _("On order"), Kind.INTEGER, minimum=0, required=True, default=0),
        field(PartsInventory.supplier, _("Vendor")),
        field(PartsInventory.reorder_point, _("Reorder point"), Kind.INTEGER, minimum=0),
        field(PartsInventory.bin, _("Bin"), max_length=40),
    ),
)
COST = Group(
    "cost",
    pgettext("of a part", "Cost"),
    (field(PartsInventory.cost, pgettext("of a part", "Cost"), Kind.MONEY, minimum=0, unit="kr"),),
)

PARTS_INVENTORY = Collection(
    name="parts_inventory",
    label=_("Stock item"),
    plural=_("Parts inventory"),
    groups=(STOCK, COST),
    access=Access(
        systems=("workflow", "importer", "demo"),
        grants=(
            *grants(f"{DEALING} fleet_manager technician buyer auditor", read=("stock",)),
            Grant(role="parts", rows=OWN_SITE, read=("stock", "cost"), write=("stock", "cost"), create=True),
            Grant(role="manager", rows=OWN_SITES, read=("stock", "cost")),
            Grant(role="finance", rows=OWN_SITES, read=("stock", "cost"), write=("cost",)),
            Grant(role="tenant_admin", write=("*",), create=True),
        ),
    ),
    views=Views(
        columns=(
            PartsInventory.part_number,
            PartsInventory.name,
            PartsInventory.available,
            PartsInventory.reserved,
            PartsInventory.ordered,
            PartsInventory.reorder_point,
            PartsInventory.bin,
            PartsInventory.dealership,
        ),
        title=(PartsInventory.part_number, PartsInventory.name),
        sort=(PartsInventory.part_number,),
        filters=(PartsInventory.dealership, PartsInventory.supplier),
        icon="packages",
        menu=True,
    ),
    unique=(
        Unique(
            fields=(PartsInventory.dealership, PartsInventory.part_number),
            message=_("This site already stocks that part number."),
        ),
    ),
)
