"""About: which record something belongs to that stands on another one's page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.declare.fields import SUBJECT_ID
from directapp.declare.spec import CollectionMeta
from directapp.derive.shown import Shown
from directapp.interfaces.web.core.context import RequestContext


def about_of(ctx: RequestContext, meta: CollectionMeta, row: Mapping[str, Any], target: UUID) -> Shown | None:
    """Return which record something belongs to, where that is another than the one whose page it stands on."""
    return None if row.get(SUBJECT_ID) == str(target) else ctx.formatter.value(meta, SUBJECT_ID, row)
