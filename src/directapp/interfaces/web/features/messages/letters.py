"""Letters: a message as HTML that mail programs show alike, and as plain text, in the look of the site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from directapp.derive import colours
from directapp.derive.present import show_phone
from directapp.domains.messages.capability import Capabilities
from directapp.kernel.text import Language, Text, pick_language

STANDARD = "#0b57c4"
GROUND = "#ffffff"
WORDS: dict[str, Text] = {
    "why_user": Text(
        "Du får denne e-posten fordi du har valgt e-post om slike hendelser i DirectApp.",
        "You get this e-mail because you chose e-mail about such events in DirectApp.",
    ),
    "choose": Text("Endre hva du varsles om", "Change what you are told of"),
    "why_customer": Text(
        "Du får denne meldingen fordi vi klargjør bilen din.", "You get this because we prepare your car."
    ),
    "why_vendor": Text(
        "Lenken er personlig for oppdraget og krever ingen konto. Ikke send den videre.",
        "The link belongs to this work and needs no account. Do not pass it on.",
    ),
    "link_help": Text("Virker ikke knappen? Lim inn denne adressen:", "Does the button not work? Paste this address:"),
    "phone": Text("Telefon", "Phone"),
    "automatic": Text("Meldingen er sendt automatisk.", "This message was sent automatically."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Who a letter is from, and how they look."""

    name: str
    location: str = ""
    phone: str = ""
    band: str = STANDARD
    on_band: str = GROUND
    accent: str = STANDARD
    on_accent: str = GROUND
    logo: str = ""

    @property
    def dial(self) -> str:
        """The phone number as a telephone dials it."""
        return "".join(c for c in self.phone if c.isdigit() or c == "+")


def brand_of(site: Mapping[str, Any], capabilities: Capabilities, tenant: UUID) -> Brand:
    """Return the brand of a site: its colours as far as they can be read."""
    primary = str((site.get("brand_colors") or {}).get("primary") or STANDARD)
    theme, rgb = colours.theme_of(primary), colours.parse_hex(primary)
    if theme is None or rgb is None:
        primary, theme, rgb = STANDARD, colours.theme_of(STANDARD), colours.parse_hex(STANDARD)
    assert theme is not None
    assert rgb is not None
    return Brand(
        name=str(site.get("name") or "DirectApp"),
        location=str(site.get("location") or ""),
        phone=show_phone(str(site["phone"])) if site.get("phone") else "",
        band=primary if primary.startswith("#") else f"#{primary}",
        on_band=colours.text_on(rgb),
        accent=theme.light.colour,
        on_accent=theme.light.text,
        logo=capabilities.url("logo", tenant, UUID(str(site["id"]))) if site.get("logo") and site.get("id") else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a letter says, before it has a form."""

    language: Language
    subject: str
    body: str
    brand: Brand
    receiver_kind: str
    button: str
    link: str
    choices: str
    facts: Sequence[Sequence[str]] = ()
    lines: Sequence[Sequence[str]] = ()
    words: Mapping[str, Text] = field(default_factory=lambda: WORDS)

    @property
    def paragraphs(self) -> list[str]:
        """The sentences, a greeting of its own line where there is one."""
        text = self.body.strip()
        for greeting in ("Hei ", "Hello "):
            head, dot, rest = text.partition(". ")
            if text.startswith(greeting) and dot and rest:
                return [f"{head},", rest.strip()]
        return [part for part in text.split("\n") if part.strip()] if text else []

    @property
    def preheader(self) -> str:
        """What a mail program shows beside the subject."""
        words = " ".join(self.paragraphs[-1:]) or self.subject
        return words if len(words) <= _PREHEADER else f"{words[: _PREHEADER - 1]}…"

    def say(self, name: str) -> str:
        """Return one of the frame's words."""
        return self.words[name].pick(self.language)


_PREHEADER = 140


@dataclass(frozen=True, slots=True)
class Made:
    """A letter in both forms."""

    subject: str
    html: str = field(repr=False)
    text: str = field(repr=False)


@cache
def _templates() -> Environment:
    folder = resources.files("directapp.interfaces.web.features.messages") / "templates" / "messages"
    return Environment(
        loader=FileSystemLoader(str(folder)),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def write(letter: Letter) -> Made:
    """Return a letter in both forms."""
    html = _templates().get_template("letter.html").render(letter=letter, brand=letter.brand)
    text = _templates().get_template("letter.txt").render(letter=letter, brand=letter.brand)
    return Made(" ".join(letter.subject.split()), html, f"{text.strip()}\n")


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
