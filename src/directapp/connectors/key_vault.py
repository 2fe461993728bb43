"""Azure Key Vault as the master key: it wraps and unwraps keys, and never gives away the one that it does it with.

After Microsoft's reference: keys/wrapKey and keys/unwrapKey 7.4, and the client credentials of its identity platform
by a secret or by the token of a workload identity.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from directapp.connectors.failures import OutsideDownError, OutsideError
from directapp.connectors.outgoing import AT_ONCE, Answer, Ask, Patience, ServiceClient
from directapp.kernel.text import _

SIGN_IN = "https://login.microsoftonline.com"
_API = "7.4"
_ALGORITHM = "RSA-OAEP-256"
_SCOPE = "https://vault.azure.net/.default"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# A token is renewed so many seconds before it expires.
_EARLY = 300.0


class KeyVaultDownError(OutsideDownError):
    """The vault, or the sign-in before it, does not answer."""

    code = "KEY_VAULT_DOWN"
    default = _("The key vault does not answer now.")


class KeyVaultRefusedError(OutsideError):
    """The vault does not do what is asked; ``reason`` is its own code, such as Forbidden."""

    code = "KEY_VAULT_REFUSED"
    default = _("The key vault refused ({reason}). Check the key's address and the rights wrapKey and unwrapKey.")

    def __init__(self, reason: str) -> None:
        """Keep its code."""
        super().__init__(self.default.fill(reason=reason))
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultClient:
    """Who asks: an application of a directory, by its secret or by a file with the token of a workload identity."""

    directory: str
    client_id: str
    secret: str = field(default="", repr=False)
    token_file: Path | None = None
    sign_in: str = SIGN_IN

    def form(self) -> dict[str, str]:
        """Return what is asked for at the sign-in; the file is read each time, since its token is renewed."""
        asked = {"grant_type": "client_credentials", "client_id": self.client_id, "scope": _SCOPE}
        if self.token_file is not None:
            return asked | {
                "client_assertion_type": _ASSERTION,
                "client_assertion": self.token_file.read_text().strip(),
            }
        return asked | {"client_secret": self.secret}


class KeyVault:
    """A master key in a vault; its present version wraps, and each version unwraps what it wrapped."""

    def __init__(
        self, http: httpx2.AsyncClient, client: VaultClient, key: str, *, patience: Patience = AT_ONCE
    ) -> None:
        """``key`` is its address without a version: ``https://NAME.vault.azure.net/keys/KEY``."""
        self._client = client
        self._key = key.rstrip("/")
        self.name = f"vault:{self._key}"
        self._line = ServiceClient(client=http, name="key_vault", down=KeyVaultDownError, patience=patience)
        # A line of its own: the call to the vault that waits for it is one try of the other.
        self._sign_in = ServiceClient(client=http, name="key_vault_sign_in", down=KeyVaultDownError, patience=patience)
        self._token = ""
        self._until = 0.0

    async def wrap(self, key: bytes) -> bytes:
        """Return a key wrapped, with the version that did it.

        Raises:
            KeyVaultDownError: no answer.
            KeyVaultRefusedError: no such key, or no right to use it.

        """
        found = await self._call("GET", self._key)
        key_of = found.get("key")
        version = key_of.get("kid") if isinstance(key_of, dict) else None
        if not isinstance(version, str) or not self._is_ours(version):
            raise KeyVaultRefusedError("no version")
        return f"{version}\n{await self._value(f'{version}/wrapkey', key)}".encode()

    async def unwrap(self, wrapped: bytes) -> bytes:
        """Return a key that was wrapped (errors as in ``wrap``)."""
        version, _, value = wrapped.decode(errors="replace").partition("\n")
        if not self._is_ours(version):
            raise KeyVaultRefusedError("another key")
        return _bytes(await self._value(f"{version}/unwrapkey", _bytes(value)))

    def _is_ours(self, version: str) -> bool:
        asked, ours = urlsplit(version), urlsplit(self._key)
        return asked.netloc == ours.netloc and asked.path.startswith(f"{ours.path}/")

    async def _value(self, address: str, value: bytes) -> str:
        text = urlsafe_b64encode(value).decode().rstrip("=")
        found = await self._call("POST", address, {"alg": _ALGORITHM, "value": text})
        answered = found.get("value")
        if not isinstance(answered, str):
            raise KeyVaultRefusedError("no value")
        return answered

    async def _call(self, method: str, address: str, body: dict[str, str] | None = None) -> dict[str, object]:
        async def ask() -> Ask:
            headers = {"Authorization": f"Bearer {await self._signed_in()}"}
            return Ask(method=method, url=address, headers=headers, params={"api-version": _API}, json=body)

        answer = await self._line.call(ask)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._until = 0.0
            answer = await self._line.call(ask)
        return _good(answer)

    async def _signed_in(self) -> str:
        now = self._line.timing.monotonic()
        if now >= self._until:
            form = self._client.form()
            address = f"{self._client.sign_in.rstrip('/')}/{self._client.directory}/oauth2/v2.0/token"

            async def ask() -> Ask:
                return Ask(method="POST", url=address, form=form)

            found = _good(await self._sign_in.call(ask))
            token, seconds = found.get("access_token"), found.get("expires_in")
            if not isinstance(token, str) or not isinstance(seconds, int):
                raise KeyVaultRefusedError("no token")
            self._token, self._until = token, now + seconds - _EARLY
        return self._token


def _good(answer: Answer) -> dict[str, object]:
    found = answer.mapping() or {}
    if answer.well:
        return found
    error = found.get("error")
    # The vault answers an object, the sign-in before it a word.
    code = error.get("code") if isinstance(error, dict) else error
    raise KeyVaultRefusedError(str(code or f"HTTP {answer.status}")[:80])


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise KeyVaultRefusedError("no base64url") from error
