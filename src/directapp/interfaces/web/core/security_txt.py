"""Where weaknesses are reported, at the address where those who find them look (RFC 9116)."""

from datetime import timedelta

from fastapi import Response

from directapp.interfaces.web.core.feature import Route, get
from directapp.kernel.errors import NotFoundError
from directapp.services.platform import Platform

ADDRESS = "/.well-known/security.txt"
_GOOD_FOR = timedelta(days=90)


def security_routes(platform: Platform) -> tuple[Route, ...]:
    """Return the route of the file; nothing is there where the installation names no contact."""

    async def security_txt() -> Response:
        if not platform.security_contacts:
            raise NotFoundError
        today = platform.clock().replace(hour=0, minute=0, second=0, microsecond=0)
        lines = [f"Contact: {_uri(contact)}" for contact in platform.security_contacts]
        lines += [f"Expires: {(today + _GOOD_FOR).strftime('%Y-%m-%dT%H:%M:%SZ')}", "Preferred-Languages: nb, en"]
        if platform.public_url.startswith("https://"):
            lines.append(f"Canonical: {platform.public_url}{ADDRESS}")
        return Response("\n".join(lines) + "\n", media_type="text/plain", headers={"Cache-Control": "max-age=3600"})

    return (get(ADDRESS, security_txt),)


def _uri(contact: str) -> str:
    return contact if ":" in contact else f"mailto:{contact}"
