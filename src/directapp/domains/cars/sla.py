"""When a car is expected to be ready, and how that stands to the promised day: SQL over its own row.

``{row}`` is the row's alias. Planning works out when a car will be ready and puts it down (``outlook_at``); what has
passed since then is read as now, so that no car that is not ready was expected to be before.
"""

EXPECTED_READY_AT = (
    "CASE WHEN {row}.ready_for_delivery_at IS NOT NULL THEN {row}.ready_for_delivery_at"
    " WHEN {row}.outlook_at IS NULL OR {row}.delivered_to_customer_at IS NOT NULL OR {row}.status = 'archived'"
    " THEN NULL"
    " ELSE greatest({row}.outlook_at, (SELECT now())) END"
)

# Asked once a statement, not once a row.
_TODAY = "(SELECT (now() AT TIME ZONE 'Europe/Oslo')::date)"
_EXPECTED_DAY = f"(({EXPECTED_READY_AT}) AT TIME ZONE 'Europe/Oslo')::date"
_DELIVERED_DAY = "({row}.delivered_to_customer_at AT TIME ZONE 'Europe/Oslo')::date"

# Whether a car that had a promised day was ready on it; None of those that had none, or are not ready.
READY_IN_TIME = "(({row}.ready_for_delivery_at AT TIME ZONE 'Europe/Oslo')::date <= {row}.delivery_date)"

READY_WEEK = "date_trunc('week', {row}.ready_for_delivery_at AT TIME ZONE 'Europe/Oslo')::date"
PREPARATION_DAYS = (
    "round((extract(epoch FROM {row}.ready_for_delivery_at - {row}.arrived_prep_center_at) / 86400)::numeric, 2)"
)

# A car that nobody waits for is not late, whatever day somebody has aimed at.
SLA_STATUS = (
    "CASE WHEN {row}.delivery_date IS NULL THEN NULL"
    " WHEN {row}.delivered_to_customer_at IS NOT NULL THEN"
    f" CASE WHEN {_DELIVERED_DAY} <= {{row}}.delivery_date THEN 'on_time' ELSE 'delayed' END"
    " WHEN {row}.status = 'archived' OR {row}.customer_name IS NULL THEN NULL"
    f" WHEN {{row}}.delivery_date < {_TODAY} OR {_EXPECTED_DAY} > {{row}}.delivery_date THEN 'delayed'"
    " WHEN {row}.ready_for_delivery_at IS NOT NULL THEN 'on_time'"
    f" WHEN {_EXPECTED_DAY} = {{row}}.delivery_date"
    f" OR ({_EXPECTED_DAY} IS NULL AND {{row}}.delivery_date <= {_TODAY} + 2)"
    " OR {row}.status IN ('inspection_failed', 'qc_failed') THEN 'at_risk'"
    " ELSE 'on_time' END"
)
