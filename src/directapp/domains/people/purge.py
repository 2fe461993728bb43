"""Purge: what signing in has left behind, and nothing opens any more."""

from datetime import timedelta

from directapp.declare.case import Range
from directapp.domains.people.fields import Sessions
from directapp.services.command import CommandContext

# Long enough to ask where somebody was signed in; the history keeps that it was so.
KEPT = timedelta(days=30)
# Refresh tokens before the sign-ins they belong to.
SPENT = ("refresh_tokens", "sessions", "one_time_links")


async def purge_spent(ctx: CommandContext, *, limit: int) -> int:
    """Delete sign-ins, their tokens and mailed links that ran out long ago; return how many those were."""
    done = 0
    for collection in SPENT:
        found = await ctx.find(collection, {Sessions.expires_at: Range(end=ctx.now - KEPT)}, limit=limit - done)
        for one in found:
            await ctx.remove(one)
        done += len(found)
        if done >= limit:
            break
    return done
