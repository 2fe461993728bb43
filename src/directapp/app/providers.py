"""Providers, wired by what is set up: the ways that messages go and come, and who may report of them."""

from pathlib import Path

import httpx2

from directapp.app.settings import Settings, read_secret
from directapp.connectors import key_vault
from directapp.connectors import resend as resend_service
from directapp.connectors import sveve as sveve_service
from directapp.connectors import twilio as twilio_service
from directapp.connectors.key_vault import KeyVault, VaultClient
from directapp.connectors.mail import Mailer
from directapp.connectors.resend import Resend
from directapp.connectors.resend_inbox import Inbox
from directapp.connectors.sms import can_receive
from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.inbound_letters import InboundLetters
from directapp.domains.messages.post import Post, SmsSender
from directapp.domains.messages.replies import Replies
from directapp.services.attachments import Attachments
from directapp.store.key_ring import MasterKey, SecretMasterKey


def open_masters(settings: Settings, http: httpx2.AsyncClient) -> list[MasterKey]:
    """Return the master keys: the present one first, then those that may have wrapped before it."""
    secrets = [settings.encryption_key, settings.signing_secret(), *settings.encryption_keys_before.split(",")]
    masters: list[MasterKey] = [SecretMasterKey(read_secret(one)) for one in map(str.strip, secrets) if one]
    if not settings.azure_key:
        return masters
    client = VaultClient(
        directory=settings.azure_tenant,
        client_id=settings.azure_client,
        secret=settings.azure_secret,
        token_file=Path(settings.azure_token_file) if settings.azure_token_file else None,
        sign_in=settings.azure_sign_in_url or key_vault.SIGN_IN,
    )
    return [KeyVault(http, client, settings.azure_key), *masters]


def open_post(settings: Settings, mailer: Mailer, http: httpx2.AsyncClient) -> Post:
    """Wire the post office by what is set up."""
    capabilities = Capabilities(settings.signing_secret(), settings.url)
    sms, name = _sms_provider(settings, http)
    resend = (
        Resend(
            http,
            api_key=settings.resend_key,
            base=settings.resend_url.rstrip("/") or resend_service.BASE,
            per_second=settings.resend_per_second,
        )
        if settings.resend_key
        else None
    )
    return Post(
        capabilities=capabilities,
        mailer=mailer,
        replies=open_replies(settings, capabilities),
        resend=resend,
        sms=sms,
        sms_name=name,
        sender=settings.smtp_from,
    )


def _sms_provider(settings: Settings, http: httpx2.AsyncClient) -> tuple[SmsSender | None, str]:
    if settings.twilio_account:
        twilio = twilio_service.Twilio(
            http,
            account=settings.twilio_account,
            secret=settings.twilio_key_secret or settings.twilio_token,
            user=settings.twilio_key,
            sender="" if settings.twilio_service else settings.sms_from,
            service=settings.twilio_service,
            callback=f"{settings.url}/hooks/twilio/{{reference}}",
            base=settings.twilio_url.rstrip("/") or twilio_service.BASE,
        )
        return twilio, "twilio"
    if settings.sveve_user:
        sveve = sveve_service.Sveve(
            http,
            user=settings.sveve_user,
            password=settings.sveve_password,
            sender=settings.sms_from,
            base=settings.sveve_url.rstrip("/") or sveve_service.BASE,
        )
        return sveve, "sveve"
    return None, ""


def open_replies(settings: Settings, capabilities: Capabilities) -> Replies:
    """Return how vendors may answer, by what is set up."""
    numbered = bool(settings.twilio_service) or can_receive(settings.sms_from)
    by_provider = numbered if settings.twilio_account else bool(settings.sveve_user)
    domain = settings.inbound_domain if settings.resend_key else ""
    return Replies(capabilities=capabilities, domain=domain, texts=settings.sms_replies and by_provider)


def open_inbox(resend: Resend | None, attachments: Attachments) -> InboundLetters:
    """Wire the service that takes letters in, where there is one."""
    return InboundLetters(inbox=Inbox(resend) if resend else None, attachments=attachments)


def services_of(settings: Settings) -> tuple[str, ...]:
    """Return the outside services that are set up, by the names that their clients note them under."""
    texts = "twilio" if settings.twilio_account else "sveve" if settings.sveve_user else ""
    letters = "resend" if settings.resend_key else "smtp" if settings.smtp_host else ""
    found = {
        letters: True,
        texts: True,
        "vegvesen": settings.vegvesen_key,
        "maskinporten": settings.maskinporten_client,
        "vegvesen_bulk": settings.maskinporten_client,
        "enhetsregisteret": True,
        "bucket": settings.s3_bucket,
        "key_vault": settings.azure_key,
        "heartbeat": settings.heartbeat_url,
    }
    return tuple(name for name, is_set in found.items() if name and is_set)
