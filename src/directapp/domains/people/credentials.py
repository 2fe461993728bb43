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
from directapp.kernel.text import Text

_SIGNIN_ONLY = Access(
    # Nobody reads or deletes them: the entry lets the sign-in system delete what ran out.
    grants=(Grant(role=ADMIN, rows=Nothing(), read=(), delete=True),),
    systems=("signin",),
    delete_why=Text(
        "Det som utløp for over en måned siden, åpner ingenting og slettes om natten.",
        "What ran out more than a month ago opens nothing and is deleted at night.",
    ),
)


def _user() -> Field:
    return field("user", "Bruker", "User", Kind.REF, ref=USERS, on_delete="cascade", required=True, immutable=True)


def _secret(name: str, nb: str, en: str, *, required: bool = True) -> Field:
    return field(name, nb, en, max_length=200, required=required, secret=True)


def _instant(name: str, nb: str, en: str, *, required: bool = False) -> Field:
    return field(name, nb, en, Kind.INSTANT, required=required)


CREDENTIALS = Collection(
    name="credentials",
    label=Text("Passord", "Password"),
    plural=Text("Passord", "Passwords"),
    groups=(Group("all", Text("Passord", "Password"), (_user(), _secret("password_hash", "Passord", "Password"))),),
    access=Access(grants=(), systems=("signin", "demo")),
    views=Views(columns=("user",), title=("user",)),
    unique=(Unique(fields=("user",), message=Text("Brukeren har et passord.", "The user has a password.")),),
    exposed=False,
)

SESSIONS = Collection(
    name="sessions",
    label=Text("Innlogging", "Sign-in"),
    plural=Text("Innlogginger", "Sign-ins"),
    groups=(
        Group(
            "all",
            Text("Innlogging", "Sign-in"),
            (
                _user(),
                field(
                    "kind",
                    "Slag",
                    "Kind",
                    Kind.CHOICE,
                    required=True,
                    choices=choices(("page", "Nettleser", "Browser"), ("api", "Program", "Program")),
                ),
                _secret("token_hash", "Nøkkel", "Token", required=False),
                field("address", "Adresse", "Address", max_length=64),
                field("user_agent", "Nettleser", "User agent", max_length=300),
                _instant("expires_at", "Utløper", "Expires", required=True),
                _instant("ended_at", "Avsluttet", "Ended"),
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
    label=Text("Fornyelsesnøkkel", "Refresh token"),
    plural=Text("Fornyelsesnøkler", "Refresh tokens"),
    groups=(
        Group(
            "all",
            Text("Fornyelsesnøkkel", "Refresh token"),
            (
                field(
                    "session",
                    "Innlogging",
                    "Sign-in",
                    Kind.REF,
                    ref="sessions",
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                    help=Text(
                        "Alle nøkler fra samme innlogging hører sammen.", "All tokens of one sign-in are one family."
                    ),
                ),
                _secret("token_hash", "Nøkkel", "Token"),
                _instant("expires_at", "Utløper", "Expires", required=True),
                _instant("used_at", "Brukt", "Used"),
                field("used_mark", "Bruksmerke", "Mark of use", max_length=64),
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
    label=Text("Engangslenke", "One-time link"),
    plural=Text("Engangslenker", "One-time links"),
    groups=(
        Group(
            "all",
            Text("Engangslenke", "One-time link"),
            (
                _user(),
                field(
                    "purpose",
                    "Formål",
                    "Purpose",
                    Kind.CHOICE,
                    required=True,
                    choices=choices(
                        ("invite", "Invitasjon", "Invitation"),
                        ("reset", "Nytt passord", "New password"),
                        ("email_old", "E-post: fra nåværende adresse", "E-mail: from the present address"),
                        ("email_new", "E-post: fra ny adresse", "E-mail: from the new address"),
                    ),
                ),
                field(
                    "sent_to",
                    "Gjelder",
                    "For",
                    Kind.EMAIL,
                    required=True,
                    help=Text(
                        "Lenken dør når e-postadressen endres.", "The link dies when the e-mail address changes."
                    ),
                ),
                _secret("token_hash", "Nøkkel", "Token"),
                _instant("expires_at", "Utløper", "Expires", required=True),
                _instant("used_at", "Brukt", "Used"),
                field("used_mark", "Bruksmerke", "Mark of use", max_length=64),
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
    return Problem(Text("Nøkkelen er allerede trukket tilbake.", "The key is already revoked."))


_OWN = Is("user", Who.USER)
_OF_OWN_SITE = Parent("user", USERS, Is("dealership", Who.SITE))

API_KEYS = Collection(
    name="api_keys",
    label=Text("API-nøkkel", "API key"),
    plural=Text("API-nøkler", "API keys"),
    groups=(
        Group(
            "all",
            Text("API-nøkkel", "API key"),
            (
                field("name", "Navn", "Name", required=True, max_length=80, search=True),
                _user(),
                field("roles", "Roller", "Roles", Kind.CHOICES, required=True, choices=ROLE_CHOICES, immutable=True),
                _secret("key_hash", "Nøkkel", "Key"),
                _instant("revoked_at", "Trukket tilbake", "Revoked"),
                _instant("last_used_at", "Sist brukt", "Last used"),
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
            label=Text("Lag API-nøkkel", "Create API key"),
            run=verbs.create_key,
            on="collection",
            secrets=(Secret(name="key", label=Text("API-nøkkel", "API key")),),
            params=(
                field("name", "Navn", "Name", required=True, max_length=80),
                replace(ROLES, required=False, offered=lambda actor: actor.roles, headings=()),
            ),
            icon="key",
            primary=True,
        ),
        Verb(
            name="revoke",
            label=Text("Trekk tilbake", "Revoke"),
            run=verbs.revoke,
            blocked=_revoked,
            icon="key-off",
            danger=True,
        ),
    ),
)

COLLECTIONS = (CREDENTIALS, SESSIONS, REFRESH_TOKENS, ONE_TIME_LINKS, API_KEYS)
