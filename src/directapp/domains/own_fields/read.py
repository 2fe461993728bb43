"""Reading: a row in which a company declares a field, as the field that it is."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from directapp.declare.fields import Choice
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.names import row_of
from directapp.declare.own_fields import OwnField, name_of
from directapp.domains.own_fields.fields import OwnFields
from directapp.kernel.text import Name, Text, _

MOST_CHOICES, _LONGEST_CODE, _LONGEST_LABEL = 200, 60, 80
_CHOICE = re.compile(r"[^\W_][\w.+/ -]*")

_NO_CODE = _("“{line}”: begin with a code of letters and digits, then a colon and what it is called.")
_TWICE = _("“{code}” stands twice.")
_TOO_MANY = _("At most {most} choices.")
_TOO_LONG = _("“{line}” is too long.")


def read_choices(text: str) -> tuple[Choice, ...]:
    """Return the choices of a text, one a line: ``code: Norwegian | English``; without a label the code is said.

    Raises:
        BadValueError: a line cannot be read, or a code stands twice.

    """
    found: dict[str, Choice] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        code, _colon, labels = (part.strip() for part in line.partition(":"))
        norwegian, _bar, english = (part.strip() for part in labels.partition("|"))
        if not _CHOICE.fullmatch(code):
            raise BadValueError(_NO_CODE.fill(line=line[:_LONGEST_LABEL]))
        if len(code) > _LONGEST_CODE or max(len(norwegian), len(english)) > _LONGEST_LABEL:
            raise BadValueError(_TOO_LONG.fill(line=line[:_LONGEST_LABEL]))
        if code in found:
            raise BadValueError(_TWICE.fill(code=code))
        found[code] = Choice(code, _named(norwegian or code, english or norwegian or code))
    if len(found) > MOST_CHOICES:
        raise BadValueError(_TOO_MANY.fill(most=MOST_CHOICES))
    return tuple(found.values())


def parse_choices(text: str) -> str:
    """Return choices as they are kept, one a line (BadValueError: they cannot be read)."""
    return "\n".join(f"{c.code}: {c.label.pick('nb')} | {c.label.pick('en')}" for c in read_choices(text))


def read_field(values: Mapping[str, Any]) -> OwnField:
    """Return the field that a row declares."""
    row = row_of(values)
    kind, whole = Kind(row[OwnFields.kind]), row[OwnFields.kind] == Kind.INTEGER
    helps = row.get(OwnFields.help_nb) or row.get(OwnFields.help_en)
    return OwnField(
        collection=row[OwnFields.collection],
        name=name_of(row[OwnFields.code]),
        label=_named(row[OwnFields.label_nb], row[OwnFields.label_en]),
        kind=kind,
        group=row[OwnFields.placed_in].partition(".")[2],
        readers=tuple(row.get(OwnFields.readers) or ()),
        writers=tuple(row.get(OwnFields.writers) or ()),
        custom_readers=_one(row.get(OwnFields.custom_reader_code)),
        custom_writers=_one(row.get(OwnFields.custom_writer_code)),
        help=_named(row.get(OwnFields.help_nb) or "", row.get(OwnFields.help_en) or "") if helps else None,
        required=bool(row.get(OwnFields.required)),
        choices=read_choices(row.get(OwnFields.choices) or ""),
        minimum=_number(row.get(OwnFields.minimum), whole=whole),
        maximum=_number(row.get(OwnFields.maximum), whole=whole),
        max_length=row.get(OwnFields.max_length),
        pattern=row.get(OwnFields.pattern),
        search=bool(row.get(OwnFields.search)),
        personal="customer" if row.get(OwnFields.personal) else None,
        gone=row.get(OwnFields.deleted_at) is not None,
    )


def _one(code: str | None) -> tuple[str, ...]:
    return (code,) if code else ()


def _named(norwegian: str, english: str) -> Text:
    return Name((("nb", norwegian), ("en", english)))


def _number(value: Decimal | None, *, whole: bool) -> Decimal | int | None:
    return int(value) if value is not None and whole else value
