from datetime import UTC, datetime
from uuid import uuid4

import pytest

from directapp.domains.people.signer import Signer
from directapp.kernel.errors import UnauthenticatedError
from directapp.kernel.tokens import Token, TokenKind, digest, new_secret, parse_token

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.mark.parametrize("kind", list(TokenKind))
def test_a_token_carries_its_tenant(kind: TokenKind) -> None:
    token = Token(kind, uuid4(), uuid4(), "_-_" + new_secret())
    assert parse_token(f" {token.text} ", kind) == token
    assert parse_token(token.text, *(other for other in TokenKind if other is not kind)) is None
    assert token.matches(digest(token.secret))
    assert not token.matches(digest("another"))
    assert not token.matches(None)


@pytest.mark.parametrize(
    "text", ["", "_", "key", "key_x_y_z", f"key_{'0' * 32}_{'0' * 32}", f"key_{'0' * 32}_{'0' * 32}_"]
)
def test_what_is_no_token(text: str) -> None:
    assert parse_token(text, *TokenKind) is None


def test_a_short_secret_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="DIRECTAPP_SECRET"):
        Signer("kort")


def test_another_installation_signs_otherwise() -> None:
    ours, theirs = Signer("s" * 32), Signer(b"t" * 32)
    token = theirs.access_token(uuid4(), uuid4(), uuid4(), NOW)
    assert theirs.read(token, NOW)
    with pytest.raises(UnauthenticatedError):
        ours.read(token, NOW)
    session = uuid4()
    assert ours.form_token(session) != theirs.form_token(session)
    assert not ours.is_form_token(session, "å")
