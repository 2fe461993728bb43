"""What the branding page shows: a site's colours as they were chosen and as they are used, with their contrast."""

from collections.abc import Mapping
from dataclasses import dataclass

from directapp.kernel import colours
from directapp.kernel.colours import DARK_GROUND, LIGHT_GROUND, READABLE, Accent
from directapp.kernel.text import Language, Text

T = Text
PRIMARY, SECONDARY = "primary", "secondary"
STANDARD = {PRIMARY: "#0b57c4", SECONDARY: "#515d6c"}
WORDS: Mapping[str, Text] = {
    "about": T("Hvordan sidene ser ut for anleggets folk.", "How the pages look for a site's people."),
    "title": T("Profil", "Branding"),
    "site": T("Forhandler", "Dealership"),
    "choose": T("Velg", "Choose"),
    "logo": T("Logo", "Logo"),
    "logo_help": T("PNG, JPEG eller WebP. Vises øverst i menyen.", "PNG, JPEG or WebP. Shown at the top of the menu."),
    "no_logo": T("Ingen logo ennå", "No logo yet"),
    "remove_logo": T("Fjern logoen", "Remove the logo"),
    "not_a_picture": T(
        "Logoen må være et bilde: PNG, JPEG eller WebP.", "The logo must be a picture: PNG, JPEG or WebP."
    ),
    "primary": T("Hovedfarge", "Primary colour"),
    "secondary": T("Sekundærfarge", "Secondary colour"),
    "preview": T("Forhåndsvisning", "Preview"),
    "show": T("Vis", "Show"),
    "light": T("Lyst tema", "Light theme"),
    "dark": T("Mørkt tema", "Dark theme"),
    "button": T("Start teknisk", "Start technical"),
    "kept": T(
        "Valgt farge har kontrast {chosen} : 1 mot bakgrunnen og brukes som den er.",
        "The chosen colour has a contrast of {chosen} : 1 with the background and is used as it is.",
    ),
    "fitted": T(
        "Valgt farge har kontrast {chosen} : 1 mot bakgrunnen. Her brukes {used}, med {reached} : 1.",
        "The chosen colour has a contrast of {chosen} : 1 to the background. {used} is used here, with {reached} : 1.",
    ),
    "on_it": T("Teksten på knappen har {text} : 1.", "The text on the button has {text} : 1."),
    "no_colour": T("Det er ikke en farge; for eksempel #001e50.", "That is not a colour; for example #001e50."),
    "rule": T(
        "Fargene justeres så tekst og knapper alltid kan leses (minst 4,5 : 1).",
        "The colours are adjusted so that text and buttons can always be read (at least 4.5 : 1).",
    ),
    "open": T("Logo og farger", "Logo and colours"),
}


@dataclass(frozen=True, slots=True)
class _Paper:
    theme: str
    ground: str
    ink: str


_LIGHT, _DARK = _Paper("light", LIGHT_GROUND, "#1b2430"), _Paper("dark", DARK_GROUND, "#e4e9f0")


@dataclass(frozen=True, slots=True)
class Sample:
    """A colour in one theme: how it is used, and what its contrast is, in words."""

    theme: str
    ground: str
    ink: str
    accent: Accent
    told: str


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour that was chosen, and how it looks in both themes; no samples where it is no colour."""

    name: str
    label: str
    value: str
    samples: tuple[Sample, ...]


def swatch(language: Language, name: str, value: str) -> Swatch:
    """Return what the page shows of a colour."""
    theme = colours.theme_of(value)
    samples: tuple[Sample, ...] = ()
    if theme is not None:
        samples = (
            _sample(language, _LIGHT, theme.light, value),
            _sample(language, _DARK, theme.dark, value),
        )
    return Swatch(name, WORDS[name].pick(language), value, samples)


def _sample(language: Language, paper: _Paper, accent: Accent, value: str) -> Sample:
    ground = paper.ground
    chosen = _ratio(value, ground)
    words = WORDS["kept" if accent.colour == value.lower() and chosen >= READABLE else "fitted"]
    told = words.pick(language).format(
        chosen=_figure(language, chosen), used=accent.colour, reached=_figure(language, _ratio(accent.colour, ground))
    )
    on_it = WORDS["on_it"].pick(language).format(text=_figure(language, _ratio(accent.text, accent.colour)))
    return Sample(WORDS[paper.theme].pick(language), ground, paper.ink, accent, f"{told} {on_it}")


def _ratio(one: str, other: str) -> float:
    first, second = colours.parse_hex(one), colours.parse_hex(other)
    return colours.contrast(first, second) if first and second else 0.0


def _figure(language: Language, ratio: float) -> str:
    """Return a ratio to one decimal, cut and not rounded: 4.49 is not 4.5."""
    text = f"{int(ratio * 10) / 10:.1f}"
    return text if language == "en" else text.replace(".", ",")
