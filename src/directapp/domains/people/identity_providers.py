"""Providers that people sign in at (OpenID Connect), what a group or role there gives here, and who is who."""

import re
from typing import Any
from urllib.parse import urlsplit

from directapp.declare.access import KEYRING, Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, SetUp, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.reading import BadValueError
from directapp.declare.rules import Nothing
from directapp.declare.verbs import Verb
from directapp.domains.people.fields import (
    DEALERSHIPS,
    EXTERNAL_IDENTITIES,
    IDENTITY_MAPPINGS,
    IDENTITY_PROVIDERS,
    ROLES,
    USERS,
    ExternalIdentities,
    IdentityMappings,
    IdentityProviders,
    Tenants,
)
from directapp.domains.people.roles import ADMIN, ROLE_CHOICES
from directapp.kernel.errors import Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext

ENTRA, GENERIC = "entra", "openid"
SYSTEM = "signin"
_LONGEST_ISSUER = 255
# The issuer of one directory; "common" and "organizations" let in people of every other one.
_DIRECTORY = re.compile(r"/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/v2\.0$")
_CONTEXT = re.compile(r"c[1-9][0-9]?")
_ISSUER_FORM = {"type": "string", "maxLength": 200, "pattern": r"^https://[a-z]{1,30}\.example/[0-9a-z]{1,30}$"}
_NOT_ENTRA = _("The issuer of Entra ID ends in the directory’s id and v2.0: https://login.microsoftonline.com/…/v2.0.")
_CLOSING = _(
    "From now on nobody signs in with a password or with a passkey alone. Whoever is not linked at a provider gets in"
    " no more: sign in there yourself first."
)


def parse_issuer(value: Any) -> str:
    """Return an issuer as it is stored: the very text that the provider's tokens carry."""
    written = str(value).strip()
    try:
        parts = urlsplit(written)
        good = parts.scheme in {"https", "http"} and parts.hostname and not (parts.query or parts.fragment)
        good = good and not parts.username and parts.port != 0
    except ValueError:
        good = False
    if not good or len(written) > _LONGEST_ISSUER:
        raise BadValueError(_("Write the issuer of the provider, which begins with https://."))
    return written


def directory_of(kind: str, issuer: str) -> str:
    """Return the id of an Entra directory, nothing where the provider is none."""
    found = _DIRECTORY.search(issuer) if kind == ENTRA else None
    return found[1] if found else ""


def context_of(kind: str, signs: str | None) -> str:
    """Return the authentication context of Entra ID that shows a second factor there, nothing where none is named."""
    found = (one for one in words_of(signs) if _CONTEXT.fullmatch(one))
    return next(found, "") if kind == ENTRA else ""


def words_of(text: str | None) -> tuple[str, ...]:
    """Return the words of a list with commas between."""
    return tuple(filter(None, (one.strip() for one in (text or "").split(","))))


def entra_names_its_directory(case: Case) -> list[Problem]:
    """Demand one directory of Entra ID: others' people are strangers, whatever address they claim."""
    kind, issuer = case.get(IdentityProviders.kind), case.get(IdentityProviders.issuer) or ""
    if kind != ENTRA or directory_of(ENTRA, issuer):
        return []
    return [Problem(_NOT_ENTRA, field=IdentityProviders.issuer)]


def asks_to_close_passwords(case: Case) -> list[Problem]:
    """Ask before passwords are switched off: whoever has no other way in is shut out."""
    if not case.get(Tenants.passwords_off) or case.was(Tenants.passwords_off):
        return []
    return [Problem(_CLOSING, field=Tenants.passwords_off, code="CONFIRM")]


async def set_secret(ctx: CommandContext) -> None:
    """Keep the secret that the provider gave this application."""
    await ctx.change({IdentityProviders.client_secret: ctx.params["client_secret"]}, system=SYSTEM)


SIGN_IN_GROUP = Group(
    "sign_in",
    _("Signing in"),
    (
        field(
            Tenants.passwords_off,
            _("Sign in at a provider only"),
            Kind.BOOLEAN,
            default=False,
            step_up=True,
            help=_("Passwords, and passkeys in their place, let nobody in while there is an active provider."),
        ),
    ),
)

_CONTENT = Group(
    "all",
    _("Sign-in provider"),
    (
        field(
            IdentityProviders.label,
            _("Name"),
            required=True,
            max_length=60,
            step_up=True,
            help=_("Stands on the button of the sign-in page."),
        ),
        field(
            IdentityProviders.kind,
            _("Kind"),
            Kind.CHOICE,
            required=True,
            default=ENTRA,
            step_up=True,
            choices=choices((ENTRA, _("Microsoft Entra ID")), (GENERIC, _("Another OpenID Connect provider"))),
        ),
        field(
            IdentityProviders.issuer,
            _("Issuer"),
            required=True,
            max_length=_LONGEST_ISSUER,
            parse=parse_issuer,
            form=_ISSUER_FORM,
            step_up=True,
            help=_("Of Entra ID: https://login.microsoftonline.com/, the directory’s id, and /v2.0."),
        ),
        field(IdentityProviders.client_id, _("Client id"), required=True, max_length=255, step_up=True),
        field(IdentityProviders.active, _("Active"), Kind.BOOLEAN, default=True, step_up=True),
        field(
            IdentityProviders.makes_accounts,
            _("Makes accounts"),
            Kind.BOOLEAN,
            default=False,
            step_up=True,
            help=_("Who signs in for the first time gets an account where a group or role there gives a role here."),
        ),
        field(
            IdentityProviders.asks_graph,
            _("Asks Microsoft Graph for groups"),
            Kind.BOOLEAN,
            default=False,
            step_up=True,
            help=_(
                "Of Entra ID: who is in more groups than an answer has room for is looked up. The application needs the"
                " permission User.Read there."
            ),
        ),
        field(
            IdentityProviders.role_claims,
            _("Claims of groups and roles"),
            required=True,
            default="roles, groups",
            max_length=200,
            step_up=True,
        ),
        field(
            IdentityProviders.second_factor_values,
            _("Signs of a second factor"),
            max_length=200,
            step_up=True,
            help=_(
                "Values of amr, acr or acrs: of Entra ID an authentication context, as c1. Empty: it is shown here."
            ),
        ),
    ),
)

_KEY = Group(
    "key",
    _("Key"),
    (
        field(
            IdentityProviders.client_secret,
            _("Client secret"),
            max_length=400,
            computed=True,
            secret=True,
            encrypted=True,
        ),
    ),
)

PROVIDERS = Collection(
    name=IDENTITY_PROVIDERS,
    set_up=SetUp(key=(IdentityProviders.issuer,), carried=False),
    label=_("Sign-in provider"),
    plural=_("Sign-in providers"),
    groups=(_CONTENT, _KEY),
    access=Access(
        grants=(Grant(role=ADMIN, read=("all",), write=("all",), create=True, delete=True, verbs=("set_secret",)),),
        systems=(SYSTEM, "importer", KEYRING),
        delete_why=_("The company signs in there no more."),
    ),
    views=Views(
        columns=(
            IdentityProviders.label,
            IdentityProviders.kind,
            IdentityProviders.issuer,
            IdentityProviders.active,
        ),
        title=(IdentityProviders.label,),
        sort=(IdentityProviders.label,),
        icon="login",
    ),
    verbs=(
        Verb(
            name="set_secret",
            label=_("Set client secret"),
            run=set_secret,
            step_up=True,
            params=(
                field(
                    "client_secret",
                    _("Client secret"),
                    required=True,
                    max_length=400,
                    secret=True,
                    help=_("It is kept encrypted and not shown again."),
                ),
            ),
            icon="key",
        ),
    ),
    rules=(entra_names_its_directory,),
    unique=(
        # Who somebody is at a provider is known by its issuer: two that share one would be the same.
        Unique(fields=(IdentityProviders.issuer,), message=_("The issuer is set up already.")),
    ),
)

_NO_ROLE = _("Choose at least one role.")


def gives_something(case: Case) -> list[Problem]:
    """Demand a role of every line: one of the product's or one of the company's own."""
    given = case.get(IdentityMappings.roles) or case.get(IdentityMappings.custom_role)
    return [] if given else [Problem(_NO_ROLE, field=IdentityMappings.roles)]


MAPPINGS = Collection(
    name=IDENTITY_MAPPINGS,
    set_up=SetUp(key=(IdentityMappings.provider, IdentityMappings.value)),
    label=_("Role by group"),
    plural=_("Roles by group"),
    groups=(
        Group(
            "all",
            _("Role by group"),
            (
                field(
                    IdentityMappings.provider,
                    _("Sign-in provider"),
                    Kind.REF,
                    ref=IDENTITY_PROVIDERS,
                    on_delete="cascade",
                    required=True,
                    step_up=True,
                ),
                field(
                    IdentityMappings.value,
                    _("Group or role there"),
                    required=True,
                    max_length=255,
                    step_up=True,
                    help=_("As it stands in the token: the object id of a group, or the value of an app role."),
                ),
                field(IdentityMappings.note, _("Note"), max_length=120),
                field(
                    IdentityMappings.roles,
                    _("Roles"),
                    Kind.CHOICES,
                    choices=ROLE_CHOICES,
                    step_up=True,
                ),
                field(
                    IdentityMappings.custom_role,
                    _("Role of our own"),
                    Kind.REF,
                    ref=ROLES,
                    on_delete="cascade",
                    step_up=True,
                ),
                field(
                    IdentityMappings.dealership,
                    _("Site"),
                    Kind.REF,
                    ref=DEALERSHIPS,
                    on_delete="cascade",
                    step_up=True,
                    help=_("Of several that fit, the oldest with a site decides. Empty: the site stays as it is."),
                ),
            ),
        ),
    ),
    access=Access(
        grants=(Grant(role=ADMIN, read=("all",), write=("all",), create=True, delete=True),),
        systems=(SYSTEM, "importer"),
        delete_why=_("A group that gives nothing any more must not go on giving it."),
    ),
    views=Views(
        columns=(
            IdentityMappings.provider,
            IdentityMappings.value,
            IdentityMappings.note,
            IdentityMappings.roles,
            IdentityMappings.custom_role,
            IdentityMappings.dealership,
        ),
        title=(IdentityMappings.value,),
        sort=(IdentityMappings.provider, IdentityMappings.value),
        icon="id-badge",
    ),
    rules=(gives_something,),
    unique=(
        Unique(
            fields=(IdentityMappings.provider, IdentityMappings.value),
            message=_("The group or role has its line already."),
        ),
    ),
)

IDENTITIES = Collection(
    name=EXTERNAL_IDENTITIES,
    label=_("Identity at a provider"),
    plural=_("Identities at providers"),
    groups=(
        Group(
            "all",
            _("Identity at a provider"),
            (
                field(
                    ExternalIdentities.user,
                    _("User"),
                    Kind.REF,
                    ref=USERS,
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                ),
                field(
                    ExternalIdentities.issuer, _("Issuer"), required=True, max_length=_LONGEST_ISSUER, immutable=True
                ),
                field(ExternalIdentities.subject, _("Subject"), required=True, max_length=255, immutable=True),
                field(
                    ExternalIdentities.name,
                    _("Name there"),
                    max_length=254,
                    help=_("For people to recognise it by; nobody is known by it."),
                ),
                field(ExternalIdentities.external_id, _("Id in the directory"), max_length=255),
                field(ExternalIdentities.last_used_at, _("Last used"), Kind.INSTANT),
            ),
        ),
    ),
    access=Access(
        # Nobody reads them; the entry lets the sign-in system delete what its person takes away.
        grants=(Grant(role=ADMIN, rows=Nothing(), read=(), delete=True),),
        systems=(SYSTEM,),
        delete_why=_("Who unlinks an account at a provider must not be let in by it again."),
    ),
    views=Views(
        columns=(ExternalIdentities.user, ExternalIdentities.issuer, ExternalIdentities.name),
        title=(ExternalIdentities.name,),
    ),
    unique=(
        Unique(
            fields=(ExternalIdentities.issuer, ExternalIdentities.subject),
            message=_("This account at the provider is linked to somebody already."),
        ),
    ),
    exposed=False,
)

COLLECTIONS = (PROVIDERS, MAPPINGS, IDENTITIES)
