"""Passkeys (W3C Web Authentication, level 2): set up, shown as the second factor, and signed in with alone."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from directapp.declare.names import Values
from directapp.domains.people import lockout
from directapp.domains.people.auth import begin_proven
from directapp.domains.people.codes import factors_of, note_use
from directapp.domains.people.enrolment import (
    Enrolled,
    Person,
    Proven,
    count_factor,
    demand_own,
    demand_room,
    note_proven,
    person_of,
)
from directapp.domains.people.fields import SECOND_FACTORS, TENANTS, USERS, SecondFactors, Tenants, Users
from directapp.domains.people.flow import Auth, SignedIn
from directapp.domains.people.ports import Found
from directapp.domains.people.second_factor import PASSKEY
from directapp.kernel.actor import Actor
from directapp.kernel.errors import (
    InvalidError,
    NotFoundError,
    NotUniqueError,
    Problem,
    StaleError,
    UnauthenticatedError,
)
from directapp.kernel.text import _

_LIFE = timedelta(minutes=5)
_LONGEST = 20_000
_LONGEST_NAME = 60
_ID_BYTES = 16
SIGN_IN = "sign in"
REFUSED = _("The passkey was not accepted. Try again, or use a code.")
KNOWN = _("This passkey is set up already.")
NO_NAME = _("Passkey")


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site as browsers know it: its origin, and the domain that its passkeys are of."""

    origin: str
    domain: str


def relying_party(address: str) -> RelyingParty | None:
    """Return the site at an address; None where browsers make no passkeys: without a name, or without https."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    with suppress(ValueError):
        ip_address(host)
        return None
    if not host or (parts.scheme != "https" and host != "localhost"):
        return None
    return RelyingParty(f"{parts.scheme}://{parts.netloc}", host)


async def ask_new_passkey(auth: Auth, actor: Actor, site: RelyingParty, address: str, *, password: str = "") -> str:
    """Return what the browser is asked to make a passkey by, as JSON."""
    person = await person_of(auth, actor, address)
    await demand_own(auth, actor, person, password)
    async with auth.open(actor.tenant) as rows:
        await demand_room(rows, person.user)
        company = str((await rows.look_up(TENANTS, actor.tenant)).row[Tenants.name])
        known = [one for one in await factors_of(rows, person.user) if one.row[SecondFactors.kind] == PASSKEY]
    return options_to_json(
        generate_registration_options(
            rp_id=site.domain,
            rp_name=f"DirectApp {company}",
            user_name=person.email,
            user_id=actor.tenant.bytes + person.user.bytes,
            user_display_name=actor.name,
            challenge=auth.signer.challenge(_purpose("new", person), auth.clock()),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=_bytes(one)) for one in known],
        )
    )


async def add_passkey(auth: Auth, actor: Actor, site: RelyingParty, address: str, *, made: str, name: str) -> Enrolled:
    """Let a passkey that the browser made count.

    Raises:
        InvalidError: it is not what was asked for, or known already.

    """
    person = await person_of(auth, actor, address)
    said, challenge = _read(made)
    if _asked_at(auth, _purpose("new", person), challenge) is None:
        raise InvalidError(REFUSED)
    try:
        verified = verify_registration_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise InvalidError(REFUSED) from None
    now = auth.clock()
    values: Values = {
        SecondFactors.user: person.user,
        SecondFactors.kind: PASSKEY,
        SecondFactors.name: name.strip()[:_LONGEST_NAME] or NO_NAME.pick(actor.language),
        SecondFactors.credential: _text(verified.credential_id),
        SecondFactors.public_key: _text(verified.credential_public_key),
        SecondFactors.uses: verified.sign_count,
        SecondFactors.confirmed_at: now,
    }
    try:
        async with auth.open(actor.tenant) as rows:
            await demand_room(rows, person.user)
            await rows.create(SECOND_FACTORS, values)
            codes = await count_factor(auth, rows, person, now)
    except NotUniqueError:
        raise InvalidError(KNOWN) from None
    await auth.port.notify_invalidation(actor.tenant, person.user)
    return Enrolled(codes)


async def ask_own_passkey(auth: Auth, actor: Actor, site: RelyingParty, address: str) -> str:
    """Return what the browser is asked to show one of the person's passkeys by, as JSON."""
    person = await person_of(auth, actor, address)
    async with auth.open(actor.tenant) as rows:
        own = [one for one in await factors_of(rows, person.user) if one.row[SecondFactors.kind] == PASSKEY]
    return _ask(auth, site, _purpose("show", person), [PublicKeyCredentialDescriptor(id=_bytes(one)) for one in own])


def ask_any_passkey(auth: Auth, site: RelyingParty) -> str:
    """Return what a browser in which nobody is signed in is asked to show a passkey by, as JSON."""
    return _ask(auth, site, SIGN_IN, [])


async def prove_passkey(
    auth: Auth, actor: Actor, site: RelyingParty, address: str, *, shown: str, device: str = ""
) -> Proven:
    """Show the second factor by a passkey (InvalidError: it is not accepted; TooManyError: too many that were not)."""
    person = await person_of(auth, actor, address, device)
    await lockout.refuse_locked(auth.port, person.tried, auth.clock())
    try:
        await _use(auth, site, actor.tenant, person.user, shown=shown, purpose=_purpose("show", person))
    except InvalidError:
        await lockout.count_failure(auth.port, person.tried, auth.clock())
        raise
    return await note_proven(auth, actor, person)


async def sign_in_by_passkey(
    auth: Auth, site: RelyingParty, *, shown: str, address: str, user_agent: str = ""
) -> SignedIn:
    """Begin a page session by a passkey alone: having it and unlocking it are two factors.

    Raises:
        UnauthenticatedError: it opens nothing.
        TooManyError: too many that did not.

    """
    tried = lockout.attempt("", address)
    await lockout.refuse_locked(auth.port, tried, auth.clock())
    try:
        tenant, user = _holder(shown)
        await _use(auth, site, tenant, user, shown=shown, purpose=SIGN_IN)
    except (InvalidError, NotFoundError):
        await lockout.count_failure(auth.port, tried, auth.clock())
        raise UnauthenticatedError(REFUSED) from None
    signed_in = await begin_proven(auth, tenant, user, address=address, user_agent=user_agent)
    await auth.port.notify_invalidation(tenant, user)
    return signed_in


async def _use(auth: Auth, site: RelyingParty, tenant: UUID, user: UUID, *, shown: str, purpose: str) -> None:
    said, challenge = _read(shown)
    asked = _asked_at(auth, purpose, challenge)
    if asked is None:
        raise InvalidError(REFUSED)
    try:
        async with auth.open(tenant) as rows:
            holder = (await rows.look_up(USERS, user)).row
            factor = _named(await factors_of(rows, user), said)
            # Each challenge is good once: an older one than the last use has been answered or given up.
            last = factor.row.get(SecondFactors.last_used_at)
            if not holder[Users.active] or (last is not None and asked <= last):
                raise InvalidError(REFUSED)
            verified = verify_authentication_response(
                credential=said,
                expected_challenge=challenge,
                expected_rp_id=site.domain,
                expected_origin=site.origin,
                credential_public_key=_decode(str(factor.row[SecondFactors.public_key])),
                credential_current_sign_count=int(factor.row[SecondFactors.uses] or 0),
                require_user_verification=True,
            )
            await note_use(auth, rows, factor, uses=verified.new_sign_count)
    except (WebAuthnException, StaleError, ValueError, KeyError, TypeError):
        raise InvalidError(REFUSED) from None


def _named(own: list[Found], said: Mapping[str, Any]) -> Found:
    credential = str(said.get("id", ""))
    for factor in own:
        if factor.row[SecondFactors.kind] == PASSKEY and str(factor.row[SecondFactors.credential]) == credential:
            return factor
    raise InvalidError(REFUSED)


def _ask(auth: Auth, site: RelyingParty, purpose: str, own: list[PublicKeyCredentialDescriptor]) -> str:
    return options_to_json(
        generate_authentication_options(
            rp_id=site.domain,
            challenge=auth.signer.challenge(purpose, auth.clock()),
            allow_credentials=own,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def _purpose(act: str, person: Person) -> str:
    return f"{act} {person.session}"


def _asked_at(auth: Auth, purpose: str, challenge: bytes) -> datetime | None:
    asked = auth.signer.challenged_at(purpose, challenge)
    return asked if asked is not None and auth.clock() - asked <= _LIFE else None


def _read(text: str) -> tuple[dict[str, Any], bytes]:
    """Return what a browser answered, and the challenge that it signed."""
    try:
        said = json.loads(text) if len(text) <= _LONGEST else None
        client = json.loads(_decode(said["response"]["clientDataJSON"]))  # type: ignore[index]
        return said, _decode(client["challenge"])  # type: ignore[return-value]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidError(REFUSED) from None


def _holder(text: str) -> tuple[UUID, UUID]:
    """Return whose passkey it says it is: the tenant and the user."""
    said, _challenge = _read(text)
    try:
        handle = _decode(said["response"]["userHandle"])
        return UUID(bytes=handle[:_ID_BYTES]), UUID(bytes=handle[_ID_BYTES:])
    except (ValueError, KeyError, TypeError):
        raise InvalidError(Problem(REFUSED)) from None


def _bytes(factor: Found) -> bytes:
    return _decode(str(factor.row[SecondFactors.credential]))


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
