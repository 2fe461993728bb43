"""Second factors: authenticator apps, passkeys and recovery codes; who must have one, and who has to show it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from directapp.declare.access import KEYRING, Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Patch, Row
from directapp.declare.rules import Nothing
from directapp.domains.people.fields import (
    RECOVERY_CODES,
    SECOND_FACTORS,
    USERS,
    RecoveryCodes,
    SecondFactors,
    Sessions,
    Tenants,
    Users,
)
from directapp.domains.people.roles import ADMIN, ROLE_CHOICES, lacks_second_factor
from directapp.kernel.text import _

TOTP, PASSKEY, SMS = "totp", "passkey", "sms"
# Those who see customers, prices or everybody's work.
REQUIRED = ("new_car_sales", "used_car_sales", "sales_manager", "manager", "finance", "tenant_admin")
_MOST_GRACE_DAYS = 90
_NAME_LENGTH = 60

_OWNED = Access(
    # Nobody reads them; the entry lets the sign-in system delete what its person takes away.
    grants=(Grant(role=ADMIN, rows=Nothing(), read=(), delete=True),),
    systems=("signin",),
    delete_why=_("Who takes a second factor away, or has it reset, must not be let in by it again."),
)


def waits_for(
    company: Row, user: Row, session: Row | None, roles: Iterable[str], now: datetime
) -> Literal["enrolment", "second_factor"] | None:
    """Return what a person who counts as ``roles`` must do before anything else; ``session`` None is an API key."""
    if session is not None and session.get(Sessions.second_factor_at) is not None:
        return None
    if user.get(Users.second_factor_at) is not None:
        return None if session is None else "second_factor"
    return "enrolment" if lacks_second_factor(company, user, roles, now) else None


def note_since(case: Case) -> Patch:
    """Keep since when the present roles need a second factor: the days of grace run from then."""
    return {Tenants.second_factor_since: case.now} if case.changed(Tenants.second_factor_roles) else {}


COMPANY_GROUP = Group(
    "second_factor",
    _("Second factor"),
    (
        field(
            Tenants.second_factor_roles,
            _("Roles that need a second factor"),
            Kind.CHOICES,
            choices=ROLE_CHOICES,
            default=list(REQUIRED),
            step_up=True,
            help=_("Whoever has one of these roles signs in with a code or a passkey beside the password."),
        ),
        field(
            Tenants.second_factor_grace_days,
            _("Days to set it up"),
            Kind.INTEGER,
            default=0,
            minimum=0,
            maximum=_MOST_GRACE_DAYS,
            step_up=True,
            help=_("So many days new people may wait. 0: the second factor is set up at the first sign-in."),
        ),
        field(
            Tenants.sms_codes,
            _("Codes by SMS"),
            Kind.BOOLEAN,
            default=False,
            step_up=True,
            help=_(
                "People may have a code sent to their phone when they sign in. Leave it off where you can: numbers are"
                " taken over with a new SIM card, and messages are read on locked screens. So such a code only signs"
                " in; what asks for the second factor again asks for an app, a passkey or a recovery code."
            ),
        ),
        field(Tenants.second_factor_since, _("Demanded since"), Kind.INSTANT, computed=True),
    ),
)


def _owner(**more: Any) -> Any:
    return field(
        SecondFactors.user,
        _("User"),
        Kind.REF,
        ref=USERS,
        on_delete="cascade",
        required=True,
        personal="employee",
        **more,
    )


COLLECTIONS: tuple[Collection, ...] = (
    Collection(
        name=SECOND_FACTORS,
        label=_("Second factor"),
        plural=_("Second factors"),
        groups=(
            Group(
                "all",
                _("Second factor"),
                (
                    _owner(immutable=True),
                    field(
                        SecondFactors.kind,
                        _("Kind"),
                        Kind.CHOICE,
                        required=True,
                        choices=choices(
                            (TOTP, _("Authenticator app")), (PASSKEY, _("Passkey")), (SMS, _("Code by SMS"))
                        ),
                    ),
                    field(SecondFactors.name, _("Name"), required=True, max_length=_NAME_LENGTH, personal="employee"),
                    field(SecondFactors.secret, _("Secret"), max_length=200, secret=True, encrypted=True),
                    field(SecondFactors.credential, _("Id of the passkey"), max_length=1400),
                    field(SecondFactors.public_key, _("Public key"), max_length=4000),
                    field(SecondFactors.uses, _("Count of uses"), Kind.INTEGER, default=0, minimum=0),
                    field(SecondFactors.phone, _("Phone"), Kind.PHONE, personal="employee"),
                    field(SecondFactors.code_hash, _("Code"), max_length=100, secret=True),
                    field(SecondFactors.code_until, _("Expires"), Kind.INSTANT),
                    field(SecondFactors.confirmed_at, _("Set up"), Kind.INSTANT),
                    field(SecondFactors.last_used_at, _("Last used"), Kind.INSTANT),
                    field(SecondFactors.used_mark, _("Mark of use"), max_length=64),
                ),
            ),
        ),
        access=replace(_OWNED, systems=(*_OWNED.systems, KEYRING)),
        views=Views(columns=(SecondFactors.user, SecondFactors.kind), title=(SecondFactors.name,)),
        unique=(Unique(fields=(SecondFactors.credential,), message=_("The passkey is known already.")),),
        exposed=False,
    ),
    Collection(
        name=RECOVERY_CODES,
        label=_("Recovery code"),
        plural=_("Recovery codes"),
        groups=(
            Group(
                "all",
                _("Recovery code"),
                (
                    _owner(immutable=True),
                    field(RecoveryCodes.code_hash, _("Code"), required=True, max_length=100, secret=True),
                    field(RecoveryCodes.used_at, _("Used"), Kind.INSTANT),
                    field(RecoveryCodes.used_mark, _("Mark of use"), max_length=64),
                ),
            ),
        ),
        access=_OWNED,
        views=Views(columns=(RecoveryCodes.user, RecoveryCodes.used_at), title=(RecoveryCodes.user,)),
        exposed=False,
    ),
)
