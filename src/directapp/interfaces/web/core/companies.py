"""The declarations as a person's company knows and uses them, remembered for a minute."""

import time
from uuid import UUID

from directapp.declare.spec import Spec
from directapp.derive.modules import with_modules
from directapp.kernel.actor import Actor
from directapp.services.platform import Platform
from directapp.store.specs import OwnSpec

REMEMBERED = 60.0
TENANTS, NAMES, MODULES = "tenants", "status_names", "modules"
_MOST = 2000


class CompanySpecs:
    """A small memory of each company's declarations."""

    def __init__(self, platform: Platform) -> None:
        """Keep where modules are read from."""
        self._platform = platform
        self._known: dict[UUID, tuple[float, OwnSpec, Spec]] = {}

    async def spec_of(self, actor: Actor) -> Spec:
        """Return the declarations as an actor's company knows them."""
        own = await self._platform.database.own_of(actor.tenant)
        known = self._known.get(actor.tenant)
        if known is not None and known[0] > time.monotonic() and known[1] is own:
            return known[2]
        spec = await with_modules(self._platform, actor, TENANTS, MODULES)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[actor.tenant] = (time.monotonic() + REMEMBERED, own, spec)
        return spec

    def written(self, collection: str, tenant: UUID) -> None:
        """Hear of a write: after one to a company's own record its modules are read anew."""
        if collection == TENANTS:
            self._known.pop(tenant, None)
