"""What the front page of each role counts and lines up: lists by their address, and nothing else.

An address may name ``{me}`` and ``{site}``, and days seen from today. A list leaves out what is done with
unless its address asks for a status or for all, and so do these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from directapp.derive.questions import Address
from directapp.kernel.text import Text, _, pgettext

Params = tuple[tuple[str, str], ...]
CARS = "cars"
LONG_IN_STOCK, LATELY = 60, 14
EVERYTHING = ("all", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A list that is counted or lined up: its name and its address; ``late`` says that none would be best."""

    label: Text
    params: Params
    collection: str = CARS
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The front page of a role: its tiles, its work, and which cars its stages count (None: no stages)."""

    tiles: tuple[Ask, ...]
    work: Ask
    stages: Params | None = None


def days_of(today: date) -> dict[str, str]:
    """Return the days that addresses name."""
    monday = today - timedelta(days=today.weekday())
    days = {
        "today": today,
        "yesterday": today - timedelta(days=1),
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "month": today.replace(day=1),
        "year_ago": today - timedelta(days=365),
        "lately": today - timedelta(days=LATELY),
        "long_ago": today - timedelta(days=LONG_IN_STOCK + 1),
    }
    return {name: day.isoformat() for name, day in days.items()}


def address_of_ask(ask: Ask, *, me: UUID | None, site: UUID | None, today: date, sort: str = "") -> Address:
    """Return the address of a list, for somebody on a day."""
    told = {"me": str(me), "site": str(site), **days_of(today)}
    params = tuple((name, value.format_map(told)) for name, value in ask.params)
    return Address(f"/app/{ask.collection}", (*params, *((("sort", sort),) if sort else ())))


def _status(*codes: str) -> Params:
    return tuple(("status", code) for code in codes)


def _ask(label: Text, *params: tuple[str, str], collection: str = CARS, late: bool = False) -> Ask:
    return Ask(label=label, params=params, collection=collection, late=late)


_MINE = ("seller", "{me}")
_OWN_SITE = ("dealership", "{site}")
_USED = (("car_type", "used"), ("car_type", "certified"))
_THIS_WEEK = (("delivery_date.from", "{monday}"), ("delivery_date.to", "{sunday}"))
_DELAYED, _AT_RISK = ("sla_status", "delayed"), ("sla_status", "at_risk")
_READY = _status("ready_for_delivery", "returned_to_dealership", "ready_for_sale", "reserved", "sold")
_STOCK = (*_USED, ("sold_at", "_null"))

_LATE = _ask(_("Overdue"), _DELAYED, late=True)
_RISK = _ask(_("At risk"), _AT_RISK)
_DUE = _ask(_("Promised this week"), *_THIS_WEEK)
_INCOMING = _ask(_("On the way in"), *_status("in_transit"))
_DEVIATIONS = _ask(_("Deviations"), *_status("inspection_failed", "qc_failed"), late=True)
_NO_PARTS = _ask(_("Waiting for parts"), *_status("waiting_parts"))
_APPROVALS = _ask(_("Work to approve"), ("status", "proposed"), collection="work_items")
_LONG = _ask(
    _("Over {long_in_stock} days in stock").fill(long_in_stock=LONG_IN_STOCK),
    _OWN_SITE,
    *_STOCK,
    ("created_at.to", "{long_ago}"),
    late=True,
)
_UNPRICED = _ask(
    _("Sold without purchase price"),
    ("sold_at.from", "{year_ago}"),
    ("purchase_price", "_null"),
    EVERYTHING,
    late=True,
)
_WORRIES = _ask(_("Overdue and at risk"), _DELAYED, _AT_RISK)

_NEW_SALES = Front(
    tiles=(
        _ask(_("My sales"), _MINE),
        _ask(_("Delivery this week"), _MINE, *_THIS_WEEK),
        _ask(_("Waiting for inspection"), _MINE, *_status("at_prep_center", "inspection")),
        _ask(pgettext("several cars", "Ready for pick-up"), _MINE, *_READY),
        _ask(_("Overdue"), _MINE, _DELAYED, late=True),
        _ask(_("Drafts"), _MINE, *_status("draft")),
    ),
    work=_ask(_("Waiting for you"), _MINE, *_status("draft", "registered"), *_READY),
)
_USED_SALES = Front(
    tiles=(
        _ask(_("My used cars"), _MINE, *_USED),
        _LONG,
        _ask(_("Trade-ins to appraise"), _OWN_SITE, *_USED, *_status("draft", "registered")),
        _ask(pgettext("several cars", "Ready for sale"), _OWN_SITE, *_USED, *_READY[:3]),
        _ask(_("Sold, not delivered"), _OWN_SITE, *_USED, *_status("reserved", "sold")),
        _ask(_("Used cars in the group"), *_USED),
    ),
    work=_ask(_("Waiting for you"), _MINE, *_USED, *_status("draft", "registered", "appraised"), *_READY),
)
_PARTS = Front(
    tiles=(
        _ask(_("Accessories to order"), ("status", "none"), collection="car_accessories"),
        _ask(_("Waiting for arrival"), *_status("ordered", "in_transit"), collection="parts_orders"),
        _ask(
            _("Should be here"),
            *_status("ordered", "in_transit"),
            ("eta.to", "{yesterday}"),
            collection="parts_orders",
            late=True,
        ),
        _ask(
            _("Accessories changed in {lately} days").fill(lately=LATELY),
            ("changed_after_order_at.from", "{lately}"),
            collection="car_accessories",
        ),
        _ask(_("Arrived, not installed"), *_status("arrived"), collection="parts_orders"),
        _ask(_("Cars waiting for parts"), *_status("waiting_parts")),
    ),
    work=_ask(_("Parts on their way"), *_status("ordered", "in_transit"), collection="parts_orders"),
)
_RECEPTION = Front(
    tiles=(
        _ask(_("To inspect"), *_status("at_prep_center", "inspection")),
        _ask(_("Failed inspections"), *_status("inspection_failed"), late=True),
        _ask(_("Quality checks"), *_status("quality_check")),
        _INCOMING,
        _ask(
            _("Inspected this week"),
            ("inspection_completed_at.from", "{monday}"),
            ("inspection_completed_at.to", "{sunday}"),
            EVERYTHING,
        ),
        _LATE,
    ),
    work=_ask(
        _("Waiting for you"),
        *_status("at_prep_center", "inspection", "inspection_failed", "quality_check"),
    ),
    stages=(),
)
_PLANNER = Front(
    tiles=(
        _ask(_("Waiting to be planned"), *_status("ready_to_plan")),
        _LATE,
        _ask(
            _("Booked this week"),
            ("provider", "{site}"),
            ("day.from", "{monday}"),
            ("day.to", "{sunday}"),
            collection="resource_bookings",
        ),
        _DUE,
        _ask(_("To be redone"), *_status("qc_failed"), late=True),
        _ask(_("Ready to return"), *_status("ready_for_delivery")),
    ),
    work=_ask(_("Waiting for you"), *_status("ready_to_plan", "ready_for_delivery")),
    stages=(),
)


def _hand(role: str, kind: str) -> Front:
    mine, open_, work = (f"assigned_{role}", "{me}"), (f"{kind}_completed_at", "_null"), f"scheduled_{kind}_start"
    queue = (mine, *_status("planned", "technical_prep", "cosmetic_prep", "qc_failed"), open_)
    return Front(
        tiles=(
            _ask(_("Today"), mine, open_, (f"{work}.to", "{today}")),
            _ask(_("My queue"), *queue),
            _ask(_("Parts missing"), mine, ("parts_status", "ordered"), ("parts_status", "in_transit")),
            _ask(_("To be redone"), mine, *_status("qc_failed"), late=True),
            _ask(_("Cars nobody has"), (f"assigned_{role}", "_null")),
            _ask(
                _("Completed this week"),
                mine,
                (f"{kind}_completed_at.from", "{monday}"),
                (f"{kind}_completed_at.to", "{sunday}"),
                EVERYTHING,
            ),
        ),
        work=_ask(_("Waiting for you"), *queue),
    )


_SALES_MANAGER = Front(
    tiles=(
        _LATE,
        _DUE,
        _ask(pgettext("several cars", "Ready for sale"), *_READY[:3]),
        _ask(_("Sold, not delivered"), *_status("reserved", "sold")),
        _LONG,
        _APPROVALS,
    ),
    work=_WORRIES,
    stages=(),
)
_MANAGER = Front(tiles=(_LATE, _RISK, _DUE, _DEVIATIONS, _NO_PARTS, _APPROVALS), work=_WORRIES, stages=())
_FINANCE = Front(
    tiles=(
        _ask(_("Sold this month"), ("sold_at.from", "{month}"), EVERYTHING),
        _ask(_("Delivered this month"), ("delivered_to_customer_at.from", "{month}"), EVERYTHING),
        _ask(
            _("Sold at a loss this month"),
            ("sold_at.from", "{month}"),
            ("margin.to", "-0.01"),
            EVERYTHING,
            late=True,
        ),
        _UNPRICED,
        _ask(_("Used cars in stock"), *_STOCK),
    ),
    work=_UNPRICED,
)
_ADMIN = Front(
    tiles=(
        _LATE,
        _DEVIATIONS,
        _NO_PARTS,
        _ask(_("Drafts"), *_status("draft")),
        _ask(_("Import rows to decide"), ("outcome", "held"), collection="import_rows"),
        _ask(_("Users without access"), ("active", "false"), collection="users"),
    ),
    work=_WORRIES,
    stages=(),
)

# Until there is more for them to count.
_IN_FLEETS = Front(tiles=(_ask(_("People at my site"), _OWN_SITE, collection="users"),), work=_WORRIES)

# The order is that of the roles of a person who has several.
FRONTS: Mapping[str, Front] = {
    "mechanic": _hand("mechanic", "technical"),
    "detailer": _hand("detailer", "cosmetic"),
    "reception": _RECEPTION,
    "planner": _PLANNER,
    "parts": _PARTS,
    "new_car_sales": _NEW_SALES,
    "used_car_sales": _USED_SALES,
    "sales_manager": _SALES_MANAGER,
    "manager": _MANAGER,
    "finance": _FINANCE,
    **dict.fromkeys(
        (
            "fleet_manager",
            "supervisor",
            "dispatcher",
            "technician",
            "driver",
            "safety_officer",
            "safety_rep",
            "buyer",
            "analyst",
            "auditor",
        ),
        _IN_FLEETS,
    ),
    "tenant_admin": _ADMIN,
}
