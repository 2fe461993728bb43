"""Settings: everything an installation may set, read once from the environment."""

import os
import re
import secrets
from pathlib import Path
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from directapp.app.budgets import read_budgets
from directapp.domains.people.signer import SHORTEST_SECRET
from directapp.kernel.requests import is_origin

# Those that name a file, or have in them what a file would.
_FILES = ("maskinporten_key", "maskinporten_certificates", "azure_token_file")
_SECRET = re.compile("SECRET|KEY|PASSWORD|TOKEN|DATABASE|DSN")


class Settings(BaseSettings):
    """Read from the environment; each has a default that lets a newcomer start.

    ``DATABASE_URL`` names the owner of an outside PostgreSQL (empty: the embedded one);
    ``DATABASE_APP_URL`` the weak role there (empty: derived, its password kept in the data folder).
    ``DATABASE_DIRECT_URL`` is the weak role's own address where ``DATABASE_APP_URL`` is that of a pooler which lends a
    server for one transaction, such as PgBouncer.
    Letters go by Resend where ``resend_key`` is set, else by SMTP where ``smtp_host`` is, else into the mail folder.
    ``inbound_domain`` is where vendors answer letters, ``sms_replies`` says that answers to text messages arrive here.
    ``vegvesen_key`` is the API key of Statens vegvesen (empty: no look-ups); the addresses point elsewhere for trying.
    ``encryption_key`` is the master key of what is stored encrypted: a secret, or the path of a file with one (empty:
    made from ``secret``); ``encryption_keys_before`` are earlier ones, with commas between. With ``azure_key`` (the
    address of a key, without a version) Azure Key Vault is the master key; ``azure_token_file`` is that of a workload
    identity, else ``azure_secret`` is used.
    ``security_contact`` is where weaknesses are reported: mail or https addresses with spaces between.
    ``rate_limits`` changes budgets, or is ``off``; ``rate_store`` is a Valkey or Redis that several processes count in.
    ``idle_minutes`` without use end a browser's sign-in (0: none do). ``demand_tls``: PostgreSQL, mail, files and the
    store of the limits are spoken to by TLS, to a server whose certificate is judged, or not at all.
    ``cors_origins`` are the origins, with spaces between, of whose pages scripts may use the API (empty: of none).
    ``metrics_token`` is what who asks for /metrics says as a bearer (empty: only who asks from this machine is told);
    ``metrics_listen`` is another HOST:PORT that tells it, for processes without pages.
    ``heartbeat_url`` is called each minute while background jobs go well; ``traces_url`` takes OpenTelemetry traces.
    ``backup_to`` is the folder, ``backup_bucket`` the bucket that backups of the embedded database go to (both empty:
    none are taken); ``backup_key`` is what they are encrypted with: a secret, or the path of a file with one (empty:
    made from ``secret``).
    ``maskinporten_key`` and ``maskinporten_certificates`` are PEM, or the path of a PEM file.
    """

    model_config = SettingsConfigDict(env_prefix="DIRECTAPP_", extra="ignore", populate_by_name=True)

    data: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="PORT")
    public_url: str = ""
    security_contact: str = ""
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    database_app_url: str = Field(default="", validation_alias="DATABASE_APP_URL")
    database_direct_url: str = Field(default="", validation_alias="DATABASE_DIRECT_URL")
    pool: int = Field(default=16, ge=1)
    secret: str = ""
    encryption_key: str = ""
    encryption_keys_before: str = ""
    azure_key: str = ""
    azure_tenant: str = ""
    azure_client: str = ""
    azure_secret: str = ""
    azure_token_file: str = ""
    azure_sign_in_url: str = ""
    demo: bool = False
    demo_password: str = "klargjort-2026"  # noqa: S105 - the published password of the demo, never of a real tenant
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = "DirectApp <no-reply@localhost>"
    resend_key: str = ""
    resend_url: str = ""
    resend_per_second: float = 2.0
    resend_webhook_secret: str = ""
    inbound_domain: str = ""
    sms_from: str = ""
    sms_replies: bool = False
    twilio_account: str = ""
    twilio_token: str = ""
    twilio_key: str = ""
    twilio_key_secret: str = ""
    twilio_service: str = ""
    twilio_url: str = ""
    sveve_user: str = ""
    sveve_password: str = ""
    sveve_secret: str = ""
    sveve_url: str = ""
    s3_endpoint: str = ""
    s3_bucket: str = ""
    s3_region: str = "us-east-1"
    s3_key: str = ""
    s3_secret: str = ""
    largest_file: int = Field(default=25 * 1024 * 1024, ge=1)
    unused_files_days: int = Field(default=30, ge=1)
    job_lease: float = Field(default=30.0, gt=0)
    loop_lag_ms: int = Field(default=250, ge=1)
    private_webhooks: bool = False
    vegvesen_key: str = ""
    vegvesen_url: str = ""
    vegvesen_bulk_url: str = ""
    vegvesen_a_day: int = 50_000
    brreg_url: str = ""
    graph_url: str = ""
    maskinporten_url: str = ""
    maskinporten_client: str = ""
    maskinporten_key: str = ""
    maskinporten_kid: str = ""
    maskinporten_certificates: str = ""
    registry_keep_hours: int = 24
    registry_again_days: int = 7
    registry_most: int = 5_000
    registry_failures: int = 5
    eu_control_days: int = 45
    rate_limits: str = ""
    rate_store: str = ""
    cors_origins: str = ""
    metrics_token: str = ""
    metrics_listen: str = ""
    heartbeat_url: str = ""
    traces_url: str = ""
    sentry_dsn: str = ""
    slow_ms: int = 1000
    backup_to: str = ""
    backup_bucket: str = ""
    backup_endpoint: str = ""
    backup_region: str = "us-east-1"
    backup_s3_key: str = ""
    backup_s3_secret: str = ""
    backup_key: str = ""
    backup_days: int = Field(default=30, ge=1)
    idle_minutes: int = Field(default=12 * 60, ge=0)
    demand_tls: bool = False
    log: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, text: str) -> str:
        """Refuse what could be guessed."""
        if text and len(text) < SHORTEST_SECRET:
            raise ValueError(f"it is too short: at least {SHORTEST_SECRET} characters, as of `openssl rand -base64 48`")
        return text

    @field_validator("encryption_key", "encryption_keys_before", "backup_key", *_FILES)
    @classmethod
    def _readable(cls, text: str) -> str:
        """Refuse the path of a file that is not there for whoever runs this."""
        for one in text.split(","):
            if one.strip().startswith("/"):
                try:
                    Path(one.strip()).read_bytes()
                except OSError as error:
                    raise ValueError(f"{one.strip()}: {error.strerror}") from None
        return text

    @field_validator("rate_limits")
    @classmethod
    def _budgets(cls, text: str) -> str:
        """Refuse what names no budget."""
        read_budgets(text)
        return text

    @field_validator("rate_store")
    @classmethod
    def _store(cls, address: str) -> str:
        """Refuse what is no address of a store."""
        if address and address.partition("://")[0] not in {"redis", "rediss", "valkey", "valkeys"}:
            raise ValueError("write redis://…, rediss://…, valkey://… or valkeys://…")
        return address

    @field_validator("metrics_listen")
    @classmethod
    def _listen(cls, text: str) -> str:
        """Refuse what is no HOST:PORT."""
        if text and not text.rpartition(":")[2].isdigit():
            raise ValueError("write HOST:PORT, such as 127.0.0.1:9464")
        return text

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, text: str) -> str:
        """Refuse what is no origin: each is trusted by name, never all of them."""
        wrong = [origin for origin in text.split() if not is_origin(origin)]
        if wrong:
            raise ValueError(f"{wrong[0]}: write SCHEME://HOST or SCHEME://HOST:PORT, no path, no *")
        return text

    @model_validator(mode="after")
    def _addresses(self) -> Self:
        """Refuse what is no address."""
        for name, address in (self._outside() | {"DIRECTAPP_PUBLIC_URL": self.public_url}).items():
            if address and not re.match(r"https?://[^/\s]", address):
                raise ValueError(f"{name} must begin with https:// or http:// and name a host")
        if self.sentry_dsn and not re.match(r"https?://[^@/\s]+@[^/\s]+/.*\d$", self.sentry_dsn):
            raise ValueError("DIRECTAPP_SENTRY_DSN must look like https://KEY@HOST/NUMBER")
        return self

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        """Refuse what would be spoken to in plain words where TLS is demanded."""
        if not self.demand_tls:
            return self
        for name in ("DATABASE_URL", "DATABASE_APP_URL", "DATABASE_DIRECT_URL"):
            address = getattr(self, name.lower())
            if address and parse_qs(urlsplit(address).query).get("sslmode") != ["verify-full"]:
                raise ValueError(f"{name} must end in ?sslmode=verify-full where DIRECTAPP_DEMAND_TLS is set")
        if self.rate_store and self.rate_store.partition("://")[0] not in {"rediss", "valkeys"}:
            raise ValueError("DIRECTAPP_RATE_STORE must begin with rediss:// or valkeys:// by DIRECTAPP_DEMAND_TLS")
        for name, address in self._outside().items():
            if address and not address.startswith("https://"):
                raise ValueError(f"{name} must begin with https:// where DIRECTAPP_DEMAND_TLS is set")
        return self

    def _outside(self) -> dict[str, str]:
        """Return the addresses of services that are set, by the setting's name."""
        names = [n for n in type(self).model_fields if n.endswith(("_url", "_endpoint")) and "database" not in n]
        return {f"DIRECTAPP_{name.upper()}": getattr(self, name) for name in names}

    @property
    def place(self) -> str:
        """Which installation this is, in words and without passwords."""
        if self.database_url:
            parts = urlsplit(self.database_url)
            return f"the database {parts.path.lstrip('/')} on {parts.hostname or 'this machine'}"
        return f"the installation in {self.data.absolute()}"

    def demand_named(self) -> None:
        """Refuse to begin a new installation where nobody said so (ConfigurationError)."""
        if not self.database_url and "data" not in self.model_fields_set and not (self.data / "postgres").exists():
            raise ConfigurationError(
                f"There is no installation in {self.data.absolute()}: DIRECTAPP_DATA names the folder of the one that"
                " is meant, DATABASE_URL its PostgreSQL. `make run` begins one here."
            )

    @property
    def backs_up(self) -> bool:
        """Whether backups of the embedded database are taken."""
        return not self.database_url and bool(self.backup_to or self.backup_bucket)

    @property
    def url(self) -> str:
        """Where people reach the pages."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    def signing_secret(self) -> str:
        """Return the secret that signs tokens: the one set, else one kept in the data folder."""
        if self.secret:
            return self.secret
        return kept_secret(self.data / "secret")


class ConfigurationError(Exception):
    """A setting cannot be what it is."""


def read_settings() -> Settings:
    """Return the settings of the environment (ConfigurationError: one of them cannot be, in a sentence)."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        why = wrong["msg"].removeprefix("Value error, ")
        if not wrong["loc"]:
            raise ConfigurationError(f"Settings: {why}.") from None
        name = str(wrong["loc"][0])
        named = name if name.isupper() else f"DIRECTAPP_{name.upper()}"
        told = "what it is" if _SECRET.search(named) else repr(wrong["input"])
        raise ConfigurationError(f"The setting {named} cannot be {told}: {why}.") from None


def kept_secret(path: Path) -> str:
    """Return the secret in a file that only its owner reads, made at the first call."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def read_secret(text: str) -> str:
    """Return a secret of the settings: the text, or what stands in the file that it is the path of."""
    return Path(text).read_text().strip() if text.startswith("/") else text
