"""Parts inventory: what a site has on its shelves, what is set aside for cars, what is on its way."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import In, Is, Who, Whose
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.people.roles import WORKING
from directapp.kernel.text import _, pgettext

OWN_SITE = Is("dealership", Who.SITE)
OWN_SITES = In("dealership", Whose.SITES)


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
            "dealership",
            _("Dealership"),
            Kind.REF,
            ref=DEALERSHIPS,
            required=True,
            default=_own_site,
        ),
        field(
            "part_number",
            _("Part number"),
            required=True,
            max_length=60,
            parse=part_number,
            code=True,
            search=True,
        ),
        field("name", _("Name"), required=True, search=True),
        field("available", _("Available"), Kind.INTEGER, minimum=0, required=True, default=0),
        field("reserved", pgettext("parts", "Reserved"), Kind.INTEGER, minimum=0, required=True, default=0),
        field("ordered", _("On order"), Kind.INTEGER, minimum=0, required=True, default=0),
        field("supplier", _("Supplier")),
        field("reorder_point", _("Reorder point"), Kind.INTEGER, minimum=0),
        field("bin", _("Bin"), max_length=40),
    ),
)
COST = Group(
    "cost",
    pgettext("of a part", "Cost"),
    (field("cost", pgettext("of a part", "Cost"), Kind.MONEY, minimum=0, unit="kr"),),
)

PARTS_INVENTORY = Collection(
    name="parts_inventory",
    label=_("Stock item"),
    plural=_("Parts inventory"),
    groups=(STOCK, COST),
    access=Access(
        systems=("workflow", "importer", "demo"),
        grants=(
            *grants(WORKING, read=("stock",)),
            Grant(role="parts", rows=OWN_SITE, read=("stock", "cost"), write=("stock", "cost"), create=True),
            Grant(role="manager", rows=OWN_SITES, read=("stock", "cost")),
            Grant(role="finance", rows=OWN_SITES, read=("stock", "cost"), write=("cost",)),
            Grant(role="tenant_admin", write=("*",), create=True),
        ),
    ),
    views=Views(
        columns=("part_number", "name", "available", "reserved", "ordered", "reorder_point", "bin", "dealership"),
        title=("part_number", "name"),
        sort=("part_number",),
        filters=("dealership", "supplier"),
        icon="packages",
        menu=True,
    ),
    unique=(
        Unique(
            fields=("dealership", "part_number"),
            message=_("This site already stocks that part number."),
        ),
    ),
)
