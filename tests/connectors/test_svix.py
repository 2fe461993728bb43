"""Signatures: ours are the standard's, and nobody else's pass."""

from datetime import UTC, datetime, timedelta

import pytest

from directapp.connectors import svix
from directapp.connectors.failures import SignatureError

# The example of the Standard Webhooks libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
SENT = datetime.fromtimestamp(1614265330, UTC)
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def headers(**changes: str) -> dict[str, str]:
    usual = {"id": ID, "timestamp": str(int(SENT.timestamp())), "signature": SIGNATURE}
    return {f"Svix-{name}": value for name, value in (usual | changes).items()}


def test_a_signature_is_the_standards_own() -> None:
    assert svix.sign(SECRET, ID, SENT, BODY) == SIGNATURE
    assert svix.verify(svix.signed_headers(SECRET, ID, SENT, BODY), BODY, secrets=[SECRET], now=SENT) == ID


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_one_of_several_signatures_and_secrets_is_enough(minutes: int) -> None:
    given = headers(signature=f"v1,AAAA v2,{SIGNATURE[3:]} {SIGNATURE}")
    now = SENT + timedelta(minutes=minutes)
    assert svix.verify(given, BODY, secrets=[OTHER, SECRET], now=now) == ID


@pytest.mark.parametrize(
    ("changes", "body", "secret", "now"),
    [
        ({"signature": "v1,AAAA"}, BODY, SECRET, SENT),
        ({"signature": SIGNATURE.replace("v1", "v2")}, BODY, SECRET, SENT),
        ({"signature": "æ"}, BODY, SECRET, SENT),
        ({"id": "msg_2"}, BODY, SECRET, SENT),
        ({"timestamp": "1614265331"}, BODY, SECRET, SENT),
        ({}, BODY + b" ", SECRET, SENT),
        ({}, BODY, OTHER, SENT),
        ({}, BODY, SECRET, SENT + timedelta(minutes=5, seconds=1)),
        ({}, BODY, SECRET, SENT - timedelta(minutes=5, seconds=1)),
        ({"timestamp": "soon"}, BODY, SECRET, SENT),
        ({"timestamp": "9" * 30}, BODY, SECRET, SENT),
        ({"id": ""}, BODY, SECRET, SENT),
        ({"signature": ""}, BODY, SECRET, SENT),
    ],
)
def test_nobody_elses_pass(changes: dict[str, str], body: bytes, secret: str, now: datetime) -> None:
    with pytest.raises(SignatureError):
        svix.verify(headers(**changes), body, secrets=[secret], now=now)


def test_without_headers_or_secrets_nothing_passes() -> None:
    with pytest.raises(SignatureError, match="not signed"):
        svix.verify({}, BODY, secrets=[SECRET], now=SENT)
    with pytest.raises(SignatureError):
        svix.verify(headers(), BODY, secrets=[], now=SENT)


def test_a_secret_is_base64() -> None:
    with pytest.raises(ValueError, match="base64"):
        svix.sign("whsec_ø", ID, SENT, BODY)
