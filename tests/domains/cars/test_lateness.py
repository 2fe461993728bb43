"""Why a car is late, from its own record: one cause each, the first that has to be put right."""

from typing import Any

from directapp.domains.cars.lateness import LATE_CAUSES
from directapp.kernel.actor import system_actor
from support.lot import Lot

SELLER = "new_car_sales.495"
_LATE = "delivery_date = current_date - 2, customer_name = 'Kari'"
_READY = "ready_for_delivery_at = now(), arrived_prep_center_at = now() - interval '3 days'"
CASES = (
    ("status = 'inspection_failed'", "rework"),
    ("status = 'technical_prep', rework = 'technical', parts_status = 'ordered'", "rework"),
    ("status = 'waiting_parts'", "parts"),
    ("status = 'planned', parts_status = 'in_transit'", "parts"),
    ("status = 'in_transit'", "transport"),
    (f"status = 'ready_for_delivery', {_READY}", "transport"),
    (f"status = 'ready_for_delivery', prep_center = dealership, {_READY}", "customer"),
    (f"status = 'sold', parts_status = 'ordered', {_READY}", "customer"),
    ("status = 'ready_to_plan'", "capacity"),
    ("status = 'technical_prep', scheduled_technical_start = now()", "capacity"),
    ("status = 'technical_prep', scheduled_technical_start = now() - interval '5 days'", "unknown"),
    ("status = 'draft'", "unknown"),
    ("status = 'ready_to_plan', customer_name = NULL", None),
    ("status = 'ready_to_plan', delivery_date = NULL", None),
    ("status = 'ready_to_plan', delivery_date = current_date + 30", None),
    ("status = 'delivered', delivered_to_customer_at = now()", None),
)


async def test_a_late_car_says_why(lot: Lot) -> None:
    car = await lot.car(SELLER)
    found = []
    for changes, _ in CASES:
        async with lot.database.unit(system_actor(lot.tenant, "demo")) as unit:
            cleared = "rework = NULL, parts_status = 'none', scheduled_technical_start = NULL"
            cleared += ", ready_for_delivery_at = NULL, delivered_to_customer_at = NULL"
            for values in (f"{cleared}, {_LATE}, prep_center = '{lot.sites['499']}'", changes):
                await unit.value(f"UPDATE cars SET {values} WHERE id = $1", car)
        row: dict[str, Any] = await lot.see(SELLER, car)
        found.append((changes, row["late_cause"]))
    assert found == list(CASES)
    assert {cause for _, cause in CASES} == {None, *(c.code for c in LATE_CAUSES)}
