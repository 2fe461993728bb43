"""The collection in which a company declares its own fields."""

import re
from collections.abc import Iterable
from typing import Any

from directapp.declare.access import Access, Grant
from directapp.declare.case import Many, One
from directapp.declare.collection import Collection, SetUp, Unique, Views
from directapp.declare.fields import Choice, Group, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.own_fields import BY_ROLES, LONGEST_PATTERN, PREFIX, compile_pattern
from directapp.declare.rules import Nothing
from directapp.declare.verbs import Verb
from directapp.domains.own_fields.fields import OWN_FIELDS, OwnFields
from directapp.domains.own_fields.read import parse_choices
from directapp.domains.own_fields.rules import (
    SIBLINGS,
    codes_of_roles,
    has_room,
    is_kept,
    is_of_its_kind,
    is_placed,
    of_custom_roles,
)
from directapp.domains.own_fields.verbs import is_deleted, is_there, remove, restore
from directapp.domains.people.fields import ROLES
from directapp.domains.people.roles import ADMIN, ROLE_CHOICES
from directapp.kernel.text import _, pgettext

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE_FORM = {"type": "string", "pattern": "^([oO][wW][nN]_)?[A-Za-z][A-Za-z0-9_]{0,39}$"}
_CHOICES_FORM = {"type": "string", "description": "one a line: code: Norwegian | English"}
_PATTERN_FORM = {"type": "string", "format": "regex"}
_KINDS = choices(
    ("string", pgettext("kind of field", "Text")),
    ("text", _("Long text")),
    ("integer", _("Whole number")),
    ("decimal", _("Decimal number")),
    ("boolean", _("Yes or no")),
    ("date", pgettext("kind of field", "Date")),
    ("instant", pgettext("kind of field", "Date and time")),
    ("choice", _("Choice")),
    ("choices", _("Several choices")),
)
_LABELLED = _("{collection}: {group}")
_BAD_CODE = _("Lower-case letters a–z, digits and underscores, a letter first, at most 40.")


def parse_code(code: Any) -> Any:
    """Return a code in lower case (BadValueError: it is none)."""
    text = str(code).lower().removeprefix(PREFIX)
    if not _CODE.fullmatch(text):
        raise BadValueError(_BAD_CODE)
    return text


def parse_pattern(pattern: Any) -> Any:
    """Return a pattern that can be matched (BadValueError: not)."""
    compile_pattern(pattern)
    return pattern


def collections(declared: Iterable[Collection]) -> tuple[Collection, ...]:
    """Return the collection of own fields, over those of the declared ones that allow them."""
    allowed = [one for one in declared if one.own_fields]
    places = [
        Choice(f"{one.name}.{group.code}", _LABELLED.fill(collection=one.plural, group=group.label))
        for one in allowed
        for group in (*(g for g in one.groups if g.code != "system"), BY_ROLES)
    ]
    return (_collection(tuple(Choice(one.name, one.plural) for one in allowed), tuple(places)),)


def _what(allowed: tuple[Choice, ...]) -> Group:
    return Group(
        "what",
        _("Field"),
        (
            field(
                OwnFields.collection,
                pgettext("own field", "Belongs to"),
                Kind.CHOICE,
                choices=allowed,
                required=True,
                immutable=True,
                step_up=True,
            ),
            field(OwnFields.label_nb, _("Name in Norwegian"), required=True, max_length=80, step_up=True),
            field(OwnFields.label_en, _("Name in English"), required=True, max_length=80, step_up=True),
            field(
                OwnFields.code,
                _("Code"),
                required=True,
                immutable=True,
                max_length=44,
                parse=parse_code,
                form=_CODE_FORM,
                step_up=True,
                style="mono",
                help=_("What programs and sheets call it, own_ before it. It cannot change."),
            ),
            field(OwnFields.kind, _("Kind"), Kind.CHOICE, choices=_KINDS, required=True, immutable=True, step_up=True),
            field(
                OwnFields.choices,
                _("Choices"),
                Kind.TEXT,
                parse=parse_choices,
                form=_CHOICES_FORM,
                step_up=True,
                help=_("One a line: red: Rød | Red"),
            ),
            field(OwnFields.help_nb, _("Help in Norwegian"), step_up=True),
            field(OwnFields.help_en, _("Help in English"), step_up=True),
        ),
    )


_LIMITS = Group(
    "limits",
    _("What is allowed"),
    (
        field(
            OwnFields.required,
            _("Required"),
            Kind.BOOLEAN,
            default=False,
            step_up=True,
            help=_("Demanded of new records. Those that are there stay as they are."),
        ),
        field(OwnFields.minimum, _("Minimum"), Kind.DECIMAL, step_up=True),
        field(OwnFields.maximum, _("Maximum"), Kind.DECIMAL, step_up=True),
        field(OwnFields.max_length, _("At most so many characters"), Kind.INTEGER, minimum=1, step_up=True),
        field(
            OwnFields.pattern,
            pgettext("own field", "Pattern"),
            max_length=LONGEST_PATTERN,
            parse=parse_pattern,
            form=_PATTERN_FORM,
            step_up=True,
            style="mono",
            help=_("A regular expression (RE2) that the whole text must match: [A-Z][A-Z][0-9]+"),
        ),
        field(
            OwnFields.search,
            _("Found by search"),
            Kind.BOOLEAN,
            default=False,
            immutable=True,
            step_up=True,
        ),
        field(
            OwnFields.personal,
            _("Customer's personal data"),
            Kind.BOOLEAN,
            default=False,
            step_up=True,
            help=_("It is then exported and erased with what else is known of the customer."),
        ),
    ),
)


def _rights(places: tuple[Choice, ...]) -> Group:
    return Group(
        "rights",
        pgettext("own field", "Rights"),
        (
            field(
                OwnFields.placed_in,
                pgettext("own field", "Group"),
                Kind.CHOICE,
                choices=places,
                required=True,
                step_up=True,
                help=_(
                    "Who reads and writes the group reads and writes the field. Own fields: the roles chosen below."
                ),
            ),
            field(OwnFields.readers, _("Read by"), Kind.CHOICES, choices=ROLE_CHOICES, step_up=True),
            field(
                OwnFields.writers,
                _("Read and written by"),
                Kind.CHOICES,
                choices=ROLE_CHOICES,
                step_up=True,
                help=_("In the records that the role may change anyway."),
            ),
            field(
                OwnFields.custom_reader,
                _("Read by a role of our own"),
                Kind.REF,
                ref=ROLES,
                on_delete="set_null",
                step_up=True,
            ),
            field(
                OwnFields.custom_writer,
                _("Read and written by a role of our own"),
                Kind.REF,
                ref=ROLES,
                on_delete="set_null",
                step_up=True,
            ),
            # A role's code never changes; fields are read by it without a look at the roles.
            field(OwnFields.custom_reader_code, _("Code of the role that reads it"), max_length=60, computed=True),
            field(OwnFields.custom_writer_code, _("Code of the role that writes it"), max_length=60, computed=True),
        ),
    )


_STATE = Group(
    "state",
    pgettext("own field", "State"),
    (field(OwnFields.deleted_at, _("Deleted"), Kind.INSTANT, computed=True),),
)


def _verbs() -> tuple[Verb, ...]:
    return (
        Verb(
            name="remove",
            label=_("Delete"),
            run=remove,
            icon="trash",
            danger=True,
            step_up=True,
            blocked=is_deleted,
            params=(
                field(
                    OwnFields.code,
                    _("Type the code to delete the field"),
                    required=True,
                    help=_(
                        "Nobody sees it from then on. What stands in it is kept for 30 days: restore it until then."
                    ),
                ),
            ),
        ),
        Verb(name="restore", label=_("Restore"), run=restore, icon="restore", step_up=True, blocked=is_there),
    )


def _collection(allowed: tuple[Choice, ...], places: tuple[Choice, ...]) -> Collection:
    return Collection(
        name=OWN_FIELDS,
        label=_("Own field"),
        plural=pgettext("collection", "Own fields"),
        groups=(_what(allowed), _LIMITS, _rights(places), _STATE),
        access=Access(
            grants=(
                Grant(
                    role=ADMIN,
                    write=("what", "limits", "rights"),
                    create=True,
                    verbs=("remove", "restore"),
                ),
                Grant(role=ADMIN, rows=Nothing(), read=(), delete=True),
            ),
            systems=("importer", "own_fields"),
            delete_why=_("What was deleted 30 days ago is purged."),
        ),
        views=Views(
            columns=(
                OwnFields.label_nb,
                OwnFields.label_en,
                OwnFields.code,
                OwnFields.collection,
                OwnFields.kind,
                OwnFields.placed_in,
                OwnFields.deleted_at,
            ),
            title=(OwnFields.label_nb,),
            sort=(OwnFields.collection, OwnFields.code),
            filters=(OwnFields.collection, OwnFields.kind),
            icon="columns",
        ),
        verbs=_verbs(),
        rules=(is_placed, of_custom_roles, is_of_its_kind, is_kept, has_room),
        fill=(codes_of_roles,),
        related=(
            Many(SIBLINGS, OWN_FIELDS, OwnFields.collection, via=OwnFields.collection),
            One(OwnFields.custom_reader, OwnFields.custom_reader, ROLES, hold=False),
            One(OwnFields.custom_writer, OwnFields.custom_writer, ROLES, hold=False),
        ),
        unique=(
            Unique(
                fields=(OwnFields.collection, OwnFields.code),
                message=_("There is such a field already, or one that is deleted and kept: restore that."),
            ),
        ),
        set_up=SetUp(key=(OwnFields.collection, OwnFields.code), ended=OwnFields.deleted_at, called="{0}.own.{1}"),
    )
