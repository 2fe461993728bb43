"""The prototype's sites and people: what a row of each becomes."""

from collections.abc import Mapping
from typing import Any

from directapp.domains.imports.sheet import Sheet
from directapp.domains.people.fields import DEALERSHIPS, Dealerships, Users
from directapp.kernel.text import _
from directapp.services.incoming import Incoming, Pointer

FUNCTIONS = {
    "dealership_f_newsales": "new_sales",
    "dealership_f_usedsales": "used_sales",
    "dealership_f_cardetail": "detailing",
    "dealership_f_mechanical": "mechanical",
    "dealership_f_parts": "parts",
    "dealership_f_bodyrepair": "body_repair",
    "dealership_f_paint": "paint",
}
SALES = frozenset({"new_sales", "used_sales"})
PREP = frozenset({"detailing", "mechanical"})
# The prototype does not say who prepares for those that only sell; there was one such centre.
PREP_CENTER = "499"
ROLES: Mapping[str, tuple[str, ...]] = {
    "nybilselger": ("new_car_sales",),
    "bruktbilselger": ("used_car_sales",),
    "delelager": ("parts",),
    "mottakskontroll": ("reception",),
    "booking": ("planner",),
    "klargjoring": ("mechanic", "detailer"),
    "klargjøring": ("mechanic", "detailer"),
    "daglig leder": ("manager",),
}
_NO_ROLE = _("The role “{role}” is not known.")
_NO_FUNCTION = _("The function “{name}” is not known and was left out.")
_MISSING = _("Missing.")


def functions_of(row: Mapping[str, Any]) -> list[str]:
    """Return the functions of a site that are known, in our words."""
    return [FUNCTIONS[name] for name in row.get("dealership_functions") or () if name in FUNCTIONS]


def type_of(functions: list[str]) -> str:
    """Return the type that follows from a site's functions."""
    has = set(functions)
    if not has & SALES:
        return "prep_center_only"
    return "sales_and_prep" if has & PREP else "sales_only"


def does_own_prep(row: Mapping[str, Any]) -> bool:
    """Whether a site of the prototype prepares its cars itself."""
    return type_of(functions_of(row)) != "sales_only"


def site(sheet: Sheet) -> Incoming:
    """Return what a site becomes; one with its number is there already and stays as it is."""
    for column, name in (
        ("dealership_code", "number"),
        ("dealership_name", "name"),
        ("dealership_location", "location"),
    ):
        if sheet.take(name, column) is None and name != "location" and not sheet.notes:
            sheet.note("rejected", _MISSING, name)
    for name in sheet.given("dealership_functions") or ():
        if name not in FUNCTIONS:
            sheet.note("warning", _NO_FUNCTION.fill(name=name), "functions", before=name)
    functions = functions_of(sheet.raw.data)
    kind = type_of(functions)
    sheet.values |= {"functions": functions, "dealership_type": kind}
    if kind == "sales_only":
        sheet.put("prep_center", Pointer(DEALERSHIPS, PREP_CENTER, "number", required=True))
    return sheet.incoming(match={"number": sheet.values.get(Dealerships.number)})


def person(sheet: Sheet) -> Incoming:
    """Return what a person becomes: invited, without password; nobody is written to."""
    for column, name in (("first_name", "first_name"), ("last_name", "last_name"), ("email", "email")):
        if sheet.take(name, column) is None and sheet.given(column) is None:
            sheet.note("rejected", _MISSING, name)
    role = sheet.word("role")
    roles = ROLES.get(role)
    if roles is None:
        sheet.note("rejected", _NO_ROLE.fill(role=sheet.given("role")), "roles", before=sheet.given("role"))
    sheet.put("roles", list(roles or ()))
    sheet.point("dealership", DEALERSHIPS, "dealership_code", by="number", required=True)
    sheet.take("seller_number", "selgernummer")
    sheet.put("active", sheet.word("status") == "active")
    sheet.put("invited_at", sheet.now)
    return sheet.incoming(match={"email": sheet.values.get(Users.email)})
