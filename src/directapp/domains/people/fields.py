"""Public names of people: its collections and fields."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames, Json

TENANTS = "tenants"
ROLES = "roles"
ROLE_VERSIONS = "role_versions"
DEALERSHIPS = "dealerships"
USERS = "users"
DEPARTMENTS = "departments"
TRACKING_PURPOSES = "tracking_purposes"
SECOND_FACTORS = "second_factors"
RECOVERY_CODES = "recovery_codes"
NETWORK_RULES = "network_rules"
IDENTITY_PROVIDERS = "identity_providers"
IDENTITY_MAPPINGS = "identity_mappings"
EXTERNAL_IDENTITIES = "external_identities"
DIRECTORY_TOKENS = "directory_tokens"
DIRECTORY_PEOPLE = "directory_people"
DIRECTORY_GROUPS = "directory_groups"
DIRECTORY_MEMBERS = "directory_members"


# The types of sites that sell cars, and of those that prepare them; the others serve vehicles that are kept.
SELLING = frozenset({"sales_only", "sales_and_prep"})
PREPARING = frozenset({"prep_center_only", "sales_and_prep"})


class Tenants(FieldNames):
    """The fields of companies."""

    # Company
    name: FieldName[str]

    # Settings
    settings: FieldName[Json]

    # Optional steps
    quality_check: FieldName[bool]
    appraisal: FieldName[bool]

    # Modules
    modules: FieldName[list[str]]

    # Statuses
    status_names: FieldName[Json]

    # Second factor
    second_factor_roles: FieldName[list[str]]
    second_factor_grace_days: FieldName[int]
    second_factor_since: FieldName[datetime]
    sms_codes: FieldName[bool]

    # Signing in
    passwords_off: FieldName[bool]


class Roles(FieldNames):
    """The fields of roles."""

    # Role
    code: FieldName[str]
    name_nb: FieldName[str]
    name_en: FieldName[str]
    based_on: FieldName[str]

    # What it gives
    pieces: FieldName[Json]
    active_version: FieldName[int]


class RoleVersions(FieldNames):
    """The fields of what a role of the company's own gives, or has given."""

    role: FieldName[UUID]
    number: FieldName[int]
    pieces: FieldName[Json]
    note: FieldName[str]
    simulated_at: FieldName[datetime]
    simulated_against: FieldName[str]
    simulation: FieldName[Json]


class Dealerships(FieldNames):
    """The fields of dealerships."""

    # Dealership
    number: FieldName[str]
    code: FieldName[str]
    name: FieldName[str]
    location: FieldName[str]
    dealership_type: FieldName[str]
    functions: FieldName[list[str]]
    brands: FieldName[list[str]]
    phone: FieldName[str]
    latitude: FieldName[Decimal]
    longitude: FieldName[Decimal]
    opening_hours: FieldName[Json]
    parent_dealership: FieldName[UUID]
    prep_center: FieldName[UUID]
    does_own_prep: FieldName[bool]
    active: FieldName[bool]

    # Branding
    logo: FieldName[UUID]
    brand_colors: FieldName[Json]

    # Settings
    stage_goals: FieldName[Json]
    archive_after_days: FieldName[int]
    quality_check: FieldName[bool]
    appraisal: FieldName[bool]
    decide_without_checklist: FieldName[bool]
    approval_limits: FieldName[Json]


class Departments(FieldNames):
    """The fields of departments."""

    name: FieldName[str]
    parent: FieldName[UUID]
    dealership: FieldName[UUID]
    cost_centre: FieldName[str]
    manager: FieldName[UUID]
    active: FieldName[bool]


class TrackingPurposes(FieldNames):
    """The fields of what movement and behaviour are followed for."""

    purpose: FieldName[str]
    legal_basis: FieldName[str]
    data: FieldName[list[str]]
    roles: FieldName[list[str]]
    keep_days: FieldName[int]
    assessed_on: FieldName[date]
    discussed_on: FieldName[date]
    informed_on: FieldName[date]
    active: FieldName[bool]
    note: FieldName[str]


class Users(FieldNames):
    """The fields of users."""

    # User
    first_name: FieldName[str]
    last_name: FieldName[str]
    roles: FieldName[list[str]]
    custom_roles: FieldName[list[str]]
    dealership: FieldName[UUID]
    photo: FieldName[UUID]
    seller_number: FieldName[str]

    # Contact
    email: FieldName[str]
    phone: FieldName[str]

    # Personal
    language: FieldName[str]
    appearance: FieldName[str]

    # Access
    active: FieldName[bool]
    administrator: FieldName[bool]
    invited_at: FieldName[datetime]
    last_seen_at: FieldName[datetime]
    reset_sent_at: FieldName[datetime]
    sessions_ended_at: FieldName[datetime]
    second_factor_at: FieldName[datetime]
    deactivated_here: FieldName[bool]


class Credentials(FieldNames):
    """The fields of passwords."""

    user: FieldName[UUID]
    password_hash: FieldName[str]


class Sessions(FieldNames):
    """The fields of sign-ins."""

    user: FieldName[UUID]
    kind: FieldName[str]
    token_hash: FieldName[str]
    address: FieldName[str]
    user_agent: FieldName[str]
    expires_at: FieldName[datetime]
    ended_at: FieldName[datetime]
    last_used_at: FieldName[datetime]
    second_factor_at: FieldName[datetime]
    provider: FieldName[UUID]
    provider_session: FieldName[str]
    id_token: FieldName[str]


class SecondFactors(FieldNames):
    """The fields of second factors."""

    user: FieldName[UUID]
    kind: FieldName[str]
    name: FieldName[str]
    secret: FieldName[str]
    credential: FieldName[str]
    public_key: FieldName[str]
    uses: FieldName[int]
    phone: FieldName[str]
    code_hash: FieldName[str]
    code_until: FieldName[datetime]
    confirmed_at: FieldName[datetime]
    last_used_at: FieldName[datetime]
    used_mark: FieldName[str]


class RecoveryCodes(FieldNames):
    """The fields of recovery codes."""

    user: FieldName[UUID]
    code_hash: FieldName[str]
    used_at: FieldName[datetime]
    used_mark: FieldName[str]


class NetworkRules(FieldNames):
    """The fields of the networks that a role may be used from."""

    role: FieldName[str]
    network: FieldName[str]
    note: FieldName[str]


class IdentityProviders(FieldNames):
    """The fields of providers that people sign in at."""

    label: FieldName[str]
    kind: FieldName[str]
    issuer: FieldName[str]
    client_id: FieldName[str]
    client_secret: FieldName[str]
    active: FieldName[bool]
    makes_accounts: FieldName[bool]
    asks_graph: FieldName[bool]
    role_claims: FieldName[str]
    second_factor_values: FieldName[str]


class IdentityMappings(FieldNames):
    """The fields of what a group or role at a provider gives here."""

    provider: FieldName[UUID]
    value: FieldName[str]
    note: FieldName[str]
    roles: FieldName[list[str]]
    custom_role: FieldName[UUID]
    dealership: FieldName[UUID]


class ExternalIdentities(FieldNames):
    """The fields of who a person is at a provider."""

    user: FieldName[UUID]
    issuer: FieldName[str]
    subject: FieldName[str]
    name: FieldName[str]
    external_id: FieldName[str]
    last_used_at: FieldName[datetime]


class RefreshTokens(FieldNames):
    """The fields of refresh tokens."""

    session: FieldName[UUID]
    token_hash: FieldName[str]
    expires_at: FieldName[datetime]
    used_at: FieldName[datetime]
    used_mark: FieldName[str]


class OneTimeLinks(FieldNames):
    """The fields of one-time links."""

    user: FieldName[UUID]
    purpose: FieldName[str]
    sent_to: FieldName[str]
    token_hash: FieldName[str]
    expires_at: FieldName[datetime]
    used_at: FieldName[datetime]
    used_mark: FieldName[str]


class ApiKeys(FieldNames):
    """The fields of API keys."""

    name: FieldName[str]
    user: FieldName[UUID]
    roles: FieldName[list[str]]
    custom_roles: FieldName[list[str]]
    key_hash: FieldName[str]
    networks: FieldName[str]
    revoked_at: FieldName[datetime]
    last_used_at: FieldName[datetime]


class DirectoryTokens(FieldNames):
    """The fields of the tokens by which a directory provisions people."""

    name: FieldName[str]
    token_hash: FieldName[str]
    networks: FieldName[str]
    revoked_at: FieldName[datetime]
    last_used_at: FieldName[datetime]


class DirectoryPeople(FieldNames):
    """The fields of people as a directory knows them."""

    user_name: FieldName[str]
    external_id: FieldName[str]
    email: FieldName[str]
    active: FieldName[bool]
    user: FieldName[UUID]
    placed: FieldName[bool]
    attributes: FieldName[Json]


class DirectoryGroups(FieldNames):
    """The fields of a directory's groups, and of what they give here."""

    display_name: FieldName[str]
    external_id: FieldName[str]
    roles: FieldName[list[str]]
    custom_role: FieldName[UUID]
    dealership: FieldName[UUID]


class DirectoryMembers(FieldNames):
    """The fields of who is in a directory's groups."""

    group: FieldName[UUID]
    person: FieldName[UUID]
