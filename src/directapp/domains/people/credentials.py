"""What signing in needs: passwords, sessions, refresh tokens, links and API keys. Only digests are kept."""

from dataclasses import replace

from directapp.declare.access import KEYRING, Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, Nothing, Parent, Who
from directapp.declare.verbs import Secret, Verb
from directapp.domains.people import verbs
from directapp.domains.people.fields import (
    IDENTITY_PROVIDERS,
    USERS,
    ApiKeys,
    Credentials,
    OneTimeLinks,
    RefreshTokens,
    Sessions,
    Users,
)
from directapp.domains.people.networks import NETWORKS
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
    more = {"required": True, "immutable": True, "personal": "employee"}
    return field(Credentials.user, _("User"), Kind.REF, ref=USERS, on_delete="cascade", **more)


def _secret(name: str, label: Text, *, required: bool = True) -> Field:
    return field(name, label, max_length=200, required=required, secret=True)


def _instant(name: str, label: Text, *, required: bool = False) -> Field:
    return field(name, label, Kind.INSTANT, required=required)


CREDENTIALS = Collection(
    name="credentials",
    label=_("Password"),
    plural=_("Passwords"),
    groups=(Group("all", _("Password"), (_user(), _secret(Credentials.password_hash, _("Password")))),),
    access=Access(grants=(), systems=("signin", "demo")),
    views=Views(columns=(Credentials.user,), title=(Credentials.user,)),
    unique=(Unique(fields=(Credentials.user,), message=_("The user has a password.")),),
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
                    Sessions.kind,
                    _("Kind"),
                    Kind.CHOICE,
                    required=True,
                    choices=choices(("page", _("Browser")), ("api", _("Program"))),
                ),
                _secret(Sessions.token_hash, _("Token"), required=False),
                field(Sessions.address, _("Address"), max_length=64, personal="employee"),
                field(Sessions.user_agent, _("User agent"), max_length=300, personal="employee"),
                _instant(Sessions.expires_at, _("Expires"), required=True),
                _instant(Sessions.ended_at, _("Ended")),
                _instant(Sessions.last_used_at, _("Last used")),
                _instant(Sessions.second_factor_at, _("Second factor shown")),
                field(Sessions.provider, _("Provider"), Kind.REF, ref=IDENTITY_PROVIDERS, on_delete="set_null"),
                field(Sessions.provider_session, _("Sign-in at the provider"), max_length=255),
                field(Sessions.id_token, _("ID token"), max_length=10_000, secret=True, encrypted=True),
            ),
        ),
    ),
    access=replace(_SIGNIN_ONLY, systems=("signin", KEYRING)),
    views=Views(
        columns=(Sessions.user, Sessions.kind, Sessions.created_at, Sessions.ended_at),
        title=(Sessions.user, Sessions.kind),
    ),
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
                    RefreshTokens.session,
                    _("Sign-in"),
                    Kind.REF,
                    ref="sessions",
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                    help=_("All tokens of one sign-in are one family."),
                ),
                _secret(RefreshTokens.token_hash, _("Token")),
                _instant(RefreshTokens.expires_at, _("Expires"), required=True),
                _instant(RefreshTokens.used_at, _("Used")),
                field(RefreshTokens.used_mark, _("Mark of use"), max_length=64),
            ),
        ),
    ),
    access=_SIGNIN_ONLY,
    views=Views(columns=(RefreshTokens.session, RefreshTokens.used_at), title=(RefreshTokens.session,)),
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
                    OneTimeLinks.purpose,
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
                    OneTimeLinks.sent_to,
                    pgettext("purpose", "For"),
                    Kind.EMAIL,
                    required=True,
                    help=_("The link dies when the e-mail address changes."),
                    personal="employee",
                ),
                _secret(OneTimeLinks.token_hash, _("Token")),
                _instant(OneTimeLinks.expires_at, _("Expires"), required=True),
                _instant(OneTimeLinks.used_at, _("Used")),
                field(OneTimeLinks.used_mark, _("Mark of use"), max_length=64),
            ),
        ),
    ),
    access=_SIGNIN_ONLY,
    views=Views(
        columns=(OneTimeLinks.user, OneTimeLinks.purpose, OneTimeLinks.used_at),
        title=(OneTimeLinks.user, OneTimeLinks.purpose),
    ),
    exposed=False,
)


def _revoked(case: Case) -> Problem | None:
    if case.get(ApiKeys.revoked_at) is None:
        return None
    return Problem(_("The key is already revoked."))


_OWN = Is(Credentials.user, Who.USER)
_OF_OWN_SITE = Parent("user", USERS, Is(Users.dealership, Who.SITE))

API_KEYS = Collection(
    name="api_keys",
    label=_("API key"),
    plural=_("API keys"),
    groups=(
        Group(
            "all",
            _("API key"),
            (
                field(ApiKeys.name, _("Name"), required=True, max_length=80, search=True),
                _user(),
                field(ApiKeys.roles, _("Roles"), Kind.CHOICES, choices=ROLE_CHOICES, immutable=True),
                field(ApiKeys.custom_roles, _("Roles of our own"), Kind.CHOICES, immutable=True),
                _secret(ApiKeys.key_hash, _("Key")),
                NETWORKS,
                _instant(ApiKeys.revoked_at, _("Revoked")),
                _instant(ApiKeys.last_used_at, _("Last used")),
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
        columns=(
            ApiKeys.name,
            ApiKeys.user,
            ApiKeys.roles,
            ApiKeys.created_at,
            ApiKeys.last_used_at,
            ApiKeys.revoked_at,
        ),
        title=(ApiKeys.name,),
        icon="key",
    ),
    verbs=(
        Verb(
            name="create_key",
            label=_("Create API key"),
            run=verbs.create_key,
            step_up=True,
            on="collection",
            secrets=(Secret(name="key", label=_("API key")),),
            params=(
                field("name", _("Name"), required=True, max_length=80),
                replace(ROLES, offered=lambda actor: actor.roles, headings=()),
                NETWORKS,
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
