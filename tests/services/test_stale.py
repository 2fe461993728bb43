from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from directapp.services.stale import is_as_seen
from support.small import SPEC

AT = datetime(2026, 11, 2, 8, 15, 42, 120_000, UTC)


@pytest.mark.parametrize(
    ("name", "stored", "seen", "same"),
    [
        ("started_at", AT, "2026-11-02T08:15:42.120Z", True),
        ("started_at", AT, "2026-11-02T09:15", True),  # as a form shows it: to the minute, in Norway
        ("started_at", AT, "2026-11-02T09:14", False),
        ("started_at", None, "", True),
        ("started_at", None, "2026-11-02T09:15", False),
        ("started_at", AT, None, False),
        ("cost", Decimal("349900.00"), "349 900,00", True),
        ("cost", Decimal("349900.00"), "349 900,50", False),
        ("cost", Decimal(0), "", False),
        ("lines", 0, None, False),
        ("in_bank", None, False, True),
        ("in_bank", False, "", True),
        ("in_bank", True, "", False),
        ("note", "En", "En", True),
        ("note", None, "  ", True),
        ("due", None, "no day at all", False),
    ],
)
def test_a_field_holds_what_was_seen(name: str, stored: Any, seen: Any, *, same: bool) -> None:
    assert is_as_seen(SPEC["jobs"].fields[name], stored, seen) is same
