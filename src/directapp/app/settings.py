"""Settings: everything an installation may set, read once from the environment."""

import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment; each has a default that lets a newcomer start.

    ``DATABASE_URL`` names the owner of an outside PostgreSQL (empty: the embedded one);
    ``DATABASE_APP_URL`` the weak role there (empty: derived, its password kept in the data folder).
    Letters go by Resend where ``resend_key`` is set, else by SMTP where ``smtp_host`` is, else into the mail folder.
    ``inbound_domain`` is where vendors answer letters, ``sms_replies`` says that answers to text messages arrive here.
    ``vegvesen_key`` is the API key of Statens vegvesen (empty: no look-ups); the addresses point elsewhere for trying.
    ``maskinporten_key`` and ``maskinporten_certificates`` are PEM, or the path of a PEM file.
    """

    model_config = SettingsConfigDict(env_prefix="DIRECTAPP_", extra="ignore", populate_by_name=True)

    data: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, validation_alias="PORT")
    public_url: str = ""
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    database_app_url: str = Field(default="", validation_alias="DATABASE_APP_URL")
    pool: int = 16
    secret: str = ""
    demo: bool = False
    demo_password: str = "klargjort-2026"  # noqa: S105 - the published password of the demo, never of a real tenant
    smtp_host: str = ""
    smtp_port: int = 587
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
    largest_file: int = 25 * 1024 * 1024
    unused_files_days: int = 30
    job_lease: float = 30.0
    loop_lag_ms: int = 250
    private_webhooks: bool = False
    vegvesen_key: str = ""
    vegvesen_url: str = ""
    vegvesen_bulk_url: str = ""
    vegvesen_a_day: int = 50_000
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
    log: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def url(self) -> str:
        """Where people reach the pages."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    def signing_secret(self) -> str:
        """Return the secret that signs tokens: the one set, else one kept in the data folder."""
        if self.secret:
            return self.secret
        return kept_secret(self.data / "secret")


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
