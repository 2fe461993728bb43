"""What the front pages of a fleet's people count and line up."""

from collections.abc import Mapping

from directapp.interfaces.web.features.home.ask import Front, ask_for, statuses
from directapp.kernel.text import _, pgettext

_VEHICLES, _CERTIFICATIONS, _SCHEDULES = "vehicles", "certifications", "maintenance_schedules"
_ORDERS = "work_orders"
_MINE = ("holder", "{me}")
_RUNNING = ask_for(_("In operation"), *statuses("active"), collection=_VEHICLES)
_WORKSHOP = ask_for(_("At the workshop"), *statuses("in_workshop"), collection=_VEHICLES)
_STANDING = ask_for(_("Out of service"), *statuses("out_of_service"), collection=_VEHICLES, late=True)
_COMING = ask_for(pgettext("vehicle", "Being prepared"), *statuses("planned", "commissioning"), collection=_VEHICLES)
_INSPECTION = ask_for(
    _("Periodic inspection this week, or overdue"),
    ("next_inspection_due.to", "{sunday}"),
    collection=_VEHICLES,
    late=True,
)
_EXPIRED = ask_for(_("Expired certificates"), ("standing", "expired"), collection=_CERTIFICATIONS, late=True)
_SOON = ask_for(_("Certificates that expire soon"), ("standing", "soon"), collection=_CERTIFICATIONS)
_DUE = ask_for(
    _("Maintenance due or overdue"), ("standing", "due"), ("standing", "overdue"), collection=_SCHEDULES, late=True
)
_MY_ORDERS = ask_for(
    _("Your work orders"),
    ("technician", "{me}"),
    *statuses("scheduled", "in_progress", "on_hold"),
    collection=_ORDERS,
)
_FREE_ORDERS = ask_for(
    _("Work orders nobody has"), ("technician", "_null"), *statuses("draft", "open", "approved"), collection=_ORDERS
)
_ORDERS_TO_APPROVE = ask_for(_("Work orders to approve"), *statuses("awaiting_approval"), collection=_ORDERS)
_TO_APPROVE = ask_for(_("Assignments to approve"), *statuses("submitted"), collection="assignments")
_TO_HAND_OUT = ask_for(_("Vehicles to hand out"), *statuses("approved"), collection="assignments")
_RESERVED = ask_for(_("Reserved and fetched"), *statuses("reserved", "out"), collection="reservations")
_TROUBLE = ask_for(_("Workshop and out of service"), *statuses("in_workshop", "out_of_service"), collection=_VEHICLES)
_FLEET = Front(tiles=(_RUNNING, _WORKSHOP, _STANDING, _INSPECTION), work=_TROUBLE)
_LEADS = Front(tiles=(_STANDING, _DUE, _ORDERS_TO_APPROVE, _INSPECTION, _TO_APPROVE, _EXPIRED), work=_TROUBLE)
_MY_VEHICLES = ask_for(_("Vehicles you have"), _MINE, collection=_VEHICLES)

FLEET_FRONTS: Mapping[str, Front] = {
    "fleet_manager": _LEADS,
    "dispatcher": Front(tiles=(_RUNNING, _TO_HAND_OUT, _RESERVED, _STANDING, _SOON, _EXPIRED), work=_TO_HAND_OUT),
    "supervisor": Front(tiles=(_TO_APPROVE, _SOON, _EXPIRED), work=_TO_APPROVE),
    "technician": Front(tiles=(_MY_ORDERS, _FREE_ORDERS, _WORKSHOP, _STANDING, _DUE, _INSPECTION), work=_MY_ORDERS),
    "driver": Front(
        tiles=(
            _MY_VEHICLES,
            ask_for(
                _("Your reservations"), ("person", "{me}"), *statuses("reserved", "out"), collection="reservations"
            ),
            _SOON,
            _EXPIRED,
        ),
        work=_MY_VEHICLES,
    ),
    "safety_officer": Front(tiles=(_STANDING, _INSPECTION, _SOON, _EXPIRED), work=_EXPIRED),
    "safety_rep": Front(tiles=(_STANDING, _INSPECTION, _SOON, _EXPIRED), work=_EXPIRED),
    "buyer": _FLEET,
    "analyst": _FLEET,
    "auditor": _FLEET,
}
