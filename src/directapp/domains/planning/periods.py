"""The period that a standing plan holds for: from a day to a day, both taken in; an open end holds for ever."""

from directapp.declare.case import Case
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

PERIOD = (
    field("valid_from", _("Valid from"), Kind.DATE),
    field("valid_to", _("Valid to"), Kind.DATE),
)


def period_fits(case: Case) -> list[Problem]:
    """Demand that a period ends after it begins."""
    if case.get("valid_from") and case.get("valid_to") and case.get("valid_to") < case.get("valid_from"):
        words = _("The period ends before it begins.")
        return [Problem(words, field="valid_to")]
    return []
