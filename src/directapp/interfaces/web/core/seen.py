"""A record as a page has it: with what this person may do to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.declare.spec import CollectionMeta
from directapp.services.reading import View


@dataclass(kw_only=True)
class Record:
    """One record with what this person may do to it. ``row`` has ids, ``told`` has refs with their titles."""

    meta: CollectionMeta
    id: UUID
    view: View
    told: Mapping[str, Any]
    names: Mapping[str, str]

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/app/{self.meta.name}/{self.id}"

    @property
    def version(self) -> int | None:
        """The version seen, None where the reader may not know it."""
        return self.view.row.get("version")
