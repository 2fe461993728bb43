"""Lock-out: from the fifth failed attempt on, an account and an address wait longer and longer."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from directapp.domains.people.ports import AuthPort, Failures
from directapp.kernel.errors import TooManyError
from directapp.kernel.requests import network_of
from directapp.kernel.text import _

_log = structlog.get_logger(__name__)
FREE_ATTEMPTS = 4
_MOST_DOUBLINGS = 20

LOCKED = _("Too many failed attempts. Try again in {seconds} seconds.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the first pause is, the longest one, and for how long failures are remembered."""

    first: timedelta
    longest: timedelta
    memory: timedelta

    def wait(self, failures: Failures, now: datetime) -> int:
        """Return the whole seconds until the next attempt; 0 is at once."""
        last = failures.last_at
        if last is None or failures.count <= FREE_ATTEMPTS or now - last > self.memory:
            return 0
        doublings = min(failures.count - FREE_ATTEMPTS - 1, _MOST_DOUBLINGS)
        pause = min(self.first * (1 << doublings), self.longest)
        return max(0, math.ceil((last + pause - now).total_seconds()))


ACCOUNT = Patience(first=timedelta(seconds=5), longest=timedelta(minutes=15), memory=timedelta(days=1))
# A whole dealership shares one address: it waits less and is forgiven sooner.
ADDRESS = Patience(first=timedelta(seconds=2), longest=timedelta(minutes=1), memory=timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries, as keys: digests, since people type passwords into the e-mail field too."""

    account: str
    address: str
    on_device: bool = False
    place: str = ""

    @property
    def both(self) -> str:
        """The key of this account's failures from this address."""
        return f"{self.account} {self.address}"

    @property
    def keys(self) -> list[str]:
        """All keys."""
        return [self.account, self.address, self.both]


def attempt(email: str, address: str, device: str | None = None) -> Attempt:
    """Return the keys of an attempt; an IPv6 address counts as its whole site.

    A ``device`` that the account's holder has signed in on counts for itself: whoever guesses elsewhere, or beside it
    on the same network, does not lock it out.
    """
    if device is not None:
        return Attempt(f"device:{device}", f"device-address:{device}", on_device=True, place=address)
    account = hashlib.sha256(email.encode()).hexdigest()[:32]
    return Attempt(f"account:{account}", f"address:{network_of(address)}", place=address)


async def refuse_locked(port: AuthPort, tried: Attempt, now: datetime) -> Mapping[str, Failures]:
    """Return what is counted against an attempt.

    Raises:
        TooManyError: it comes too early.

    """
    counted = await port.count_failures(tried.keys)
    seconds = _waits(counted, tried, now)
    if seconds:
        _log.warning("sign_in_locked", log="security", address=tried.place, seconds=seconds)
    _refuse(seconds)
    return counted


async def count_failure(port: AuthPort, tried: Attempt, now: datetime) -> None:
    """Count a failed attempt.

    Raises:
        TooManyError: it was the fifth or a later one.

    """
    counted = {
        tried.account: await port.record_failure(tried.account, at=now, since=now - ACCOUNT.memory),
        tried.address: await port.record_failure(tried.address, at=now, since=now - ADDRESS.memory),
    }
    await port.record_failure(tried.both, at=now, since=now - ADDRESS.memory)
    failures = {"of_account": counted[tried.account].count, "of_address": counted[tried.address].count}
    _log.warning("sign_in_failed", log="security", address=tried.place, **failures)
    _refuse(_waits(counted, tried, now))


async def forgive(port: AuthPort, tried: Attempt, counted: Mapping[str, Failures], now: datetime) -> None:
    """Forget an account's failures after a success; of the address only what this account cost it."""
    own = counted.get(tried.both)
    if own is not None and own.last_at is not None and now - own.last_at <= ADDRESS.memory:
        await port.ease_failures(tried.address, own.count)
    if own is not None or tried.account in counted:
        await port.clear_failures([tried.account, tried.both])


def _waits(counted: Mapping[str, Failures], tried: Attempt, now: datetime) -> int:
    nothing = Failures()
    return max(
        ACCOUNT.wait(counted.get(tried.account, nothing), now),
        ADDRESS.wait(counted.get(tried.address, nothing), now),
    )


def _refuse(seconds: int) -> None:
    if seconds:
        raise TooManyError(LOCKED.fill(seconds=seconds), retry_after=seconds)
