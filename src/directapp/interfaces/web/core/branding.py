"""Branding: the name, colours and logo of a person's own site, remembered for a minute."""

import time
from dataclasses import dataclass
from uuid import UUID

import orjson

from directapp.derive.shown import readable_anywhere
from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError
from directapp.services.platform import Platform
from directapp.store.query import Condition, Query

REMEMBERED = 60.0
_MOST = 2000
SITES = "dealerships"


@dataclass(frozen=True, slots=True)
class Branding:
    """How the pages look for the people of a site."""

    name: str = ""
    colour: str | None = None
    logo: str | None = None


class Brandings:
    """A small memory of brandings by tenant and site."""

    def __init__(self, platform: Platform) -> None:
        """Keep where they are read from."""
        self._platform = platform
        self._known: dict[tuple[object, object], tuple[float, Branding]] = {}

    async def of(self, actor: Actor) -> Branding:
        """Return the branding of an actor's site."""
        key = (actor.tenant, actor.site)
        known = self._known.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        branding = await self._read(actor)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = (time.monotonic() + REMEMBERED, branding)
        return branding

    def forget(self, tenant: UUID) -> None:
        """Read a tenant's brandings anew."""
        for key in [k for k in self._known if k[0] == tenant]:
            del self._known[key]

    async def _read(self, actor: Actor) -> Branding:
        meta = self._platform.spec.get(SITES)
        if meta is None or actor.site is None:
            return Branding()
        readable = readable_anywhere(actor, meta)
        fields = tuple((n,) for n in ("name", "brand_colors", "logo") if n in readable)
        query = Query(fields=(("id",), *fields), filter=Condition(("id",), "eq", actor.site), limit=1)
        try:
            rows = orjson.loads((await self._platform.reading.page(actor, SITES, query)).json)
        except DirectAppError:
            return Branding()
        row = rows[0] if rows else {}
        colours = row.get("brand_colors") or {}
        return Branding(row.get("name") or "", (colours.get("primary") or "").lstrip("#") or None, row.get("logo"))
