"""Users: the people of a tenant, what they do and where."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, Not, Who, all_of
from directapp.declare.verbs import Secret, Verb
from directapp.domains.people import role_giving, rules, their_sessions, verbs
from directapp.domains.people.fields import DEALERSHIPS, Users
from directapp.domains.people.fields import ROLES as OWN_ROLES
from directapp.domains.people.principal import load_actors
from directapp.domains.people.roles import ADMIN, EVERYONE, MANAGER, ROLES, WORKING
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, language_names
from directapp.services.attachments import FILES

LANGUAGE = choices(*language_names())

PUBLIC = Group(
    "public",
    _("User"),
    (
        field(Users.first_name, _("First name"), required=True, max_length=80, search=True, personal="employee"),
        field(Users.last_name, _("Last name"), required=True, max_length=80, search=True, personal="employee"),
        ROLES,
        field(Users.custom_roles, _("Roles of our own"), Kind.CHOICES, computed=True),
        field(Users.dealership, _("Site"), Kind.REF, ref=DEALERSHIPS),
        field(Users.photo, _("Photo"), Kind.REF, ref=FILES, on_delete="set_null", personal="employee"),
        field(
            Users.seller_number,
            _("Seller number"),
            code=True,
            max_length=20,
            search=True,
            headings=("Selgernr", "Ansattnr", "Ansattnummer", "Employee number"),
            personal="employee",
        ),
    ),
)

CONTACT = Group(
    "contact",
    _("Contact"),
    (
        field(
            Users.email,
            _("E-mail"),
            Kind.EMAIL,
            required=True,
            search=True,
            sign_in=True,
            step_up=True,
            headings=("Epost", "E-postadresse", "Mail", "Email address"),
            personal="employee",
        ),
        field(
            Users.phone,
            _("Phone"),
            Kind.PHONE,
            search=True,
            headings=("Mobil", "Mobiltelefon", "Tlf", "Telefonnummer", "Mobile"),
            personal="employee",
        ),
    ),
)

SELF = Group(
    "self",
    _("Personal"),
    (
        field(Users.language, _("Language"), Kind.CHOICE, default="nb", choices=LANGUAGE),
        field(
            Users.appearance,
            _("Appearance"),
            Kind.CHOICE,
            default="system",
            choices=choices(("light", _("Light")), ("dark", _("Dark")), ("system", _("As the device"))),
        ),
    ),
)

RIGHTS = Group(
    "rights",
    _("Access"),
    (
        field(Users.active, _("Active"), Kind.BOOLEAN, default=True),
        field(Users.administrator, _("Administrator"), Kind.BOOLEAN, default=False, computed=True),
        field(Users.invited_at, _("Invited"), Kind.INSTANT, computed=True),
        field(Users.last_seen_at, _("Last signed in"), Kind.INSTANT, computed=True, personal="employee"),
        field(Users.reset_sent_at, _("New password sent"), Kind.INSTANT, computed=True),
        field(Users.sessions_ended_at, _("Signed out"), Kind.INSTANT, computed=True),
        field(Users.second_factor_at, _("Second factor set up"), Kind.INSTANT, computed=True),
        field(
            Users.deactivated_here,
            _("Deactivated by a person"),
            Kind.BOOLEAN,
            default=False,
            computed=True,
            help=_("A directory does not let the user in again; a person here does."),
        ),
    ),
)

_OWN_SITE = Is(Users.dealership, Who.SITE)
_STAFF = all_of(_OWN_SITE, Is(Users.administrator, value=False))
_PROFILE = (Users.first_name, Users.last_name, Users.photo, Users.language, Users.appearance)
_VERBS = (
    "invite",
    "deactivate",
    "activate",
    "set_roles",
    "give_role",
    "take_role",
    "hand_over_link",
    "send_reset",
    "reset_second_factor",
    "end_sign_ins",
    "sign_ins",
    "end_sign_in",
)


def _unless_active(case: Case) -> Problem | None:
    return Problem(_("The user is already active.")) if case.get(Users.active) else None


def _unless_inactive(case: Case) -> Problem | None:
    if case.get(Users.active):
        return _when_own(case)
    return Problem(_("The user is already deactivated."))


def _unless_enrolled(case: Case) -> Problem | None:
    if case.get(Users.second_factor_at) is None:
        return Problem(_("The user has no second factor."))
    return _when_own(case)


def _when_own(case: Case) -> Problem | None:
    return Problem(rules.OWN_RIGHTS) if case.get(Users.id) == case.actor.user else None


def _when_has_none(case: Case) -> Problem | None:
    if not case.get(Users.custom_roles):
        return Problem(_("The user has no role of our own."))
    return _when_own(case)


VERBS = (
    Verb(
        name="invite",
        label=_("Invite user"),
        run=verbs.invite,
        on="collection",
        params=(
            field("email", _("E-mail"), Kind.EMAIL, required=True),
            field("first_name", _("First name"), required=True, max_length=80),
            field("last_name", _("Last name"), required=True, max_length=80),
            ROLES,
            field("role", _("Role of our own"), Kind.REF, ref=OWN_ROLES),
            field("dealership", _("Site"), Kind.REF, ref=DEALERSHIPS),
            field("phone", _("Phone"), Kind.PHONE),
            field("seller_number", _("Seller number"), code=True, max_length=20),
            field("language", _("Language"), Kind.CHOICE, choices=LANGUAGE),
        ),
        icon="user-plus",
        primary=True,
        step_up=True,
    ),
    Verb(
        name="set_roles",
        label=_("Change roles"),
        run=verbs.set_roles,
        step_up=True,
        params=(ROLES,),
        blocked=_when_own,
        icon="id-badge",
    ),
    Verb(
        name="give_role",
        label=_("Give a role of our own"),
        run=role_giving.give_role,
        step_up=True,
        params=(field("role", _("Role of our own"), Kind.REF, ref=OWN_ROLES, required=True),),
        blocked=_when_own,
        icon="id-badge",
    ),
    Verb(
        name="take_role",
        label=_("Take a role of our own"),
        run=role_giving.take_role,
        step_up=True,
        params=(field("role", _("Role of our own"), Kind.REF, ref=OWN_ROLES, required=True),),
        blocked=_when_has_none,
        icon="id-badge",
    ),
    Verb(
        name="hand_over_link",
        label=_("Make one-time link"),
        run=verbs.hand_over_link,
        step_up=True,
        secrets=(
            Secret(
                name="link",
                label=_("One-time link"),
                help=_("Give the link to the person. It is shown only now and works for a day."),
                address=True,
            ),
        ),
        blocked=_when_own,
        icon="link",
    ),
    Verb(
        name="send_reset",
        label=_("Send new password"),
        run=verbs.send_reset,
        blocked=_when_own,
        icon="lock-open",
    ),
    Verb(
        name="reset_second_factor",
        label=_("Reset second factor"),
        run=verbs.reset_second_factor,
        params=(field("why", _("Why"), required=True, max_length=300),),
        blocked=_unless_enrolled,
        step_up=True,
        icon="shield-off",
        danger=True,
    ),
    Verb(
        name="end_sign_ins",
        label=_("Sign out everywhere"),
        run=verbs.end_sign_ins,
        blocked=_when_own,
        icon="logout",
        danger=True,
    ),
    Verb(
        name="deactivate",
        label=_("Deactivate"),
        run=verbs.deactivate,
        blocked=_unless_inactive,
        icon="user-off",
        danger=True,
    ),
    Verb(
        name="activate",
        label=_("Activate"),
        run=verbs.activate,
        blocked=_unless_active,
        icon="user-check",
    ),
)

COLLECTION = Collection(
    name="users",
    label=_("User"),
    plural=_("Users"),
    groups=(PUBLIC, CONTACT, SELF, RIGHTS),
    access=Access(
        grants=(
            *grants(WORKING, read=("public",), full=False),
            *grants(WORKING, rows=_OWN_SITE, read=("contact",), full=False),
            *grants(EVERYONE, rows=Is(Users.id, Who.USER), read=("public", "contact", "self"), write=_PROFILE),
            Grant(role=MANAGER, rows=_OWN_SITE, read=("public", "contact", "rights"), verbs=_VERBS),
            Grant(role=MANAGER, rows=_STAFF, read=("contact",), write=("contact",)),
            Grant(role=ADMIN, read=("*",), write=("*",), create=True, verbs=_VERBS),
            # Deleting goes with editing: it names a field that administrators write anyway.
            Grant(role=ADMIN, rows=Not(Is(Users.id, Who.USER)), read=(), write=("active",), delete=True),
        ),
        systems=("signin", "scim", "importer", "demo"),
        delete_why=_("A person may ask to be erased; cars and history stay, without the name."),
    ),
    views=Views(
        columns=(
            Users.first_name,
            Users.last_name,
            Users.roles,
            Users.dealership,
            Users.phone,
            Users.email,
            Users.active,
            Users.last_seen_at,
        ),
        title=(Users.first_name, Users.last_name),
        keys=(Users.seller_number,),
        sort=(Users.last_name, Users.first_name),
        filters=(Users.dealership, Users.roles, Users.active),
        icon="users",
        menu=True,
    ),
    verbs=(*VERBS, *their_sessions.VERBS),
    subject=True,
    actors=load_actors,
    rules=(
        rules.roles_and_site,
        rules.roles_that_conflict,
        rules.not_own_rights,
        rules.not_above_own,
        rules.email_by_its_own_way,
    ),
    fill=(rules.mark_administrator, rules.end_sessions_of_inactive, rules.mark_deactivated_here),
    unique=(
        Unique(
            fields=(Users.email,),
            message=_("Another user has this e-mail address."),
        ),
    ),
)
