"""Setting up a second factor, showing it, and taking it away: what a person does for themselves."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.names import Values
from directapp.domains.people import lockout
from directapp.domains.people.auth import demand_password
from directapp.domains.people.codes import (
    MOST_FACTORS,
    WRONG_CODE,
    UseCode,
    factors_of,
    new_recovery_codes,
    use_code,
)
from directapp.domains.people.fields import (
    RECOVERY_CODES,
    SECOND_FACTORS,
    TENANTS,
    USERS,
    Credentials,
    RecoveryCodes,
    SecondFactors,
    Sessions,
    Tenants,
    Users,
)
from directapp.domains.people.flow import Auth
from directapp.domains.people.issue import end_sessions, open_session, take_factors
from directapp.domains.people.ports import Found, Rows
from directapp.domains.people.principal import load_user, own_roles
from directapp.domains.people.roles import counts_as, needs_second_factor
from directapp.domains.people.second_factor import TOTP
from directapp.domains.people.totp import new_totp_secret, step_of, totp_address
from directapp.kernel.actor import PROOF_LIFE, Actor
from directapp.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    KeyMissingError,
    NotFoundError,
    Problem,
    StepUpError,
)
from directapp.kernel.text import _

# So long after signing in nobody is asked for the password again.
_FRESH = timedelta(minutes=10)
# From the key of an app to the first code of it.
SETUP_LIFE = timedelta(minutes=15)
TOO_MANY = _("You have {most} second factors. Take one away first.")
LAST = _("Your role needs a second factor: set up another one before you take this one away.")
SIGN_IN_ANEW = _("You have no password here. Sign out and in again, and do this within ten minutes.")
APP = _("Authenticator app")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in, as what they may do with their second factors is judged."""

    user: UUID
    session: UUID
    tried: lockout.Attempt
    email: str


@dataclass(frozen=True, slots=True)
class TotpSetup:
    """What an authenticator app is given."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A second factor that counts from now on; the recovery codes where it is the first."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proven:
    """A second factor was shown, and when.

    ``cookie`` is that of the sign-in that takes the place of a waiting one, ``device`` what its device keeps.
    """

    at: datetime
    cookie: str | None = None
    device: str | None = None


async def person_of(auth: Auth, actor: Actor, address: str, device: str = "") -> Person:
    """Return who signed in (ForbiddenError: an API key or a part of the system)."""
    if actor.user is None or actor.session is None:
        raise ForbiddenError
    async with auth.open(actor.tenant) as rows:
        email = str((await load_user(rows, actor.user))[Users.email])
    # Who knows the password begins as many waiting sign-ins as they like: those are no device of their own.
    known = auth.signer.device(actor.user, device) if actor.waits_for == "second_factor" else str(actor.session)
    return Person(actor.user, actor.session, lockout.attempt(email, address, known), email)


async def needs_password(auth: Auth, actor: Actor) -> bool:
    """Whether the password is asked for before a first second factor is set up: the sign-in is not fresh any more."""
    if actor.has_second_factor or actor.session is None:
        return False
    async with auth.open(actor.tenant) as rows:
        begun = (await rows.look_up("sessions", actor.session)).row[Sessions.created_at]
    return bool(auth.clock() - begun > _FRESH)


def demand_shown(auth: Auth, actor: Actor) -> None:
    """Refuse who has a second factor and has not just shown it (StepUpError)."""
    if actor.must_prove(auth.clock()):
        raise StepUpError


async def demand_own(auth: Auth, actor: Actor, person: Person, password: str) -> None:
    """Make sure that it is the person who adds or takes away a second factor.

    Raises:
        StepUpError: they have one, and have not just shown it.
        InvalidError: they have none, and the password is asked for and wrong.
        ConflictError: they have no password either, and have not just signed in.
        TooManyError: too many wrong ones.

    """
    demand_shown(auth, actor)
    if await needs_password(auth, actor):
        await _demand_a_password(auth, actor, person)
        await demand_password(auth, actor.tenant, person.user, password=password, tried=person.tried)


async def _demand_a_password(auth: Auth, actor: Actor, person: Person) -> None:
    async with auth.open(actor.tenant) as rows:
        known = await rows.find("credentials", {Credentials.user: person.user}, limit=1)
    if not known:
        raise ConflictError(SIGN_IN_ANEW)


async def begin_totp(auth: Auth, actor: Actor, address: str, *, password: str = "") -> TotpSetup:
    """Return a secret for an authenticator app; it counts once a code of it has been shown."""
    person = await person_of(auth, actor, address)
    await demand_own(auth, actor, person, password)
    secret = new_totp_secret()
    values: Values = {
        SecondFactors.user: person.user,
        SecondFactors.kind: TOTP,
        SecondFactors.name: APP.pick(actor.language),
        SecondFactors.secret: secret,
    }
    async with auth.open(actor.tenant) as rows:
        company = str((await rows.look_up(TENANTS, actor.tenant)).row[Tenants.name])
        for begun in await factors_of(rows, person.user, confirmed=False):
            await rows.remove(begun)
        await demand_room(rows, person.user)
        await rows.create(SECOND_FACTORS, values)
    return _setup(secret, person, company)


async def begun_totp(auth: Auth, actor: Actor, address: str) -> TotpSetup | None:
    """Return what the app that is being set up was given, None where none is (StepUpError: show the factor first)."""
    demand_shown(auth, actor)
    person = await person_of(auth, actor, address)
    async with auth.open(actor.tenant) as rows:
        begun = await _begun(auth, rows, person.user)
        company = str((await rows.look_up(TENANTS, actor.tenant)).row[Tenants.name])
    return None if begun is None else _setup(begun[1], person, company)


async def _begun(auth: Auth, rows: Rows[Any], user: UUID) -> tuple[Found, str] | None:
    """Return the app that is being set up and its secret; one that was given up is nobody's way in later."""
    for one in await factors_of(rows, user, confirmed=False):
        if one.row[SecondFactors.kind] == TOTP and auth.clock() - one.row[SecondFactors.created_at] <= SETUP_LIFE:
            return one, await rows.unsealed(one, SecondFactors.secret)
    return None


def _setup(secret: str, person: Person, company: str) -> TotpSetup:
    return TotpSetup(secret, totp_address(secret, account=person.email, issuer=f"DirectApp {company}"))


async def confirm_totp(auth: Auth, actor: Actor, address: str, *, code: str) -> Enrolled:
    """Let the authenticator app that is being set up count, by a code of it.

    Raises:
        StepUpError: the person has a second factor, and has not just shown it.
        InvalidError: the code is wrong, or none is being set up.
        TooManyError: too many wrong ones.

    """
    demand_shown(auth, actor)
    person = await person_of(auth, actor, address)
    enrolled = await _confirm(auth, actor, person, code)
    if enrolled is None:
        await lockout.count_failure(auth.port, person.tried, auth.clock())
        raise InvalidError(Problem(WRONG_CODE, field="code"))
    return enrolled


async def verify(auth: Auth, actor: Actor, address: str, *, code: str) -> Enrolled | None:
    """Take a code of the app that is being set up, else show the second factor by it (None).

    Raises:
        InvalidError: it is wrong.
        TooManyError: too many wrong ones.

    """
    if not actor.has_second_factor:
        return await confirm_totp(auth, actor, address, code=code)
    if not actor.must_prove(auth.clock()):
        enrolled = await _confirm(auth, actor, await person_of(auth, actor, address), code)
        if enrolled is not None:
            return enrolled
    await prove(auth, actor, address, code=code)
    return None


async def _confirm(auth: Auth, actor: Actor, person: Person, code: str) -> Enrolled | None:
    """Let the app that is being set up count where the code is its own; None where it is not, or none is."""
    await lockout.refuse_locked(auth.port, person.tried, auth.clock())
    async with auth.open(actor.tenant) as rows:
        begun = await _begun(auth, rows, person.user)
        step = None if begun is None else step_of(begun[1], code.replace(" ", ""), auth.clock(), 0)
        if begun is None or step is None:
            return None
        now = auth.clock()
        await rows.change({SecondFactors.confirmed_at: now, SecondFactors.uses: step}, on=begun[0])
        codes = await count_factor(auth, rows, person, now)
    await auth.port.notify_invalidation(actor.tenant, person.user)
    return Enrolled(codes)


async def count_factor(
    auth: Auth, rows: Rows[Any], person: Person, now: datetime, *, shown: datetime | None = None
) -> tuple[str, ...]:
    """Note that a person has a second factor and has shown it here, now unless ``shown`` says when.

    Every other sign-in ends with the first one.
    """
    user = await rows.look_up(USERS, person.user)
    session = await rows.look_up("sessions", person.session)
    await rows.change({Sessions.second_factor_at: shown or now}, on=session)
    if user.row.get(Users.second_factor_at) is not None:
        return ()
    await rows.change({Users.second_factor_at: now}, on=user)
    await end_sessions(rows, person.user, now, keep=person.session)
    return await new_recovery_codes(auth, rows, person.user)


async def prove(
    auth: Auth, actor: Actor, address: str, *, code: str, device: str = "", more: UseCode | None = None
) -> Proven:
    """Show the second factor by a code, a recovery code among them; ``more`` are taken by a sign-in that waits alone.

    Raises:
        InvalidError: it is wrong.
        TooManyError: too many wrong ones.

    """
    person = await person_of(auth, actor, address, device)
    more = more if actor.waits_for == "second_factor" else None
    other = await use_code(auth, actor.tenant, person.user, code=code, tried=person.tried, more=more)
    return await note_proven(auth, actor, person, lasting=not other)


async def note_proven(auth: Auth, actor: Actor, person: Person, *, lasting: bool = True) -> Proven:
    """Note that a second factor was shown; a sign-in that waited for it gives way to one under another cookie.

    Where it is not ``lasting``, what asks for a second factor anew asks at once.
    """
    now, cookie = auth.clock(), None
    async with auth.open(actor.tenant) as rows:
        session = await rows.look_up("sessions", person.session)
        if actor.waits_for != "second_factor":
            await rows.change({Sessions.second_factor_at: now}, on=session)
        else:
            await rows.change({Sessions.ended_at: now}, on=session)
            said = (str(session.row.get(name) or "") for name in (Sessions.address, Sessions.user_agent))
            address, user_agent = said
            opened = await open_session(
                rows,
                actor.tenant,
                person.user,
                "page",
                now=now,
                address=address,
                user_agent=user_agent,
                proven=True,
                at_provider={
                    **await _at_provider(rows, session),
                    **({} if lasting else {Sessions.second_factor_at: now - 2 * PROOF_LIFE}),
                },
            )
            cookie = opened.cookie
    if cookie is not None:
        counted = await lockout.refuse_locked(auth.port, person.tried, now)
        await lockout.forgive(auth.port, person.tried, counted, now)
    await auth.port.notify_invalidation(actor.tenant, person.user)
    if cookie is None:
        return Proven(now)
    return Proven(now, cookie.text, auth.signer.device_token(person.user))


async def _at_provider(rows: Rows[Any], session: Found) -> Values:
    """Return by what a provider knows a sign-in, to be kept with the one that follows it."""
    kept: Values = {name: session.row.get(name) for name in (Sessions.provider, Sessions.provider_session)}
    if session.row.get(Sessions.id_token) is not None:
        # Without it the sign-in there is ended by hand, and nothing else is lost.
        with suppress(KeyMissingError):
            kept[Sessions.id_token] = await rows.unsealed(session, Sessions.id_token)
    return kept


async def own_factors(auth: Auth, actor: Actor) -> tuple[list[Found], int]:
    """Return a person's second factors, oldest first, and how many recovery codes are left."""
    if actor.user is None:
        raise ForbiddenError
    async with auth.open(actor.tenant) as rows:
        found = await factors_of(rows, actor.user)
        left = await rows.find(RECOVERY_CODES, {RecoveryCodes.user: actor.user, RecoveryCodes.used_at: None}, limit=100)
    return sorted(found, key=lambda one: one.row[SecondFactors.created_at]), len(left)


async def renew_codes(auth: Auth, actor: Actor, address: str) -> tuple[str, ...]:
    """Make new recovery codes; the old ones are good no more (StepUpError: the second factor was not just shown)."""
    person = await person_of(auth, actor, address)
    if not actor.has_second_factor or actor.must_prove(auth.clock()):
        raise StepUpError
    async with auth.open(actor.tenant) as rows:
        return await new_recovery_codes(auth, rows, person.user)


async def take_away(auth: Auth, actor: Actor, address: str, factor: UUID) -> None:
    """Take one of one's own second factors away; with the last one the recovery codes go.

    Raises:
        StepUpError: the second factor was not just shown.
        ConflictError: it is the last one, and the person's role needs one.
        NotFoundError: it is none of theirs.

    """
    demand_shown(auth, actor)
    person = await person_of(auth, actor, address)
    async with auth.open(actor.tenant) as rows:
        own = await factors_of(rows, person.user)
        found = next((one for one in own if one.id == factor), None)
        if found is None:
            raise NotFoundError
        if len(own) > 1:
            await rows.remove(found)
        else:
            user, company = await rows.look_up(USERS, person.user), await rows.look_up(TENANTS, actor.tenant)
            if needs_second_factor(company.row, counts_as(user.row, await own_roles(rows, user.row))):
                raise ConflictError(LAST)
            await take_factors(rows, person.user)
            await rows.change({Users.second_factor_at: None}, on=user)
    await auth.port.notify_invalidation(actor.tenant, person.user)


async def demand_room(rows: Rows[Any], user: UUID) -> None:
    """Refuse more second factors than anybody has (ConflictError)."""
    if len(await factors_of(rows, user)) >= MOST_FACTORS:
        raise ConflictError(TOO_MANY.fill(most=MOST_FACTORS))
