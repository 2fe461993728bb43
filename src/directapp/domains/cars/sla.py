"""When a car is expected to be ready, and how that stands to the promised day: SQL over its own row.

``{row}`` is the row's alias. A running or planned piece of work ends its estimate after it starts, though
never before now; a needed piece of work without a plan leaves the answer open.
"""

_ENDS = (
    "CASE WHEN NOT coalesce({{row}}.needs_{kind}, true) THEN NULL"
    " WHEN {{row}}.{kind}_completed_at IS NOT NULL THEN {{row}}.{kind}_completed_at"
    " ELSE greatest(coalesce({{row}}.{kind}_started_at + {hours},"
    " greatest({{row}}.scheduled_{kind}_start, now()) + {hours}), now()) END"
)
_OPEN = (
    "(coalesce({{row}}.needs_{kind}, true) AND {{row}}.{kind}_completed_at IS NULL"
    " AND {{row}}.{kind}_started_at IS NULL AND {{row}}.scheduled_{kind}_start IS NULL)"
)


def _hours(kind: str) -> str:
    return f"coalesce({{row}}.estimated_{kind}_hours, 0)::float8 * interval '1 hour'"


def _ends(kind: str) -> str:
    return _ENDS.format(kind=kind, hours=_hours(kind))


def _open(kind: str) -> str:
    return _OPEN.format(kind=kind)


EXPECTED_READY_AT = (
    "CASE WHEN {row}.ready_for_delivery_at IS NOT NULL THEN {row}.ready_for_delivery_at"
    f" WHEN {_open('technical')} OR {_open('cosmetic')} THEN NULL"
    f" ELSE greatest({_ends('technical')}, {_ends('cosmetic')}) END"
)

# Asked once a statement, not once a row.
_TODAY = "(SELECT (now() AT TIME ZONE 'Europe/Oslo')::date)"
_EXPECTED_DAY = f"(({EXPECTED_READY_AT}) AT TIME ZONE 'Europe/Oslo')::date"
_DELIVERED_DAY = "({row}.delivered_to_customer_at AT TIME ZONE 'Europe/Oslo')::date"

SLA_STATUS = (
    "CASE WHEN {row}.delivery_date IS NULL THEN NULL"
    " WHEN {row}.delivered_to_customer_at IS NOT NULL THEN"
    f" CASE WHEN {_DELIVERED_DAY} <= {{row}}.delivery_date THEN 'on_time' ELSE 'delayed' END"
    " WHEN {row}.status = 'archived' THEN NULL"
    f" WHEN {{row}}.delivery_date < {_TODAY} OR {_EXPECTED_DAY} > {{row}}.delivery_date THEN 'delayed'"
    " WHEN {row}.ready_for_delivery_at IS NOT NULL THEN 'on_time'"
    f" WHEN {_EXPECTED_DAY} = {{row}}.delivery_date"
    f" OR ({_EXPECTED_DAY} IS NULL AND {{row}}.delivery_date <= {_TODAY} + 2)"
    " OR {row}.status IN ('inspection_failed', 'qc_failed') THEN 'at_risk'"
    " ELSE 'on_time' END"
)
