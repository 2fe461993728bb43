"""Pages at a secret address and without a sign-in: what they open, and what is kept of their answers."""

from fastapi import Response

from directapp.kernel.errors import ConflictError, DirectAppError
from directapp.services.intent import Answer, Intent
from directapp.services.platform import Platform

# A page is kept out of search engines, and its address from other sites.
UNLISTED = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}


def shut(response: Response) -> Response:
    """Keep a page out of search engines, caches and the addresses that other sites are told."""
    response.headers.update({**UNLISTED, "Cache-Control": "no-store"})
    return response


async def read_link(platform: Platform, intent: Intent) -> Answer | None:
    """Return what a link opens; None where it opens nothing, whatever the reason."""
    try:
        return await platform.pipeline.perform(intent)
    except ConflictError:
        # Two read it at once, and both wanted to note when: the other has.
        return await platform.pipeline.perform(intent)
    except DirectAppError:
        return None
