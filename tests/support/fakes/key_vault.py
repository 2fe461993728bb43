"""Azure Key Vault and the sign-in before it: real RSA keys in versions, tokens that expire, refusals in its words."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from support.fakes.server import Fake, Heard, Reply, as_json

_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def refusal(status: int, code: str) -> Reply:
    return as_json({"error": {"code": code, "message": f"{code} for appid=client-1"}}, status)


class FakeKeyVault(Fake):
    """A vault with one key, ``klargjoring``; it signs in by a secret or by a client assertion."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[str, rsa.RSAPrivateKey] = {}
        self.tokens: set[str] = set()
        self.forms: list[dict[str, str]] = []
        self.rotate()

    def rotate(self) -> None:
        self.versions[uuid4().hex] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def key(self) -> str:
        return f"{self.base}/keys/klargjoring"

    async def answer(self, heard: Heard) -> Reply:
        if heard.path == "/directory-1/oauth2/v2.0/token":
            return self._sign_in(heard.form())
        if heard.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return refusal(401, "Unauthorized")
        if heard.query.get("api-version") != "7.4":
            return refusal(400, "BadParameter")
        return self._key(heard, heard.path.strip("/").split("/"))

    def _sign_in(self, form: dict[str, str]) -> Reply:
        self.forms.append(form)
        known = form.get("client_secret") == "s3cret" or form.get("client_assertion") == "workload"
        scoped = form.get("scope") == "https://vault.azure.net/.default"
        if not known or not scoped or form.get("grant_type") != "client_credentials":
            return as_json({"error": "invalid_client", "error_description": "AADSTS7000215"}, 401)
        token = str(uuid4())
        self.tokens.add(token)
        return as_json({"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def _key(self, heard: Heard, parts: list[str]) -> Reply:
        if parts[:2] != ["keys", "klargjoring"]:
            return refusal(404, "KeyNotFound")
        if len(parts) == 2:
            return as_json({"key": {"kid": f"{self.key}/{list(self.versions)[-1]}", "kty": "RSA"}, "attributes": {}})
        version, act = parts[2], parts[3]
        if version not in self.versions:
            return refusal(404, "KeyNotFound")
        said = heard.json()
        if said["alg"] != "RSA-OAEP-256":
            return refusal(400, "BadParameter")
        value = urlsafe_b64decode(said["value"] + "=" * (-len(said["value"]) % 4))
        private = self.versions[version]
        done = private.public_key().encrypt(value, _OAEP) if act == "wrapkey" else private.decrypt(value, _OAEP)
        text = urlsafe_b64encode(done).decode().rstrip("=")
        return as_json({"kid": f"{self.key}/{version}", "value": text})
