"""Each company's own fields and names of statuses, laid over the declarations until one of them changes."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from directapp.declare.own_fields import OwnField, tag_of
from directapp.declare.renamed import Names, renamed
from directapp.declare.spec import Spec

# As many own fields as a company can have, those that are deleted and kept among them.
MOST_OWN = 1000
# A message that another process has changed them may be lost with a connection.
_SECONDS = 60.0
_MOST = 2000

Rows = Callable[[UUID, str], Awaitable[Sequence[Mapping[str, Any]]]]


@dataclass(slots=True, eq=False)
class OwnSpec:
    """A company's own fields and names of statuses, and the declarations with them."""

    fields: tuple[OwnField, ...] = ()
    names: Names = field(default_factory=dict)
    _made: dict[int, tuple[Spec, Spec]] = field(default_factory=dict, repr=False)

    def over(self, spec: Spec) -> Spec:
        """Return declarations with these fields and names."""
        if not self.fields and not self.names:
            return spec
        known = self._made.get(id(spec))
        if known is None:
            known = self._made[id(spec)] = (spec, renamed(spec.with_own(self.fields), self.names))
        return known[1]


NONE = OwnSpec()


class OwnSpecs:
    """A small memory of own fields by company."""

    def __init__(self, spec: Spec) -> None:
        """Keep where they are declared."""
        self._own = spec.own
        self._known: dict[UUID, tuple[OwnSpec, float]] = {}
        self._forgotten: dict[UUID, int] = {}

    def known(self, tenant: UUID) -> OwnSpec | None:
        """Return the own fields of a company, where they are remembered."""
        if self._own is None:
            return NONE
        found = self._known.get(tenant)
        return found[0] if found is not None and found[1] > time.monotonic() else None

    async def read(self, tenant: UUID, rows: Rows) -> OwnSpec:
        """Return the own fields of a company as its rows say now."""
        assert self._own is not None
        forgotten, before = self._forgotten.get(tenant, 0), self._known.get(tenant)
        fields = tuple(map(self._own.read, await rows(tenant, self._own.collection)))
        collection, name = self._own.names
        names: Names = next((row[name] or {} for row in await rows(tenant, collection)), {})
        # Those that say the same stay: what is remembered of them is still true.
        same = before is not None and (tag_of(before[0].fields), before[0].names) == (tag_of(fields), names)
        own = before[0] if before and same else OwnSpec(fields, names) if fields or names else NONE
        if self._forgotten.get(tenant, 0) == forgotten:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[tenant] = (own, time.monotonic() + _SECONDS)
        return own

    def forget(self, tenant: UUID) -> None:
        """Read a company's own fields anew, those that are being read now too."""
        self._forgotten[tenant] = self._forgotten.get(tenant, 0) + 1
        known = self._known.get(tenant)
        if known is not None:
            self._known[tenant] = (known[0], 0.0)
