"""Fields and field groups: what a record holds, with labels, limits and how it is understood."""

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from directapp.declare.kinds import BadValueError, Kind, read, scaled
from directapp.declare.names import FieldName, FieldNames
from directapp.declare.reading import TYPED, Manner, clean_code, code_part, of_sort, phone_part, read_instant
from directapp.kernel.actor import Actor
from directapp.kernel.text import Text, _, join, verbatim

MAX_LENGTH = {Kind.STRING: 200, Kind.TEXT: 10_000, Kind.CHOICE: 60, Kind.EMAIL: 254, Kind.PHONE: 16}
# What the product itself says is kept as text that each reader is told in the own language.
_WORDS = frozenset({Kind.STRING, Kind.TEXT})
_MEASURES = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})


# How a value is set: in the frame of a licence plate, as a code in one width, as a number without thousands.
Style = Literal["plate", "mono", "year"]
# Whom a personal value is about.
Personal = Literal["customer", "employee"]
# What a choice says of time: too late, soon, done.
Tone = Literal["late", "soon", "done"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice field: its code and label; where it matters, its colour (a ``Hue``) and its urgency.

    ``also`` is what else people call it in a question. It belongs to a ``module``, or to all; ``hidden`` ones are not
    offered, but told where they stand already.
    """

    code: str
    label: Text
    hue: str | None = None
    tone: Tone | None = None
    also: tuple[str, ...] = ()
    module: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of a collection, declared once.

    ``parse`` normalises a value further than its kind does and raises BadValueError.
    ``code`` texts identify a thing: invisible signs are left out of them and look-alike letters written as Latin ones.
    ``default`` is a value, or a function of the Case at creation.
    ``computed`` fields are stored but only rules, workflow and system actors write them;
    ``sql`` fields are not stored: an SQL expression over the columns of the same row.
    ``fact`` instants say that something happened: people may not set them ahead of now.
    ``ref`` is the collection that a reference, or each of a list of them, points to; ``tree`` references lead from
    record to record of one collection and never back. A reference without ``ref`` is to a record of the collection that
    the field ``ref_in`` of its row names; ``along`` is a field that then holds what that record holds in the reference
    of the same name, or the record itself where it is of that collection.
    ``seers`` are people who must see the record that the row belongs to, each with the rights of their own.
    ``sign_in`` values are kept in the login directory, by which a person is found before the tenant is known.
    ``offered`` says which of the choices are an actor's to make; whoever writes the field refuses the others.
    ``keys`` are what people call the names in a structure; ``parse`` understands them.
    ``headings`` are what else people call it at the top of a column of a sheet, beside its name and labels.
    ``form`` is what JSON Schema says of a written value beyond its kind; its ``type`` array or object is demanded.
    ``english`` names the field that says the same in English, for records that are called by it.
    ``step_up`` values are changed only by who has just shown the second factor, where they have one.
    ``encrypted`` texts are stored sealed for their record; only what asks for them by name reads them.
    ``own`` values are of a field that a company declares itself: they stand in the one column for all of these.
    ``personal`` values are about a person: ``customer`` somebody outside (a customer, a vendor's contact), ``employee``
    a colleague. A reference that is personal says whom its row is about.
    ``scale`` is how many decimals a decimal has, in the database, on the wire and on pages.
    ``secret`` values are never read back and stand in the audit only as changed. ``style`` says how a value is set.
    """

    name: str
    label: Text
    kind: Kind = Kind.STRING
    required: bool = False
    default: Any = None
    choices: tuple[Choice, ...] = ()
    keys: tuple[Choice, ...] = ()
    ref: str | None = None
    ref_in: str | None = None
    along: str | None = None
    tree: bool = False
    on_delete: Literal["restrict", "set_null", "cascade"] = "restrict"
    max_length: int | None = None
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    parse: Callable[[Any], Any] | None = None
    form: Mapping[str, Any] | None = None
    code: bool = False
    computed: bool = False
    sql: str | None = None
    search: bool = False
    english: str | None = None
    fact: bool = False
    personal: Personal | None = None
    secret: bool = False
    encrypted: bool = False
    step_up: bool = False
    immutable: bool = False
    seers: bool = False
    sign_in: bool = False
    own: bool = False
    offered: Callable[[Actor], Collection[str]] | None = None
    headings: tuple[str, ...] = ()
    unit: str | None = None
    scale: int = 2
    style: Style | None = None
    help: Text | None = None

    @property
    def stored(self) -> bool:
        """Whether the value is stored, and not worked out when it is read."""
        return self.sql is None

    @property
    def writable(self) -> bool:
        """Whether an ordinary write may carry it at all."""
        return self.stored and not self.computed

    @property
    def points_to(self) -> str | None:
        """The collection of the one record that the column holds the id of."""
        return self.ref if self.kind is Kind.REF else None

    def called(self, structure: Mapping[str, Any], language: str) -> dict[str, Any]:
        """Return a structure with its names as people say them."""
        names = {key.code: key.label.pick(language) for key in self.keys}
        return {names.get(name, name): value for name, value in structure.items()}

    def choice(self, code: object) -> Choice | None:
        """Return the choice with a code, or None."""
        return next((c for c in self.choices if c.code == code), None)

    def understand(self, value: Any, manner: Manner = TYPED, stored: Any = None) -> Any:
        """Turn a value from outside into the column's value; None and empty text mean no value.

        ``manner`` says how values are written where it comes from; ``stored`` is what the column holds now.

        Raises:
            BadValueError: the value does not fit.

        """
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, Text) and self.kind in _WORDS:
            return value.stored()
        value = self._read(value, manner, stored)
        if value == "":
            return None
        if self.parse is not None:
            value = self.parse(value)
        if isinstance(value, str):
            self._check_text(value, manner)
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            self._check_number(value)
        elif self.kind is Kind.CHOICES:
            for one in value:
                self._check_choice(one, manner)
        return value

    def spellings(self, text: str) -> tuple[str, ...]:
        """Return how a part of a value may stand in the column: as written, and as codes and numbers are kept."""
        ways = [text]
        read_part = code_part if self.code else phone_part if self.kind is Kind.PHONE else None
        for way in (read_part, self.understand if read_part or self.kind is Kind.EMAIL else None):
            with suppress(BadValueError):
                ways += [way(text)] if way else ()
        return tuple(dict.fromkeys(way for way in ways if way))

    def _read(self, value: Any, manner: Manner, stored: Any) -> Any:
        if self.code:
            return clean_code(value)
        if self.kind is Kind.INSTANT:
            return read_instant(value, manner.dates, stored)
        if self.kind in _MEASURES and self.unit and isinstance(value, str):
            value = re.sub(rf"(?<=\d)\s*{re.escape(self.unit)}\s*$", "", value, flags=re.IGNORECASE)
        value = read(self.kind, value, manner)
        return of_sort(scaled(value, self.scale) if self.kind is Kind.DECIMAL else value, self.form)

    def _check_text(self, value: str, manner: Manner) -> None:
        limit = self.max_length or MAX_LENGTH.get(self.kind)
        if limit is not None and len(value) > limit:
            raise BadValueError(_("At most {limit} characters.").fill(limit=limit))
        if self.kind is Kind.CHOICE:
            self._check_choice(value, manner)

    def _check_choice(self, value: str, manner: Manner) -> None:
        if self.choices and self.choice(value) is None:
            codes = join((c.label if manner.labelled else verbatim(c.code) for c in self.choices), ", ")
            raise BadValueError(_("No “{value}”; choose from: {codes}.").fill(value=value, codes=codes))

    def _check_number(self, value: Decimal | int) -> None:
        if self.minimum is not None and value < self.minimum:
            raise BadValueError(_("At least {minimum}.").fill(minimum=self.minimum))
        if self.maximum is not None and value > self.maximum:
            raise BadValueError(_("At most {maximum}.").fill(maximum=self.maximum))


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that are read, written and shown together: the unit of permission and of the form."""

    code: str
    label: Text
    fields: tuple[Field, ...]


def field(name: str, label: Text, kind: Kind = Kind.STRING, **more: Any) -> Field:
    """Return a Field from its name and label; further keywords as in Field."""
    return Field(name=name, label=label, kind=kind, **more)


def computed(name: str, label: Text, kind: Kind, **more: Any) -> Field:
    """Return a Field that the system fills in, and nobody else."""
    return field(name, label, kind, computed=True, **more)


def choices(
    *pairs: tuple[str, Text], tones: Mapping[str, Tone] | None = None, also: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[Choice, ...]:
    """Return choices from (code, label) pairs, the tones of some codes, and what else some are called."""
    told, called = tones or {}, also or {}
    return tuple(Choice(code, label, tone=told.get(code), also=called.get(code, ())) for code, label in pairs)


class SubjectFields(FieldNames):
    """The fields that say which record something belongs to, in whichever collection it is."""

    subject_collection: FieldName[str]
    subject_id: FieldName[UUID]


SUBJECT_COLLECTION, SUBJECT_ID = SubjectFields.subject_collection, SubjectFields.subject_id


def _follows(_case: object) -> None:
    """Leave it to the pipeline, which knows it from what is taken along where that alone is given."""


def subject_fields(*, along: str | None = None, required: bool = False, **more: Any) -> tuple[Field, Field]:
    """Return the fields that say which record something belongs to, of whichever collection; keywords as in Field.

    With ``along`` it is seen with that record, which has to be of a collection that is a ``subject``.
    """
    kind = Kind.CHOICE if along else Kind.STRING
    more |= {"default": _follows} if along else {}
    which = field(SUBJECT_COLLECTION, _("About"), kind, required=required, max_length=60, **more)
    record = field(SUBJECT_ID, _("Record"), Kind.REF, required=required, ref_in=which.name, along=along, **more)
    return which, record
