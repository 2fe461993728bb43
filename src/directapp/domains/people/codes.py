"""Codes of the second factor: judged, each good once, and counted against guessing as passwords are."""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import structlog

from directapp.declare.names import Values
from directapp.domains.people import lockout
from directapp.domains.people.fields import (
    RECOVERY_CODES,
    SECOND_FACTORS,
    USERS,
    RecoveryCodes,
    SecondFactors,
    Users,
)
from directapp.domains.people.flow import Auth
from directapp.domains.people.issue import use_up
from directapp.domains.people.ports import Found, Rows
from directapp.domains.people.second_factor import TOTP
from directapp.domains.people.totp import step_of
from directapp.kernel.errors import InvalidError, KeyMissingError, Problem, StaleError, UnauthenticatedError
from directapp.kernel.text import Text, _

_log = structlog.get_logger(__name__)
WRONG_CODE = _("The code is wrong or has been used. Wait for the next one, or use a recovery code.")
CODE_MISSING = _("The code of the second factor is missing.")
# What a person is told who has to do something first.
WAITS: Mapping[str, Text] = {
    "enrolment": _("Set up a second factor first: your role needs one."),
    "second_factor": _("Show your second factor first."),
}
MOST_FACTORS = 20
UseCode = Callable[[Auth, Rows[Any], UUID, UUID, str], Awaitable[bool]]
_RECOVERY = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_HALF = 5
_BETWEEN = re.compile(r"[\s\-]+")


class CodeError(UnauthenticatedError):
    """The password fits, and the code beside it is missing or wrong (401 INVALID_OTP)."""

    status = HTTPStatus.UNAUTHORIZED
    code = "INVALID_OTP"


async def has_factor(auth: Auth, tenant: UUID, user: UUID) -> bool:
    """Whether a user has set up a second factor."""
    async with auth.open(tenant) as rows:
        return (await rows.look_up(USERS, user)).row.get(Users.second_factor_at) is not None


async def demand_code(auth: Auth, tenant: UUID, user: UUID, *, code: str, tried: lockout.Attempt) -> None:
    """Ask for the code beside a password.

    Raises:
        CodeError: it is missing or wrong.
        TooManyError: too many wrong ones.

    """
    if not code:
        raise CodeError(Problem(CODE_MISSING, field="otp"))
    try:
        await use_code(auth, tenant, user, code=code, tried=tried)
    except InvalidError:
        raise CodeError(Problem(WRONG_CODE, field="otp")) from None


async def use_code(
    auth: Auth, tenant: UUID, user: UUID, *, code: str, tried: lockout.Attempt, more: UseCode | None = None
) -> bool:
    """Use a code of an authenticator app, or a recovery code, up; or one of ``more``, which is told by True.

    Raises:
        InvalidError: it is wrong, or was used before.
        TooManyError: too many wrong ones.

    """
    await lockout.refuse_locked(auth.port, tried, auth.clock())
    plain, fits, other = _BETWEEN.sub("", code).lower(), False, False
    # Of two who use the same code at once, one finds the row changed.
    with suppress(StaleError):
        async with auth.open(tenant) as rows:
            fits = await _use_totp(auth, rows, user, plain) or await _use_recovery(auth, rows, user, plain)
            other = not fits and more is not None and await more(auth, rows, tenant, user, plain)
    if not fits and not other:
        await lockout.count_failure(auth.port, tried, auth.clock())
        raise InvalidError(Problem(WRONG_CODE, field="code"))
    await lockout.refuse_locked(auth.port, tried, auth.clock())
    return other


async def _use_totp(auth: Auth, rows: Rows[Any], user: UUID, plain: str) -> bool:
    for factor in await factors_of(rows, user):
        if factor.row[SecondFactors.kind] != TOTP:
            continue
        try:
            secret = await rows.unsealed(factor, SecondFactors.secret)
        except KeyMissingError:
            # Whoever has lost the key of the app with the installation still has the recovery codes.
            _log.exception("second_factor_unreadable", user=str(user))
            continue
        step = step_of(secret, plain, auth.clock(), int(factor.row[SecondFactors.uses] or 0))
        if step is not None:
            await note_use(auth, rows, factor, uses=step)
            return True
    return False


async def _use_recovery(auth: Auth, rows: Rows[Any], user: UUID, plain: str) -> bool:
    found = await rows.find(
        RECOVERY_CODES,
        {RecoveryCodes.user: user, RecoveryCodes.code_hash: auth.signer.code_digest(user, plain)},
        limit=1,
    )
    if not found or found[0].row.get(RecoveryCodes.used_at) is not None:
        return False
    await use_up(rows, found[0], auth.clock())
    return True


async def note_use(auth: Auth, rows: Rows[Any], factor: Found, *, uses: int) -> None:
    """Note that a factor was shown (StaleError: somebody else just did); the mark differs, as in ``use_up``."""
    shown: Values = {SecondFactors.last_used_at: auth.clock(), SecondFactors.used_mark: uuid4().hex}
    await rows.change({SecondFactors.uses: uses, **shown}, on=factor)


async def factors_of(rows: Rows[Any], user: UUID, *, confirmed: bool = True) -> list[Found]:
    """Return the second factors of a user that count, or those that are still being set up."""
    found = await rows.find(SECOND_FACTORS, {SecondFactors.user: user}, limit=MOST_FACTORS)
    return [one for one in found if (one.row.get(SecondFactors.confirmed_at) is not None) is confirmed]


async def new_recovery_codes(auth: Auth, rows: Rows[Any], user: UUID) -> tuple[str, ...]:
    """Make ten recovery codes in place of those there were; only their digests are kept."""
    for old in await rows.find(RECOVERY_CODES, {RecoveryCodes.user: user}, limit=100):
        await rows.remove(old)
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(2 * _HALF)) for _ in range(_RECOVERY)]
    for code in codes:
        digest = auth.signer.code_digest(user, code)
        await rows.create(RECOVERY_CODES, {RecoveryCodes.user: user, RecoveryCodes.code_hash: digest})
    return tuple(f"{code[:_HALF]}-{code[_HALF:]}" for code in codes)
