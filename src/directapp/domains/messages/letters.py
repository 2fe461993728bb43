"""Letters of messages: what frames them, how a site looks in them, and where their buttons lead."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.connectors.letters import STANDARD, Brand, Letter
from directapp.declare.names import Row
from directapp.declare.reading import show_phone
from directapp.domains.messages.capability import Capabilities
from directapp.domains.people.fields import Dealerships
from directapp.kernel import colours
from directapp.kernel.languages import pick_language
from directapp.kernel.text import Text, _

WORDS: dict[str, Text] = {
    "why_user": _("You get this e-mail because you chose e-mail about such events in DirectApp."),
    "choose": _("Change what you are told of"),
    "why_customer": _("You get this because we prepare your car."),
    "why_vendor": _("The link belongs to this work and needs no account. Do not pass it on."),
    "link_help": _("Does the button not work? Paste this address:"),
    "phone": _("Phone"),
    "automatic": _("This message was sent automatically."),
}


def brand_of(site: Row, capabilities: Capabilities, tenant: UUID) -> Brand:
    """Return the brand of a site: its colours as far as they can be read."""
    primary = str((site.get(Dealerships.brand_colors) or {}).get("primary") or STANDARD)
    theme, rgb = colours.theme_of(primary), colours.parse_hex(primary)
    if theme is None or rgb is None:
        primary, theme, rgb = STANDARD, colours.theme_of(STANDARD), colours.parse_hex(STANDARD)
    assert theme is not None
    assert rgb is not None
    return Brand(
        name=str(site.get(Dealerships.name) or "DirectApp"),
        location=str(site.get(Dealerships.location) or ""),
        phone=show_phone(str(site[Dealerships.phone])) if site.get(Dealerships.phone) else "",
        band=primary if primary.startswith("#") else f"#{primary}",
        on_band=colours.text_on(rgb),
        accent=theme.light.colour,
        on_accent=theme.light.text,
        logo=capabilities.url("logo", tenant, UUID(str(site[Dealerships.id])))
        if site.get(Dealerships.logo) and site.get(Dealerships.id)
        else "",
    )


def compose(
    *,
    subject: str,
    body: str,
    receiver_kind: str,
    content: Mapping[str, Any],
    brand: Brand,
    tenant: UUID,
    capabilities: Capabilities,
) -> Letter:
    """Return the letter of a message in the log."""
    return Letter(
        language=pick_language(None, str(content.get("language") or "nb")),
        subject=subject,
        body=body,
        brand=brand,
        receiver_kind=receiver_kind,
        button=str(content.get("button") or ""),
        link=link_of(content, tenant, capabilities),
        choices=choices_of(capabilities),
        words=WORDS,
        facts=content.get("facts") or (),
        lines=content.get("lines") or (),
    )


def choices_of(capabilities: Capabilities) -> str:
    """Return where a colleague chooses what to be told of by letter."""
    return f"{capabilities.base_url}/app/me/notices"


def link_of(content: Mapping[str, Any], tenant: UUID, capabilities: Capabilities) -> str:
    """Return where a message leads: a page for those who sign in, or a link that opens one thing."""
    kind, record = content.get("capability") or (None, None)
    if kind in {"status", "vendor"} and record:
        return capabilities.url(kind, tenant, UUID(str(record)))
    return f"{capabilities.base_url}{content.get('path') or '/'}"
