"""The router of messages: the bell, choices, previews, a car's communication, and what opens without a sign-in."""

from dataclasses import dataclass, field

from fastapi import APIRouter

from directapp.domains.messages.capability import Capabilities
from directapp.interfaces.web.features.messages.bell import add_bell
from directapp.interfaces.web.features.messages.communication import add_communication
from directapp.interfaces.web.features.messages.hooks import Hooks, add_hooks
from directapp.interfaces.web.features.messages.notices import add_notices
from directapp.interfaces.web.features.messages.preview import add_preview
from directapp.interfaces.web.features.messages.public import add_public
from directapp.interfaces.web.features.messages.vendor import add_vendor
from directapp.services.attachments import Attachments
from directapp.services.platform import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the pages of messages need of the installation: its links' key, and who may report."""

    capabilities: Capabilities = field(repr=False)
    hooks: Hooks = field(repr=False)


def add_messages(router: APIRouter, platform: Platform, attachments: Attachments, outside: Outside) -> None:
    """Add every page of messages; before those of lists, whose names some would be."""
    add_bell(router)
    add_notices(router)
    add_preview(router, outside.capabilities)
    add_communication(router, outside.capabilities)
    add_public(router, platform, attachments, outside.capabilities)
    add_vendor(router, platform, attachments, outside.capabilities)
    add_hooks(router, platform, outside.hooks, outside.capabilities)
