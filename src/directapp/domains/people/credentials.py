"""What signing in needs: passwords, sessions, refresh tokens, links and API keys. Only digests are kept."""

from dataclasses import replace

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, Nothing, Parent, Who
from directapp.declare.verbs import Secret, Verb
from directapp.domains.people import verbs
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import ADMIN, EVERYONE, MANAGER, ROLE_CHOICES, ROLES
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, pgettext

_SIGNIN_ONLY = Access(
    # Nobody reads or deletes them: the entry lets the sign-in system delete what ran out.
    grants=(Grant(role=ADMIN, rows=Nothing(), read=(), delete=True),),
    systems=("signin",),
    delete_why=_("What ran out more than a month ago opens nothing and is deleted at night."),
)


def _user() -> Field:
    return field("user", _("User"), Kind.REF, ref=USERS, on_delete="cascade", required=True, immutable=True)


def _secret(name: str, label: Text, *, required: bool = True) -> Field:
    return field(name, label, max_length=200, required=required, secret=True)


def _instant(name: str, label: Text, *, required: bool = False) -> Field:
    return field(name, label, Kind.INSTANT, required=required)


CREDENTIALS = Collection(
    name="credentials",
    label=_("Password"),
    plural=_("Passwords"),
    groups=(Group("all", _("Password"), (_user(), _secret("password_hash", _("Password")))),),
    access=Access(grants=(), systems=("signin", "demo")),
    views=Views(columns=("user",), title=("user",)),
    unique=(Unique(fields=("user",), message=_("The user has a password.")),),
    exposed=False,
)

SESSIONS = Collection(
    name="sessions",
    label=_("Sign-in"),
    plural=_("Sign-ins"),
    groups=(
        Group(
            "all",
            _("Sign-in"),
            (
                _user(),
                field(
                    "kind",
                    _("Kind"),
                    Kind.CHOICE,
                    required=True,
                    choices=choices(("page", _("Browser")), ("api", _("Program"))),
                ),
                _secret("token_hash", _("Token"), required=False),
                field("address", _("Address"), max_length=64),
                field("user_agent", _("User agent"), max_length=300),
                _instant("expires_at", _("Expires"), required=True),
                _instant("ended_at", _("Ended")),
            ),
        ),
    ),
    access=_SIGNIN_ONLY,
    views=Views(columns=("user", "kind", "created_at", "ended_at"), title=("user", "kind")),
    exposed=False,
    history=False,
)

REFRESH_TOKENS = Collection(
    name="refresh_tokens",
    label=_("Refresh token"),
    plural=_("Refresh tokens"),
    groups=(
        Group(
            "all",
            _("Refresh token"),
            (
                field(
                    "session",
                    _("Sign-in"),
                    Kind.REF,
                    ref="sessions",
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                    help=_("All tokens of one sign-in are one family."),
                ),
                _secret("token_hash", _("Token")),
                _instant("expires_at", _("Expires"), required=True),
                _instant("used_at", _("Used")),
                field("used_mark", _("Mark of use"), max_length=64),
            ),
        ),
    ),
    access=_SIGNIN_ONLY,
    views=Views(columns=("session", "used_at"), title=("session",)),
    exposed=False,
    history=False,
)

ONE_TIME_LINKS = Collection(
    name="one_time_links",
    label=_("One-time link"),
    plural=_("One-time links"),
    groups=(
        Group(
            "all",
            _("One-time link"),
            (
                _user(),
                field(
                    "purpose",
                    _("Purpose"),
                    Kind.CHOICE,
                    required=True,
                    choices=choices(
                        ("invite", _("Invitation")),
                        ("reset", _("New password")),
                        ("email_old", _("E-mail: from the present address")),
                        ("email_new", _("E-mail: from the new address")),
                    ),
                ),
                field(
                    "sent_to",
                    pgettext("purpose", "For"),
                    Kind.EMAIL,
                    required=True,
                    help=_("The link dies when the e-mail address changes."),
                ),
                _secret("token_hash", _("Token")),
                _instant("expires_at", _("Expires"), required=True),
                _instant("used_at", _("Used")),
                field("used_mark", _("Mark of use"), max_length=64),
            ),
        ),
    ),
    access=_SIGNIN_ONLY,
    views=Views(columns=("user", "purpose", "used_at"), title=("user", "purpose")),
    exposed=False,
)


def _revoked(case: Case) -> Problem | None:
    if case.get("revoked_at") is None:
        return None
    return Problem(_("The key is already revoked."))


_OWN = Is("user", Who.USER)
_OF_OWN_SITE = Parent("user", USERS, Is("dealership", Who.SITE))

API_KEYS = Collection(
    name="api_keys",
    label=_("API key"),
    plural=_("API keys"),
    groups=(
        Group(
            "all",
            _("API key"),
            (
                field("name", _("Name"), required=True, max_length=80, search=True),
                _user(),
                field("roles", _("Roles"), Kind.CHOICES, required=True, choices=ROLE_CHOICES, immutable=True),
                _secret("key_hash", _("Key")),
                _instant("revoked_at", _("Revoked")),
                _instant("last_used_at", _("Last used")),
            ),
        ),
    ),
    access=Access(
        grants=(
            *grants(EVERYONE, rows=_OWN, read=("all",), verbs=("create_key", "revoke")),
            Grant(role=MANAGER, rows=_OF_OWN_SITE, read=("all",), verbs=("revoke",)),
            Grant(role=ADMIN, read=("all",), verbs=("create_key", "revoke")),
        ),
        systems=("signin",),
    ),
    views=Views(
        columns=("name", "user", "roles", "created_at", "last_used_at", "revoked_at"), title=("name",), icon="key"
    ),
    verbs=(
        Verb(
            name="create_key",
            label=_("Create API key"),
            run=verbs.create_key,
            on="collection",
            secrets=(Secret(name="key", label=_("API key")),),
            params=(
                field("name", _("Name"), required=True, max_length=80),
                replace(ROLES, required=False, offered=lambda actor: actor.roles, headings=()),
            ),
            icon="key",
            primary=True,
        ),
        Verb(
            name="revoke",
            label=_("Revoke"),
            run=verbs.revoke,
            blocked=_revoked,
            icon="key-off",
            danger=True,
        ),
    ),
)

COLLECTIONS = (CREDENTIALS, SESSIONS, REFRESH_TOKENS, ONE_TIME_LINKS, API_KEYS)
