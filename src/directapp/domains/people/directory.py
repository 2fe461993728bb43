"""Directories that provision people here (SCIM): their tokens, whom and which groups they name, what groups give."""

from dataclasses import replace

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Field, Group, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Nothing
from directapp.declare.verbs import Secret, Verb
from directapp.domains.people import directory_verbs as verbs
from directapp.domains.people.fields import (
    DEALERSHIPS,
    DIRECTORY_GROUPS,
    DIRECTORY_MEMBERS,
    DIRECTORY_PEOPLE,
    DIRECTORY_TOKENS,
    ROLES,
    USERS,
    DirectoryGroups,
    DirectoryMembers,
    DirectoryPeople,
    DirectoryTokens,
)
from directapp.domains.people.networks import NETWORKS
from directapp.domains.people.roles import ADMIN, ROLE_CHOICES
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

SYSTEM = "scim"
_SYSTEMS = ("signin", SYSTEM)
_LEFT = _("Who is taken out of the directory is forgotten here; what they did stays, under their account.")
_READ = Grant(role=ADMIN, read=("all",))
# Nobody deletes them by hand: the entry lets the directory do so.
_TAKEN_OUT = Grant(role=ADMIN, rows=Nothing(), read=(), delete=True)


def _revoked(case: Case) -> Problem | None:
    return None if case.get(DirectoryTokens.revoked_at) is None else Problem(_("The token is already revoked."))


TOKENS = Collection(
    name=DIRECTORY_TOKENS,
    label=_("Directory token"),
    plural=_("Directory tokens"),
    groups=(
        Group(
            "all",
            _("Directory token"),
            (
                field(DirectoryTokens.name, _("Name"), required=True, max_length=80),
                field(DirectoryTokens.token_hash, _("Token"), max_length=200, required=True, secret=True),
                NETWORKS,
                field(DirectoryTokens.revoked_at, _("Revoked"), Kind.INSTANT),
                field(DirectoryTokens.last_used_at, _("Last used"), Kind.INSTANT),
            ),
        ),
    ),
    access=Access(grants=(replace(_READ, verbs=("create_token", "revoke")),), systems=("signin",)),
    views=Views(
        columns=(
            DirectoryTokens.name,
            DirectoryTokens.created_at,
            DirectoryTokens.last_used_at,
            DirectoryTokens.revoked_at,
        ),
        title=(DirectoryTokens.name,),
        icon="key",
    ),
    verbs=(
        Verb(
            name="create_token",
            label=_("Create directory token"),
            run=verbs.create_token,
            step_up=True,
            on="collection",
            secrets=(Secret(name="token", label=_("Directory token")),),
            params=(field("name", _("Name"), required=True, max_length=80), NETWORKS),
            icon="key",
            primary=True,
        ),
        Verb(name="revoke", label=_("Revoke"), run=verbs.revoke_token, blocked=_revoked, icon="key-off", danger=True),
    ),
)

_ATTRIBUTES = field(
    DirectoryPeople.attributes, _("As the directory says"), Kind.JSON, form={"type": "object"}, personal="employee"
)
_PERSON: tuple[Field, ...] = (
    field("user_name", _("User name"), required=True, max_length=254),
    field("external_id", _("Id in the directory"), max_length=255),
    field("active", _("Active"), Kind.BOOLEAN, required=True),
    replace(_ATTRIBUTES, required=True),
)

PEOPLE = Collection(
    name=DIRECTORY_PEOPLE,
    label=_("Person of the directory"),
    plural=_("People of the directory"),
    groups=(
        Group(
            "all",
            _("Person of the directory"),
            (
                field(
                    DirectoryPeople.user_name,
                    _("User name"),
                    required=True,
                    max_length=254,
                    search=True,
                    personal="employee",
                ),
                field(DirectoryPeople.external_id, _("Id in the directory"), max_length=255),
                field(DirectoryPeople.email, _("E-mail"), Kind.EMAIL, personal="employee"),
                field(DirectoryPeople.active, _("Active"), Kind.BOOLEAN, required=True),
                field(DirectoryPeople.user, _("User"), Kind.REF, ref=USERS, on_delete="set_null", personal="employee"),
                field(DirectoryPeople.placed, _("Has roles by groups"), Kind.BOOLEAN, required=True),
                _ATTRIBUTES,
            ),
        ),
    ),
    access=Access(grants=(_READ, _TAKEN_OUT), systems=_SYSTEMS, delete_why=_LEFT),
    views=Views(
        columns=(
            DirectoryPeople.user_name,
            DirectoryPeople.user,
            DirectoryPeople.active,
            DirectoryPeople.placed,
            DirectoryPeople.updated_at,
        ),
        title=(DirectoryPeople.user_name,),
        sort=(DirectoryPeople.user_name,),
        filters=(DirectoryPeople.active, DirectoryPeople.placed),
        icon="users",
    ),
    verbs=(
        Verb(name="provision", label=_("Provision"), run=verbs.provision, on="collection", params=_PERSON),
        Verb(name="revise", label=_("Provision again"), run=verbs.revise, params=_PERSON),
        Verb(name="withdraw", label=_("Withdraw"), run=verbs.withdraw, danger=True),
    ),
    unique=(
        Unique(fields=(DirectoryPeople.user_name,), message=_("Somebody of the directory has this user name.")),
        Unique(fields=(DirectoryPeople.user,), message=_("The user belongs to somebody else of the directory.")),
    ),
    indexes=((DirectoryPeople.external_id,),),
)

_GROUP: tuple[Field, ...] = (
    field("display_name", _("Name"), required=True, max_length=255),
    field("external_id", _("Id in the directory"), max_length=255),
    field("members", _("Members"), Kind.REFS, ref=DIRECTORY_PEOPLE),
)
_GIVES: tuple[Field, ...] = (
    field(DirectoryGroups.roles, _("Roles"), Kind.CHOICES, choices=ROLE_CHOICES),
    field(DirectoryGroups.custom_role, _("Role of our own"), Kind.REF, ref=ROLES, on_delete="set_null"),
    field(DirectoryGroups.dealership, _("Site"), Kind.REF, ref=DEALERSHIPS, on_delete="set_null"),
)

GROUPS = Collection(
    name=DIRECTORY_GROUPS,
    label=_("Group of the directory"),
    plural=_("Groups of the directory"),
    groups=(
        Group(
            "all",
            _("Group of the directory"),
            (
                field(DirectoryGroups.display_name, _("Name"), required=True, max_length=255, search=True),
                field(DirectoryGroups.external_id, _("Id in the directory"), max_length=255),
                *_GIVES,
            ),
        ),
    ),
    access=Access(grants=(replace(_READ, verbs=("map_group",)), _TAKEN_OUT), systems=_SYSTEMS, delete_why=_LEFT),
    views=Views(
        columns=(
            DirectoryGroups.display_name,
            DirectoryGroups.roles,
            DirectoryGroups.custom_role,
            DirectoryGroups.dealership,
        ),
        title=(DirectoryGroups.display_name,),
        sort=(DirectoryGroups.display_name,),
        icon="id-badge",
    ),
    verbs=(
        Verb(
            name="map_group",
            label=_("Choose what it gives"),
            run=verbs.map_group,
            step_up=True,
            params=_GIVES,
            icon="id-badge",
            primary=True,
        ),
        Verb(name="provision", label=_("Provision"), run=verbs.provision_group, on="collection", params=_GROUP),
        Verb(name="revise", label=_("Provision again"), run=verbs.revise_group, params=_GROUP),
        Verb(name="withdraw", label=_("Withdraw"), run=verbs.withdraw_group, danger=True),
    ),
    unique=(Unique(fields=(DirectoryGroups.display_name,), message=_("The directory has a group of this name.")),),
    indexes=((DirectoryGroups.external_id,),),
)

MEMBERS = Collection(
    name=DIRECTORY_MEMBERS,
    label=_("Member of a group"),
    plural=_("Members of groups"),
    groups=(
        Group(
            "all",
            _("Member of a group"),
            (
                field(
                    DirectoryMembers.group,
                    _("Group of the directory"),
                    Kind.REF,
                    ref=DIRECTORY_GROUPS,
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                ),
                field(
                    DirectoryMembers.person,
                    _("Person of the directory"),
                    Kind.REF,
                    ref=DIRECTORY_PEOPLE,
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                ),
            ),
        ),
    ),
    access=Access(grants=(_READ, _TAKEN_OUT), systems=_SYSTEMS, delete_why=_LEFT),
    views=Views(
        columns=(DirectoryMembers.group, DirectoryMembers.person),
        title=(DirectoryMembers.group, DirectoryMembers.person),
        icon="users",
    ),
    unique=(
        Unique(fields=(DirectoryMembers.group, DirectoryMembers.person), message=_("The person is in the group.")),
    ),
    indexes=((DirectoryMembers.person,),),
)

COLLECTIONS = (TOKENS, PEOPLE, GROUPS, MEMBERS)
