"""Saved views: a filter over a list with a name, kept for oneself or shared with a role or a site."""

from collections.abc import Iterator
from typing import Any

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.rules import Empty, Is, Rule, Who, all_of, either
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.people.roles import ADMIN, ROLE_CHOICES
from directapp.domains.saved_views.fields import SavedViews
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

LOOKS = choices(("table", _("Table")), ("board", _("Board")), ("calendar", _("Calendar")))
_MOST, _LONGEST = 60, 200


_WORD_FORM = {"type": "string", "maxLength": _LONGEST}
QUERY_FORM = {
    "type": "array",
    "maxItems": _MOST,
    "items": {"type": "array", "items": _WORD_FORM, "minItems": 2, "maxItems": 2},
}
COLUMNS_FORM = {"type": "array", "maxItems": _MOST, "items": _WORD_FORM}


def read_query(value: Any) -> list[list[str]]:
    """Understand a filter: the pairs of a list's address, in order."""
    fits = isinstance(value, list) and len(value) <= _MOST and all(_is_pair(p) for p in value)
    if not fits:
        raise BadValueError(_("The filter cannot be read."))
    return [[str(part) for part in pair] for pair in value]


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == len(("name", "value")) and all(_is_word(v) for v in value)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST


def read_columns(value: Any) -> list[str]:
    """Understand the columns of a view: their names, in order."""
    if not isinstance(value, list) or len(value) > _MOST or not all(_is_word(v) for v in value):
        raise BadValueError(_("The columns cannot be read."))
    return value


CONTENT = Group(
    "all",
    _("View"),
    (
        field(SavedViews.name, _("Name"), required=True, max_length=60, search=True),
        field(SavedViews.collection, _("List"), required=True, max_length=60, immutable=True),
        field(SavedViews.query, _("Filter"), Kind.JSON, parse=read_query, form=QUERY_FORM, default=lambda _: []),
        field(SavedViews.columns, _("Columns"), Kind.JSON, parse=read_columns, form=COLUMNS_FORM),
        field(SavedViews.view, _("Shown as"), Kind.CHOICE, choices=LOOKS, required=True, default="table"),
        field(SavedViews.shared_role, _("Shared with role"), Kind.CHOICE, choices=ROLE_CHOICES),
        field(SavedViews.shared_site, _("Shared with site"), Kind.REF, ref=DEALERSHIPS, on_delete="cascade"),
        field(SavedViews.pinned, _("Pinned in the menu"), Kind.BOOLEAN, default=False),
    ),
)

_OWN = Is(SavedViews.created_by, Who.USER)


def shared_with_own_site(case: Case) -> list[Problem]:
    """Let people share with their own site only; an administrator with any."""
    site = case.get(SavedViews.shared_site)
    unasked = site is None or not case.changed(SavedViews.shared_site) or case.actor.is_system
    if unasked or site == case.actor.site or ADMIN in case.actor.roles:
        return []
    words = _("Share with your own site.")
    return [Problem(words, field=SavedViews.shared_site)]


def shared_with_everyone_by_admin(case: Case) -> list[Problem]:
    """Keep a view that is shared with a role to the sharer's own site, unless an administrator shares it."""
    wide = case.get(SavedViews.shared_role) is not None and case.get(SavedViews.shared_site) is None
    unasked = not wide or not case.changed(SavedViews.shared_role, SavedViews.shared_site) or case.actor.is_system
    if unasked or ADMIN in case.actor.roles:
        return []
    words = _("Only an administrator shares with a role at every site. Choose your own site too.")
    return [Problem(words, field=SavedViews.shared_role)]


def _seen_by(role: str) -> Rule:
    """Return the rows a role sees: its own, those shared with it, with its site, or with both at once."""
    with_role, with_site = Is(SavedViews.shared_role, role), Is(SavedViews.shared_site, Who.SITE)
    return either(
        _OWN,
        all_of(with_role, Empty(SavedViews.shared_site)),
        all_of(with_site, Empty(SavedViews.shared_role)),
        all_of(with_role, with_site),
    )


def _grants() -> Iterator[Grant]:
    for role in ROLE_CHOICES:
        yield Grant(
            role=role.code, rows=_seen_by(role.code), read=("all",), write=("all",), edit=_OWN, create=True, delete=True
        )


SAVED_VIEWS = Collection(
    name="saved_views",
    label=_("Saved view"),
    plural=_("Saved views"),
    groups=(CONTENT,),
    access=Access(
        grants=tuple(_grants()),
        systems=("demo",),
        delete_why=_("People tidy up among their own views."),
    ),
    views=Views(
        columns=(
            SavedViews.name,
            SavedViews.collection,
            SavedViews.view,
            SavedViews.shared_role,
            SavedViews.shared_site,
            SavedViews.pinned,
            SavedViews.created_by,
        ),
        title=(SavedViews.name,),
        sort=(SavedViews.name,),
        filters=(SavedViews.collection, SavedViews.shared_role, SavedViews.shared_site, SavedViews.pinned),
        icon="star",
    ),
    rules=(shared_with_own_site, shared_with_everyone_by_admin),
    indexes=(("collection", "name"), ("created_by",)),
    history=False,
)
