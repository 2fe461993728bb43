"""The collections of roles: the product's and the company's own, and the versions of the latter."""

import re
from collections.abc import Mapping
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Index, SetUp, Unique, Views
from directapp.declare.fields import Choice, Field, Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import Empty, Not
from directapp.declare.verbs import Verb
from directapp.domains.people import role_verbs as verbs
from directapp.domains.people.fields import ROLE_VERSIONS, ROLES, Roles, RoleVersions
from directapp.domains.people.roles import ADMIN, LABELS, WORKING
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_BAD_CODE = _("Write 2 to 40 small letters a to z, digits and underscores; a letter first.")
_TAKEN = _("The product has a role of this code.")
_UNKNOWN = _("Choose the role that it is like.")
_PIECE = {
    "type": "object",
    "required": ["collection", "entry"],
    "properties": {
        "collection": {"type": "string"},
        "entry": {"type": "string"},
        **{name: {"type": "array", "items": {"type": "string"}} for name in ("read", "write", "verbs")},
        **{name: {"type": "boolean"} for name in ("create", "delete")},
    },
    "additionalProperties": False,
}
PIECES_FORM: Mapping[str, Any] = {"type": "array", "items": _PIECE}


def codes_of_their_own(case: Case) -> list[Problem]:
    """Demand of a role of the company's own a code that is no other's, and of the product's that they stay its own."""
    code, based_on = str(case.get(Roles.code) or ""), case.get(Roles.based_on)
    if case.before is not None and not case.changed(Roles.code, Roles.based_on):
        return []
    if based_on is None:
        return [] if code in LABELS else [Problem(_UNKNOWN, field=Roles.based_on)]
    if code in LABELS:
        return [Problem(_TAKEN, field=Roles.code)]
    return [] if _CODE.fullmatch(code) and not code.startswith("sys_") else [Problem(_BAD_CODE, field=Roles.code)]


def _when_products(case: Case) -> Problem | None:
    if case.get(Roles.based_on) is None:
        return Problem(_("What the product's roles give comes with the product. Make a role of your own."))
    return None


def _when_off(case: Case) -> Problem | None:
    if case.get(Roles.pieces) is None:
        return Problem(_("The role is not in use."))
    return None


def _note_version(case: Case) -> Values:
    """Forget which version holds where what it gives came some other way, as from files."""
    changed = case.changed(Roles.pieces) and not case.changed(Roles.active_version)
    return {Roles.active_version: None} if changed else {}


def _pieces(name: str, **more: Any) -> Field:
    return field(name, _("What it gives"), Kind.JSON, form=PIECES_FORM, **more)


_VERSION = field("version", _("Version"), Kind.REF, ref=ROLE_VERSIONS, required=True)

OWN_ROLES = Collection(
    name=ROLES,
    set_up=SetUp(key=(Roles.code,), leave_out=(Roles.active_version,)),
    label=_("Role"),
    plural=_("Roles"),
    groups=(
        Group(
            "all",
            _("Role"),
            (
                field(Roles.code, _("Code"), code=True, required=True, max_length=60, immutable=True),
                field(Roles.name_nb, _("Name (Norwegian)"), required=True, max_length=60, english=Roles.name_en),
                field(Roles.name_en, _("Name (English)"), required=True, max_length=60),
                field(
                    Roles.based_on,
                    _("Like"),
                    Kind.CHOICE,
                    choices=tuple(Choice(code, LABELS[code]) for code in WORKING.split()),
                    immutable=True,
                    help=_("Home page, notifications and approval limits are those of this role."),
                ),
            ),
        ),
        Group(
            "given",
            _("What it gives"),
            (_pieces(Roles.pieces), field(Roles.active_version, _("Version in use"), Kind.INTEGER, minimum=1)),
        ),
    ),
    access=Access(
        grants=(
            *grants(WORKING, read=("all",)),
            Grant(
                role=ADMIN,
                read=("all", "given"),
                write=("all",),
                edit=Not(Empty(Roles.based_on)),
                create=True,
                verbs=("draft", "simulate", "activate", "switch_off"),
            ),
        ),
        systems=("signin", "importer", "demo"),
    ),
    views=Views(
        columns=(Roles.name_nb, Roles.code, Roles.based_on, Roles.active_version),
        title=(Roles.name_nb,),
        sort=(Roles.code,),
        icon="id-badge",
    ),
    verbs=(
        Verb(
            name="draft",
            label=_("New version"),
            run=verbs.draft,
            params=(_pieces("pieces", required=True), field("note", _("Note"), max_length=300)),
            blocked=_when_products,
            step_up=True,
            icon="pencil",
        ),
        Verb(
            name="simulate",
            label=_("See what it would change"),
            run=verbs.simulate,
            params=(_VERSION,),
            blocked=_when_products,
            icon="eye",
        ),
        Verb(
            name="activate",
            label=_("Put into use"),
            run=verbs.activate,
            params=(_VERSION,),
            blocked=_when_products,
            step_up=True,
            primary=True,
        ),
        Verb(
            name="switch_off",
            label=_("Switch off"),
            run=verbs.switch_off,
            blocked=_when_off,
            step_up=True,
            icon="player-pause",
            danger=True,
        ),
    ),
    rules=(codes_of_their_own,),
    fill=(_note_version,),
    unique=(Unique(fields=(Roles.code,), message=_("The role exists.")),),
    history=False,
)

VERSIONS = Collection(
    name=ROLE_VERSIONS,
    label=_("Version of a role"),
    plural=_("Versions of roles"),
    groups=(
        Group(
            "all",
            _("Version of a role"),
            (
                field(RoleVersions.role, _("Role"), Kind.REF, ref=ROLES, required=True, immutable=True),
                field(RoleVersions.number, _("Version"), Kind.INTEGER, required=True, immutable=True),
                _pieces(RoleVersions.pieces, required=True, immutable=True),
                field(RoleVersions.note, _("Note"), max_length=300),
                field(RoleVersions.simulated_at, _("Compared"), Kind.INSTANT),
                field(RoleVersions.simulated_against, _("Compared with"), max_length=40),
                field(RoleVersions.simulation, _("What it would change"), Kind.JSON, form={"type": "object"}),
            ),
        ),
    ),
    access=Access(grants=(Grant(role=ADMIN, read=("all",)),), systems=("signin", "importer", "demo")),
    views=Views(
        columns=(RoleVersions.role, RoleVersions.number, RoleVersions.note, RoleVersions.created_at),
        title=(RoleVersions.number,),
        sort=(RoleVersions.role, RoleVersions.number),
        icon="id-badge",
    ),
    unique=(Unique(fields=(RoleVersions.role, RoleVersions.number), message=_("The version exists.")),),
    indexes=(Index((RoleVersions.role, RoleVersions.number, "id")),),
)

COLLECTIONS = (OWN_ROLES, VERSIONS)
