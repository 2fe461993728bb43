"""The period that a standing plan holds for: from a day to a day, both taken in; an open end holds for ever."""

from directapp.declare.case import Case
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.domains.planning.fields import CapacityRules
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

PERIOD = (
    field(CapacityRules.valid_from, _("Valid from"), Kind.DATE),
    field(CapacityRules.valid_to, _("Valid to"), Kind.DATE),
)


def period_fits(case: Case) -> list[Problem]:
    """Demand that a period ends after it begins."""
    first, last = case.get(CapacityRules.valid_from), case.get(CapacityRules.valid_to)
    if first and last and last < first:
        words = _("The period ends before it begins.")
        return [Problem(words, field=CapacityRules.valid_to)]
    return []
