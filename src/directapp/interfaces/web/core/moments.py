"""Moments: when something happened, to be put in order and to be read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from directapp.declare.spec import CollectionMeta
from directapp.derive import present
from directapp.derive.shown import Shown
from directapp.interfaces.web.core.context import RequestContext


def moment_of(ctx: RequestContext, meta: CollectionMeta, row: Mapping[str, Any], *names: str) -> tuple[datetime, Shown]:
    """Return the first of some moments that a row has; without any, that of now."""
    for name in names:
        at = present.read_instant(row.get(name))
        if at is not None:
            return at, ctx.formatter.value(meta, name, row)
    return ctx.now, Shown(text="")
