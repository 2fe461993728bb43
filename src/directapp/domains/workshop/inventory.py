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
from directapp.kernel.text import Text

OWN_SITE = Is("dealership", Who.SITE)
OWN_SITES = In("dealership", Whose.SITES)


def _own_site(case: Case) -> Any:
    return case.actor.site


def part_number(value: str) -> str:
    """Write a part number as the suppliers do: upper case, single spaces."""
    return value.upper()


STOCK = Group(
    "stock",
    Text("Lager", "Stock"),
    (
        field(
            "dealership",
            "Forhandler",
            "Dealership",
            Kind.REF,
            ref=DEALERSHIPS,
            required=True,
            default=_own_site,
        ),
        field(
            "part_number",
            "Delenummer",
            "Part number",
            required=True,
            max_length=60,
            parse=part_number,
            code=True,
            search=True,
        ),
        field("name", "Navn", "Name", required=True, search=True),
        field("available", "Ledig", "Available", Kind.INTEGER, minimum=0, required=True, default=0),
        field("reserved", "Satt av til biler", "Reserved", Kind.INTEGER, minimum=0, required=True, default=0),
        field("ordered", "I bestilling", "On order", Kind.INTEGER, minimum=0, required=True, default=0),
        field("supplier", "Leverandør", "Supplier"),
        field("reorder_point", "Bestillingspunkt", "Reorder point", Kind.INTEGER, minimum=0),
        field("bin", "Hylleplass", "Bin", max_length=40),
    ),
)
COST = Group(
    "cost",
    Text("Kostpris", "Cost"),
    (field("cost", "Kostpris", "Cost", Kind.MONEY, minimum=0, unit="kr"),),
)

PARTS_INVENTORY = Collection(
    name="parts_inventory",
    label=Text("Lagervare", "Stock item"),
    plural=Text("Delelager", "Parts inventory"),
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
            message=Text("Delenummeret finnes alt på dette lageret.", "This site already stocks that part number."),
        ),
    ),
)
