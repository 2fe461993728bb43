"""A directory comes in by its token: as the named system actor that provisions people, and nothing else."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from directapp.domains.people.directory import SYSTEM
from directapp.domains.people.fields import DIRECTORY_TOKENS, DirectoryTokens
from directapp.domains.people.flow import Auth, held
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import StaleError, UnauthenticatedError
from directapp.kernel.tokens import TokenKind, parse_token

_NOTE_EVERY = timedelta(minutes=10)


async def check_directory_token(auth: Auth, text: str) -> Actor:
    """Return the actor of a directory's token (UnauthenticatedError: there is no such token, or it is revoked)."""
    token = parse_token(text, TokenKind.DIRECTORY)
    if token is None:
        raise UnauthenticatedError
    async with auth.open(token.tenant) as rows:
        found = await held(rows, DIRECTORY_TOKENS, token)
        if found is None or found.row.get(DirectoryTokens.revoked_at) is not None:
            raise UnauthenticatedError
    now, last = auth.clock(), found.row.get(DirectoryTokens.last_used_at)
    if last is None or now - last > _NOTE_EVERY:
        with suppress(StaleError):
            async with auth.open(token.tenant) as rows:
                seen = await rows.look_up(DIRECTORY_TOKENS, found.id)
                await rows.change({DirectoryTokens.last_used_at: now}, on=seen)
    networks = found.row.get(DirectoryTokens.networks)
    return replace(system_actor(token.tenant, SYSTEM), networks=(tuple(networks.split(", ")),) if networks else ())
