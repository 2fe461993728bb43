"""What must hold of an own field."""

from directapp.declare.case import Case
from directapp.declare.kinds import Kind
from directapp.declare.names import Values, plain
from directapp.declare.own_fields import COLUMN, LISTS, NUMBERS, TEXTS
from directapp.domains.own_fields.fields import OwnFields
from directapp.domains.people.fields import Roles
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

SIBLINGS = "siblings"
MOST = 100
_LONGEST = {Kind.STRING: 200, Kind.TEXT: 10_000}

_CUSTOM = (OwnFields.custom_reader, OwnFields.custom_writer)

_PRODUCTS = _("Choose the product's roles in the lists above.")
_ELSEWHERE = _("The group belongs to something else.")
_NOBODY = _("Choose the roles that read or write it, or one of the product's groups.")
_BY_GROUP = _("The group decides who reads and writes it. Choose roles only with “Own fields”.")
_NO_CHOICES = _("Give the choices, one a line.")
_CHOICES_ONLY = _("Only a choice has choices.")
_NUMBERS_ONLY = _("Only a number has a minimum or maximum.")
_TEXTS_ONLY = _("Only a text has this.")
_UPSIDE_DOWN = _("The maximum is below the minimum.")
_WHOLE = _("Give a whole number.")
_TOO_LONG = _("At most {most}.")
_GONE = _("The field is deleted. Restore it first.")
_FULL = _("At most {most} own fields, those that are deleted and kept among them.")


def is_placed(case: Case) -> list[Problem]:
    """Demand a group of the collection itself, and roles exactly where these decide."""
    collection, _dot, group = str(case.get(OwnFields.placed_in)).partition(".")
    problems = []
    if collection != case.get(OwnFields.collection):
        problems.append(Problem(_ELSEWHERE, field=OwnFields.placed_in))
    lists = [name for name in (OwnFields.readers, OwnFields.writers) if case.get(name)]
    roles: list[str] = [*lists, *(name for name in _CUSTOM if case.get(name) is not None)]
    if group == COLUMN and not roles:
        problems.append(Problem(_NOBODY, field=OwnFields.readers))
    if group != COLUMN:
        problems += [Problem(_BY_GROUP, field=name) for name in roles]
    return problems


def of_custom_roles(case: Case) -> list[Problem]:
    """Demand roles of the company's own where one of them is chosen; the product's are chosen by name."""
    if not case.changed(*_CUSTOM):
        return []
    chosen = ((name, case.one(name)) for name in _CUSTOM)
    return [Problem(_PRODUCTS, field=name) for name, role in chosen if role and role.get(Roles.based_on) is None]


def codes_of_roles(case: Case) -> Values:
    """Keep the codes of the company's own roles that read and write it."""
    reader, writer = (case.one(name).get(Roles.code) for name in _CUSTOM)
    return {OwnFields.custom_reader_code: reader, OwnFields.custom_writer_code: writer}


def is_of_its_kind(case: Case) -> list[Problem]:
    """Demand choices of a choice, and of every other kind only the limits that it has."""
    try:
        kind = Kind(str(case.get(OwnFields.kind)))
    except ValueError:
        return []
    problems = []
    listed = case.get(OwnFields.choices) is not None
    if kind in LISTS and not listed:
        problems.append(Problem(_NO_CHOICES, field=OwnFields.choices))
    if listed and kind not in LISTS:
        problems.append(Problem(_CHOICES_ONLY, field=OwnFields.choices))
    low, high = case.get(OwnFields.minimum), case.get(OwnFields.maximum)
    for name, value in ((OwnFields.minimum, low), (OwnFields.maximum, high)):
        if value is not None and kind not in NUMBERS:
            problems.append(Problem(_NUMBERS_ONLY, field=name))
        elif value is not None and kind is Kind.INTEGER and value != int(value):
            problems.append(Problem(_WHOLE, field=name))
    if low is not None and high is not None and high < low:
        problems.append(Problem(_UPSIDE_DOWN, field=OwnFields.maximum))
    longest = case.get(OwnFields.max_length)
    if longest is not None and longest > _LONGEST.get(kind, longest):
        problems.append(Problem(_TOO_LONG.fill(most=_LONGEST[kind]), field=OwnFields.max_length))
    texts = (OwnFields.max_length, OwnFields.pattern, OwnFields.search) if kind not in TEXTS else ()
    return problems + [Problem(_TEXTS_ONLY, field=text) for text in texts if plain(case.row).get(text)]


def is_kept(case: Case) -> list[Problem]:
    """Let what is deleted be restored, and else stay as it was."""
    if case.was(OwnFields.deleted_at) is None or case.changed(OwnFields.deleted_at):
        return []
    return [Problem(_GONE, code="CONFLICT")]


def has_room(case: Case) -> list[Problem]:
    """Refuse more own fields than a list can carry."""
    if case.before is not None or len(case.many(SIBLINGS)) < MOST:
        return []
    return [Problem(_FULL.fill(most=MOST), field=OwnFields.collection, code="CONFLICT")]
