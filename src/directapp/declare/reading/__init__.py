"""Reading: the one place where numbers, dates, phone numbers and text from outside become values.

Every interface reads through a field's ``understand``, which asks here; a ``Manner`` says how values are written where
they come from. What is stored already comes back through ``kinds.restored`` instead.
"""

from directapp.declare.reading.dates import CLOCK_FORM, AmbiguousDateError, read_clock, read_date, read_instant
from directapp.declare.reading.manner import (
    FOREIGN,
    ON_PAGES,
    SHEET,
    TYPED,
    BadValueError,
    DateFormat,
    Manner,
    NumberFormat,
)
from directapp.declare.reading.numbers import AmbiguousNumberError, format_among, format_of, read_number, read_whole
from directapp.declare.reading.phones import phone_part, read_phone, show_phone
from directapp.declare.reading.text import (
    ALIKE,
    SAME,
    SEPARATORS,
    alike,
    clean_address,
    clean_code,
    clean_line,
    clean_structure,
    clean_text,
    code_key,
    code_part,
    of_sort,
    visible,
)

__all__ = [
    "ALIKE",
    "CLOCK_FORM",
    "FOREIGN",
    "ON_PAGES",
    "SAME",
    "SEPARATORS",
    "SHEET",
    "TYPED",
    "AmbiguousDateError",
    "AmbiguousNumberError",
    "BadValueError",
    "DateFormat",
    "Manner",
    "NumberFormat",
    "alike",
    "clean_address",
    "clean_code",
    "clean_line",
    "clean_structure",
    "clean_text",
    "code_key",
    "code_part",
    "format_among",
    "format_of",
    "of_sort",
    "phone_part",
    "read_clock",
    "read_date",
    "read_instant",
    "read_number",
    "read_phone",
    "read_whole",
    "show_phone",
    "visible",
]
