"""How a booking goes, as SQL over its own row: what came of it, how late it began and how long it ran over.

``{row}`` is the row's alias, ``{now}`` the moment that is asked about.
"""

from directapp.declare.fields import choices
from directapp.domains.planning.booking_hours import GONE
from directapp.kernel.text import _

TOLERANCE = 15
HELD = "{row}.status NOT IN (" + ", ".join(f"'{code}'" for code in GONE) + ")"

# Each booking that is held has one of these, so that their numbers add up.
OUTCOMES = choices(
    ("completed", _("Completed")),
    ("in_progress", _("In progress")),
    ("unreported", _("Without outcome")),
    ("ahead", _("Ahead")),
    tones={"unreported": "soon"},
)
UNREPORTED = "({row}.started_at IS NULL AND {row}.completed_at IS NULL AND {row}.ends_at < {now})"
OUTCOME = (
    f"CASE WHEN NOT {HELD} THEN NULL WHEN {{row}}.completed_at IS NOT NULL THEN 'completed'"
    " WHEN {row}.started_at IS NOT NULL THEN 'in_progress'"
    f" WHEN {UNREPORTED} THEN 'unreported' ELSE 'ahead' END"
)


def _minutes(interval: str) -> str:
    return f"greatest(0, floor(date_part('epoch', {interval}) / 60))::int"


# What has not begun or ended yet is as late as it is now.
LATE_START = _minutes("least(coalesce({row}.started_at, {row}.completed_at), {now}) - {row}.starts_at")
OVERRUN = (
    "CASE WHEN {row}.started_at IS NULL THEN 0 ELSE "
    + _minutes(
        "(coalesce({row}.completed_at, greatest({now}, {row}.started_at)) - {row}.started_at)"
        " - ({row}.ends_at - {row}.starts_at)"
    )
    + " END"
)
# Of what nobody has started by its end it is not known that it was late: it is without outcome, and only that.
DELAYED = (
    f"({HELD} AND {{row}}.starts_at <= {{now}} AND NOT {UNREPORTED}"
    f" AND greatest({LATE_START}, {OVERRUN}) > {TOLERANCE})"
)


def as_of_now(sql: str) -> str:
    """Return such SQL as a field asks it: of the present moment."""
    return sql.replace("{now}", "now()")
