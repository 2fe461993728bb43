"""How values are written where they come from, and the refusal of one that cannot be read."""

from dataclasses import dataclass
from enum import StrEnum

from directapp.kernel.text import Text


class BadValueError(ValueError):
    """A value that a field cannot hold; the message is for people."""

    def __init__(self, text: Text) -> None:
        """Keep the message."""
        self.text = text
        super().__init__(text.english)


class NumberFormat(StrEnum):
    """Which sign parts the thousands of a number, and which its decimals.

    ``auto`` is what people write in Norway: a dot or a space before exactly three digits parts thousands, a lone dot
    elsewhere decimals; ``1,234`` is refused as ambiguous. ``norwegian`` reads it as 1.234, ``english`` as 1234.
    """

    AUTO = "auto"
    NORWEGIAN = "norwegian"
    ENGLISH = "english"


class DateFormat(StrEnum):
    """Which forms of a date are understood.

    ``strict`` takes ISO 8601 and ``01.02.2026``. ``sheet`` also takes what people and programs write in sheets:
    ``1. feb 2026``, ``01.02.26``, ``1/2-2026``, ``20260201`` and Excel's day numbers; ``01/02/2026``, which means two
    days, is refused. ``day_first`` and ``month_first`` take that one too.
    """

    STRICT = "strict"
    SHEET = "sheet"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How values are written where they come in.

    ``drop_invisible``: invisible signs in free text are left out, where nobody can be asked; else they are refused.
    ``labelled``: the writer knows choices by their labels, and not by their codes.
    """

    numbers: NumberFormat = NumberFormat.AUTO
    dates: DateFormat = DateFormat.STRICT
    drop_invisible: bool = False
    labelled: bool = False


TYPED = Manner()
SHEET = Manner(dates=DateFormat.SHEET)
FOREIGN = Manner(drop_invisible=True)
ON_PAGES = Manner(labelled=True)
