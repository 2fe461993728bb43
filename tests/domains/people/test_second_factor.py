"""Codes of authenticator apps against RFC 6238, addresses that make passkeys, and who waits for what."""

from base64 import b32encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from directapp.declare.names import row_of
from directapp.domains.people.passkeys import relying_party
from directapp.domains.people.second_factor import waits_for
from directapp.domains.people.totp import step_of

# The appendix of RFC 6238 has eight digits; apps show the last six.
SECRET = b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    step = seconds // 30
    assert step_of(SECRET, code, at, 0) == step
    assert step_of(SECRET, code, at, step) is None
    for off, fits in ((-60, False), (-30, True), (30, True), (60, False), (90, False)):
        assert (step_of(SECRET, code, at + timedelta(seconds=off), 0) == step) is fits, off


@pytest.mark.parametrize("code", ["", "28708", "2870822", "28708a", "٢٨٧٠٨٢", "287 082"])
def test_what_is_no_code_fits_nothing(code: str) -> None:
    assert step_of(SECRET, code, datetime.fromtimestamp(59, UTC), 0) is None


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://bil.example/", "bil.example"),
        ("https://bil.example:8443", "bil.example"),
        ("http://localhost:8000", "localhost"),
        ("http://bil.example", None),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]/", None),
        ("", None),
    ],
)
def test_passkeys_need_a_name_and_https(address: str, domain: str | None) -> None:
    site = relying_party(address)
    assert (site.domain if site else None) == domain


def row(**values: Any) -> Any:
    return row_of(values)


@pytest.mark.parametrize(
    ("company", "user", "session", "waits"),
    [
        ({}, {}, {}, None),
        ({"second_factor_roles": ["finance"]}, {}, {}, None),
        ({"second_factor_roles": ["manager"]}, {}, {}, "enrolment"),
        ({"second_factor_roles": ["manager"]}, {}, None, "enrolment"),
        ({"second_factor_roles": ["manager"]}, {}, {"second_factor_at": NOW}, None),
        ({"second_factor_roles": ["manager"], "second_factor_grace_days": 3}, {}, {}, None),
        ({"second_factor_roles": ["manager"], "second_factor_grace_days": 1}, {}, {}, "enrolment"),
        (
            {"second_factor_roles": ["manager"], "second_factor_grace_days": 1, "second_factor_since": NOW},
            {},
            {},
            None,
        ),
        ({}, {"second_factor_at": NOW}, {}, "second_factor"),
        ({}, {"second_factor_at": NOW}, {"second_factor_at": NOW}, None),
        ({}, {"second_factor_at": NOW}, None, None),
    ],
)
def test_who_waits_for_what(
    company: dict[str, Any], user: dict[str, Any], session: dict[str, Any] | None, waits: str | None
) -> None:
    known = {"roles": ["manager"], "created_at": NOW - timedelta(days=2), "second_factor_at": None}
    begun = None if session is None else row(**session)
    whole = row(**{**known, **user})
    assert waits_for(row(**company), whole, begun, whole["roles"], NOW) == waits
