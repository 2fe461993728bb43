"""Messages: the bell, choices, previews, a car's communication, and what opens without a sign-in."""

from dataclasses import dataclass, field

from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.fields import MESSAGE_TEXTS
from directapp.interfaces.web.core.feature import Feature, SettingsPage
from directapp.interfaces.web.core.rights import has_role, opens
from directapp.interfaces.web.features.messages import bell, notices, preview, texts
from directapp.interfaces.web.features.messages.communication import communication_routes
from directapp.interfaces.web.features.messages.feed import FEED
from directapp.interfaces.web.features.messages.hooks import Hooks, hook_routes
from directapp.interfaces.web.features.messages.preview import preview_routes
from directapp.interfaces.web.features.messages.public import public_routes
from directapp.interfaces.web.features.messages.vendor import vendor_routes
from directapp.interfaces.web.features.messages.words import WORDS
from directapp.services.attachments import Attachments
from directapp.services.platform import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the pages of messages need of the installation: its links' key, and who may report."""

    capabilities: Capabilities = field(repr=False)
    hooks: Hooks = field(repr=False)


def messages_feature(platform: Platform, attachments: Attachments, outside: Outside) -> Feature:
    """Return the pages of messages."""
    capabilities = outside.capabilities
    return Feature(
        name="messages",
        routes=(
            *bell.ROUTES,
            *notices.ROUTES,
            *preview_routes(capabilities),
            *texts.ROUTES,
            *communication_routes(capabilities),
            *public_routes(platform, attachments, capabilities),
            *vendor_routes(platform, attachments, capabilities),
            *hook_routes(platform, outside.hooks, capabilities),
        ),
        feeds=(FEED,),
        settings=(
            SettingsPage(
                order=60,
                href=preview.PATH,
                label=WORDS["letters"],
                about=WORDS["letters_settings"],
                icon="mail",
                visible=has_role(*preview.MAY),
            ),
            SettingsPage(
                order=65,
                href=texts.PATH,
                label=WORDS["texts"],
                about=WORDS["texts_settings"],
                icon="message",
                visible=texts.may_write,
                collections=(MESSAGE_TEXTS,),
            ),
            SettingsPage(
                order=70,
                href="/app/suppressed_addresses",
                label=WORDS["suppressed"],
                about=WORDS["suppressed_settings"],
                icon="ban",
                visible=opens("suppressed_addresses"),
            ),
        ),
    )
