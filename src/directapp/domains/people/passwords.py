"""Passwords: what is good enough, and argon2id in threads, a few at a time."""

import asyncio
import os
import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from zxcvbn import zxcvbn

from directapp.domains.people.common import WORDS, common_passwords
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _
from directapp.kernel.tokens import new_secret

SHORTEST = 10
LONGEST = 200
_FEWEST_DIFFERENT = 4
# The estimate's own scale: 3 is a hundred million guesses. It takes longer the more it reads; this much tells enough.
_STRONG_ENOUGH, _JUDGED = 3, 32

TOO_SHORT = _("At least {length} characters.").fill(length=SHORTEST)
TOO_LONG = _("At most {length} characters.").fill(length=LONGEST)
LIKE_EMAIL = _("The password cannot be the e-mail address.")
TOO_COMMON = _("The password is easy to guess. Choose another.")


def password_problem(password: str, email: str, field: str = "password") -> Problem | None:
    """Say why a password is not good enough; None when it is."""
    plain = _normal(password)
    folded = plain.casefold().strip()
    message: Text | None = None
    if len(plain) < SHORTEST:
        message = TOO_SHORT
    elif len(plain) > LONGEST:
        message = TOO_LONG
    elif folded in {email.casefold(), email.casefold().partition("@")[0]}:
        message = LIKE_EMAIL
    elif folded in common_passwords() or len(set(folded)) < _FEWEST_DIFFERENT or _guessable(plain, email):
        message = TOO_COMMON
    return None if message is None else Problem(message, field=field)


def _guessable(password: str, email: str) -> bool:
    """Whether a guesser who knows words, dates, keyboards, Norway and the person needs few tries."""
    known = [*WORDS, *re.split(r"[^\w]+", email)]
    return bool(zxcvbn(password[:_JUDGED], user_inputs=known)["score"] < _STRONG_ENOUGH)


def _normal(password: str) -> str:
    # The same letter is typed as one or two code points, depending on the device.
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """Hashes and verifies; each takes 19 MiB, so only as many run as there are processors."""

    def __init__(self, at_once: int | None = None) -> None:
        """Prepare a hash that no password fits, for those who do not exist."""
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
        self._turn = asyncio.Semaphore(at_once or os.cpu_count() or 1)
        self._nobody = self._hasher.hash(new_secret())

    async def hash(self, password: str) -> str:
        """Return what is stored of a password."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one that was stored; None takes as long, and never is."""
        async with self._turn:
            fits = await asyncio.to_thread(self._fits, stored or self._nobody, _normal(password))
        return fits and stored is not None

    def _fits(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
