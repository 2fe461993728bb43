"""What the front page of each role counts and lines up: lists by their address, and nothing else.

An address may name ``{me}`` and ``{site}``, and days seen from today. A list leaves out what is done with
unless its address asks for a status or for all, and so do these.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from directapp.derive.questions import Address
from directapp.interfaces.web.features.home.ask import Ask, Front, ask_for, statuses
from directapp.interfaces.web.features.home.fleet_asks import FLEET_FRONTS
from directapp.kernel.text import _, pgettext

LONG_IN_STOCK, LATELY = 60, 14
EVERYTHING = ("all", "1")


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


_MINE = ("seller", "{me}")
_OWN_SITE = ("dealership", "{site}")
_USED = (("car_type", "used"), ("car_type", "certified"))
_THIS_WEEK = (("delivery_date.from", "{monday}"), ("delivery_date.to", "{sunday}"))
_DELAYED, _AT_RISK = ("sla_status", "delayed"), ("sla_status", "at_risk")
_READY = statuses("ready_for_delivery", "returned_to_dealership", "ready_for_sale", "reserved", "sold")
_STOCK = (*_USED, ("sold_at", "_null"))

_LATE = ask_for(_("Overdue"), _DELAYED, late=True)
_RISK = ask_for(_("At risk"), _AT_RISK)
_DUE = ask_for(_("Promised this week"), *_THIS_WEEK)
_INCOMING = ask_for(_("On the way in"), *statuses("in_transit"))
_DEVIATIONS = ask_for(_("Deviations"), *statuses("inspection_failed", "qc_failed"), late=True)
_NO_PARTS = ask_for(_("Waiting for parts"), *statuses("waiting_parts"))
_APPROVALS = ask_for(_("Work to approve"), ("status", "proposed"), collection="work_items")
_LONG = ask_for(
    _("Over {long_in_stock} days in stock").fill(long_in_stock=LONG_IN_STOCK),
    _OWN_SITE,
    *_STOCK,
    ("created_at.to", "{long_ago}"),
    late=True,
)
_UNPRICED = ask_for(
    _("Sold without purchase price"),
    ("sold_at.from", "{year_ago}"),
    ("purchase_price", "_null"),
    EVERYTHING,
    late=True,
)
_WORRIES = ask_for(_("Overdue and at risk"), _DELAYED, _AT_RISK)

_NEW_SALES = Front(
    tiles=(
        ask_for(_("My sales"), _MINE),
        ask_for(_("Delivery this week"), _MINE, *_THIS_WEEK),
        ask_for(_("Waiting for inspection"), _MINE, *statuses("at_prep_center", "inspection")),
        ask_for(pgettext("several cars", "Ready for pick-up"), _MINE, *_READY),
        ask_for(_("Overdue"), _MINE, _DELAYED, late=True),
        ask_for(_("Drafts"), _MINE, *statuses("draft")),
    ),
    work=ask_for(_("Waiting for you"), _MINE, *statuses("draft", "registered"), *_READY),
)
_USED_SALES = Front(
    tiles=(
        ask_for(_("My used cars"), _MINE, *_USED),
        _LONG,
        ask_for(_("Trade-ins to appraise"), _OWN_SITE, *_USED, *statuses("draft", "registered")),
        ask_for(pgettext("several cars", "Ready for sale"), _OWN_SITE, *_USED, *_READY[:3]),
        ask_for(_("Sold, not delivered"), _OWN_SITE, *_USED, *statuses("reserved", "sold")),
        ask_for(_("Used cars in the group"), *_USED),
    ),
    work=ask_for(_("Waiting for you"), _MINE, *_USED, *statuses("draft", "registered", "appraised"), *_READY),
)
_PARTS = Front(
    tiles=(
        ask_for(_("Accessories to order"), ("status", "none"), collection="car_accessories"),
        ask_for(_("Waiting for arrival"), *statuses("ordered", "in_transit"), collection="parts_orders"),
        ask_for(
            _("Should be here"),
            *statuses("ordered", "in_transit"),
            ("eta.to", "{yesterday}"),
            collection="parts_orders",
            late=True,
        ),
        ask_for(
            _("Accessories changed in {lately} days").fill(lately=LATELY),
            ("changed_after_order_at.from", "{lately}"),
            collection="car_accessories",
        ),
        ask_for(_("Arrived, not installed"), *statuses("arrived"), collection="parts_orders"),
        ask_for(_("Cars waiting for parts"), *statuses("waiting_parts")),
    ),
    work=ask_for(_("Parts on their way"), *statuses("ordered", "in_transit"), collection="parts_orders"),
)
_RECEPTION = Front(
    tiles=(
        ask_for(_("To inspect"), *statuses("at_prep_center", "inspection")),
        ask_for(_("Failed inspections"), *statuses("inspection_failed"), late=True),
        ask_for(_("Quality checks"), *statuses("quality_check")),
        _INCOMING,
        ask_for(
            _("Inspected this week"),
            ("inspection_completed_at.from", "{monday}"),
            ("inspection_completed_at.to", "{sunday}"),
            EVERYTHING,
        ),
        _LATE,
    ),
    work=ask_for(
        _("Waiting for you"),
        *statuses("at_prep_center", "inspection", "inspection_failed", "quality_check"),
    ),
    stages=(),
)
_PLANNER = Front(
    tiles=(
        ask_for(_("Waiting to be planned"), *statuses("ready_to_plan")),
        _LATE,
        ask_for(
            _("Booked this week"),
            ("provider", "{site}"),
            ("day.from", "{monday}"),
            ("day.to", "{sunday}"),
            collection="resource_bookings",
        ),
        _DUE,
        ask_for(_("To be redone"), *statuses("qc_failed"), late=True),
        ask_for(_("Ready to return"), *statuses("ready_for_delivery")),
    ),
    work=ask_for(_("Waiting for you"), *statuses("ready_to_plan", "ready_for_delivery")),
    stages=(),
)


def _hand(role: str, kind: str) -> Front:
    mine, open_, work = (f"assigned_{role}", "{me}"), (f"{kind}_completed_at", "_null"), f"scheduled_{kind}_start"
    queue = (mine, *statuses("planned", "technical_prep", "cosmetic_prep", "qc_failed"), open_)
    return Front(
        tiles=(
            ask_for(_("Today"), mine, open_, (f"{work}.to", "{today}")),
            ask_for(_("My queue"), *queue),
            ask_for(_("Parts missing"), mine, ("parts_status", "ordered"), ("parts_status", "in_transit")),
            ask_for(_("To be redone"), mine, *statuses("qc_failed"), late=True),
            ask_for(_("Cars nobody has"), (f"assigned_{role}", "_null")),
            ask_for(
                _("Completed this week"),
                mine,
                (f"{kind}_completed_at.from", "{monday}"),
                (f"{kind}_completed_at.to", "{sunday}"),
                EVERYTHING,
            ),
        ),
        work=ask_for(_("Waiting for you"), *queue),
    )


_SALES_MANAGER = Front(
    tiles=(
        _LATE,
        _DUE,
        ask_for(pgettext("several cars", "Ready for sale"), *_READY[:3]),
        ask_for(_("Sold, not delivered"), *statuses("reserved", "sold")),
        _LONG,
        _APPROVALS,
    ),
    work=_WORRIES,
    stages=(),
)
_MANAGER = Front(tiles=(_LATE, _RISK, _DUE, _DEVIATIONS, _NO_PARTS, _APPROVALS), work=_WORRIES, stages=())
_FINANCE = Front(
    tiles=(
        ask_for(_("Sold this month"), ("sold_at.from", "{month}"), EVERYTHING),
        ask_for(_("Delivered this month"), ("delivered_to_customer_at.from", "{month}"), EVERYTHING),
        ask_for(
            _("Sold at a loss this month"),
            ("sold_at.from", "{month}"),
            ("margin.to", "-0.01"),
            EVERYTHING,
            late=True,
        ),
        _UNPRICED,
        ask_for(_("Used cars in stock"), *_STOCK),
    ),
    work=_UNPRICED,
)
_ADMIN = Front(
    tiles=(
        _LATE,
        _DEVIATIONS,
        _NO_PARTS,
        ask_for(_("Drafts"), *statuses("draft")),
        ask_for(_("Import rows to decide"), ("outcome", "held"), collection="import_rows"),
        ask_for(_("Users without access"), ("active", "false"), collection="users"),
    ),
    work=_WORRIES,
    stages=(),
)

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
    **FLEET_FRONTS,
    "tenant_admin": _ADMIN,
}
