"""The period that a standing plan holds for: from a day to a day, both taken in; an open end holds for ever."""

from directapp.declare.case import Case
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text

PERIOD = (
    field("valid_from", "Gjelder fra", "Valid from", Kind.DATE),
    field("valid_to", "Gjelder til og med", "Valid to", Kind.DATE),
)


def period_fits(case: Case) -> list[Problem]:
    """Demand that a period ends after it begins."""
    if case.get("valid_from") and case.get("valid_to") and case.get("valid_to") < case.get("valid_from"):
        words = Text("Perioden slutter før den begynner.", "The period ends before it begins.")
        return [Problem(words, field="valid_to")]
    return []
