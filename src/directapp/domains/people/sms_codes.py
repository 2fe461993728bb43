"""Codes by text message: a second factor that a company may allow, and that lets its person in, and does nothing else.

A number is taken over by whoever talks a telephone company into another SIM card, and a message is read on a locked
screen. So a company switches it on, and what asks for a second factor anew takes no such code.
"""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from directapp.declare.kinds import BadValueError, Kind, read
from directapp.declare.names import Values
from directapp.domains.people import lockout
from directapp.domains.people.codes import WRONG_CODE, factors_of, note_use
from directapp.domains.people.enrolment import (
    SETUP_LIFE,
    Enrolled,
    Person,
    count_factor,
    demand_own,
    demand_room,
    demand_shown,
    person_of,
)
from directapp.domains.people.fields import SECOND_FACTORS, TENANTS, SecondFactors, Tenants, Users
from directapp.domains.people.flow import Auth
from directapp.domains.people.ports import Found, Rows
from directapp.domains.people.principal import load_user
from directapp.domains.people.second_factor import SMS
from directapp.kernel.actor import PROOF_LIFE, Actor
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem, TooManyError
from directapp.kernel.languages import Language
from directapp.kernel.text import _

CODE_LIFE = timedelta(minutes=5)
PAUSE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
# Within an hour: to one person, to one number whoever asks, and to all people of a company.
MOST_TO_PERSON, MOST_TO_NUMBER, MOST_OF_COMPANY = 5, 5, 200
_DIGITS, _SHOWN_DIGITS = 6, 2

OFF = _("Your company does not use codes by SMS.")
NO_NUMBER = _("You have no phone for codes.")
BAD_NUMBER = _("Write a phone number that takes text messages.")
TOO_MANY = _("Too many codes have been sent. Wait {seconds} seconds, or show your second factor another way.")
NAME = _("Phone …{digits}")
MESSAGE = _("{code} is your code for DirectApp. Tell it to nobody: we never ask for it.")


async def offers_sms(auth: Auth, tenant: UUID) -> bool:
    """Whether a company lets its people use codes by SMS, and a service is there to send them."""
    async with auth.open(tenant) as rows:
        return auth.port.can_text and await _allowed(rows, tenant)


async def _allowed(rows: Rows[Any], tenant: UUID) -> bool:
    return bool((await rows.look_up(TENANTS, tenant)).row.get(Tenants.sms_codes))


async def _demand_offered(auth: Auth, tenant: UUID) -> None:
    if not await offers_sms(auth, tenant):
        raise ConflictError(OFF)


async def own_number(auth: Auth, actor: Actor) -> str | None:
    """Return the end of the number that a person's codes go to, None where they are sent to none."""
    if actor.user is None or not await offers_sms(auth, actor.tenant):
        return None
    async with auth.open(actor.tenant) as rows:
        found = await _factor(rows, actor.user)
    return None if found is None else str(found.row[SecondFactors.phone])[-_SHOWN_DIGITS:]


async def profile_number(auth: Auth, actor: Actor) -> str:
    """Return the number of a person's profile, nothing where it has none."""
    if actor.user is None:
        raise ForbiddenError
    async with auth.open(actor.tenant) as rows:
        return str((await load_user(rows, actor.user)).get(Users.phone) or "")


async def begin_sms(auth: Auth, actor: Actor, address: str, *, phone: str, password: str = "") -> None:
    """Send a code to a phone that is being set up; it counts once the code has been typed.

    Raises:
        ConflictError: the company does not use it.
        InvalidError: no number, or the password is asked for and wrong.
        StepUpError: the person has a second factor, and has not just shown it.
        TooManyError: too many codes have been sent, or too many wrong ones typed.
        OutsideError: the message did not go.

    """
    await _demand_offered(auth, actor.tenant)
    person = await person_of(auth, actor, address)
    await demand_own(auth, actor, person, password)
    try:
        number = str(read(Kind.PHONE, phone) or "")
    except BadValueError:
        number = ""
    if not number:
        raise InvalidError(Problem(BAD_NUMBER, field="phone"))
    await _count_sending(auth, actor, number)
    values: Values = {
        SecondFactors.user: person.user,
        SecondFactors.kind: SMS,
        SecondFactors.name: NAME.fill(digits=number[-_SHOWN_DIGITS:]).pick(actor.language),
        SecondFactors.phone: number,
    }
    async with auth.open(actor.tenant) as rows:
        for begun in await factors_of(rows, person.user, confirmed=False):
            await rows.remove(begun)
        await demand_room(rows, person.user)
        made = await rows.create(SECOND_FACTORS, values)
        code = await _new_code(auth, rows, made)
    await _send(auth, number, code, actor.language)


async def confirm_sms(auth: Auth, actor: Actor, address: str, *, code: str) -> Enrolled:
    """Let the phone that is being set up count, by the code that was sent to it.

    Raises:
        StepUpError: the person has a second factor, and has not just shown it.
        InvalidError: the code is wrong, or none was sent.
        TooManyError: too many wrong ones.

    """
    demand_shown(auth, actor)
    person = await person_of(auth, actor, address)
    await lockout.refuse_locked(auth.port, person.tried, auth.clock())
    enrolled = await _confirm(auth, actor, person, code)
    if enrolled is None:
        await lockout.count_failure(auth.port, person.tried, auth.clock())
        raise InvalidError(Problem(WRONG_CODE, field="code"))
    await auth.port.notify_invalidation(actor.tenant, person.user)
    return enrolled


async def _confirm(auth: Auth, actor: Actor, person: Person, code: str) -> Enrolled | None:
    now = auth.clock()
    async with auth.open(actor.tenant) as rows:
        begun = await _factor(rows, person.user, confirmed=False)
        fresh = begun is not None and now - begun.row[SecondFactors.created_at] <= SETUP_LIFE
        if begun is None or not fresh or not fits(auth, begun, person.user, code.replace(" ", "")):
            return None
        for old in await factors_of(rows, person.user):
            if old.row[SecondFactors.kind] == SMS:
                await rows.remove(old)
        await rows.change({SecondFactors.confirmed_at: now, SecondFactors.code_hash: None}, on=begun)
        return Enrolled(await count_factor(auth, rows, person, now, shown=shown_by_sms(auth)))


async def send_code(auth: Auth, actor: Actor, address: str) -> None:
    """Send a code to who has shown the password and waits to show the second factor.

    Raises:
        ForbiddenError: nothing is waited for: what asks for a second factor anew takes no such code.
        ConflictError: the company does not use it, or the person has no phone for it.
        TooManyError: too many codes have been sent, or too many wrong ones typed.
        OutsideError: the message did not go.

    """
    if actor.waits_for != "second_factor":
        raise ForbiddenError
    await _demand_offered(auth, actor.tenant)
    person = await person_of(auth, actor, address)
    await lockout.refuse_locked(auth.port, person.tried, auth.clock())
    async with auth.open(actor.tenant) as rows:
        found = await _factor(rows, person.user)
    if found is None:
        raise ConflictError(NO_NUMBER)
    number = str(found.row[SecondFactors.phone])
    await _count_sending(auth, actor, number)
    async with auth.open(actor.tenant) as rows:
        code = await _new_code(auth, rows, await rows.look_up(SECOND_FACTORS, found.id))
    await _send(auth, number, code, actor.language)


async def use_sms(auth: Auth, rows: Rows[Any], tenant: UUID, user: UUID, plain: str) -> bool:
    """Use the code that was sent to somebody up; whether it was that one."""
    found = await _factor(rows, user)
    if found is None or not await _allowed(rows, tenant) or not fits(auth, found, user, plain):
        return False
    await rows.change({SecondFactors.code_hash: None}, on=found)
    await note_use(
        auth, rows, await rows.look_up(SECOND_FACTORS, found.id), uses=int(found.row[SecondFactors.uses] or 0)
    )
    return True


def fits(auth: Auth, factor: Found, user: UUID, plain: str) -> bool:
    """Whether a code is the one that was sent last, and not too long ago."""
    sent, until = factor.row.get(SecondFactors.code_hash), factor.row.get(SecondFactors.code_until)
    return sent is not None and until is not None and auth.clock() < until and auth.signer.is_code(sent, user, plain)


def shown_by_sms(auth: Auth) -> Any:
    """Return when a code by SMS counts as shown: too long ago for what asks for a second factor anew."""
    return auth.clock() - 2 * PROOF_LIFE


async def _factor(rows: Rows[Any], user: UUID, *, confirmed: bool = True) -> Found | None:
    own = await factors_of(rows, user, confirmed=confirmed)
    return next((one for one in own if one.row[SecondFactors.kind] == SMS), None)


async def _new_code(auth: Auth, rows: Rows[Any], factor: Found) -> str:
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    digest = auth.signer.code_digest(factor.row[SecondFactors.user], code)
    await rows.change({SecondFactors.code_hash: digest, SecondFactors.code_until: auth.clock() + CODE_LIFE}, on=factor)
    return code


async def _send(auth: Auth, number: str, code: str, language: Language) -> None:
    # The last line binds the code to the site that it is filled in at (WebOTP).
    host = urlsplit(auth.base_url).hostname or ""
    await auth.port.send_text(number, f"{MESSAGE.fill(code=code).pick(language)}\n\n@{host} #{code}")


async def _count_sending(auth: Auth, actor: Actor, number: str) -> None:
    """Count a message before it goes; each costs money, and a number may be anybody's (TooManyError)."""
    now = auth.clock()
    limits = {
        f"sms to {actor.user}": MOST_TO_PERSON,
        f"sms to {number}": MOST_TO_NUMBER,
        f"sms of {actor.tenant}": MOST_OF_COMPANY,
    }
    counted = await auth.port.count_failures(list(limits))
    for key, most in limits.items():
        found = counted.get(key)
        since = None if found is None or found.last_at is None else now - found.last_at
        if since is None or found is None:
            continue
        wait = _HOUR if found.count >= most else PAUSE if most != MOST_OF_COMPANY else timedelta()
        if since < wait:
            _refuse(wait - since)
    for key, most in limits.items():
        if (await auth.port.record_failure(key, at=now, since=now - _HOUR)).count > most:
            _refuse(_HOUR)


def _refuse(wait: timedelta) -> None:
    seconds = int(wait.total_seconds()) + 1
    raise TooManyError(TOO_MANY.fill(seconds=seconds), retry_after=seconds)
