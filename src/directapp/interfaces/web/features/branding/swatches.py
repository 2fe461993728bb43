"""What the branding page shows: a site's colours as they were chosen and as they are used, with their contrast."""

from collections.abc import Mapping
from dataclasses import dataclass

from directapp.kernel import colours
from directapp.kernel.colours import DARK_GROUND, LIGHT_GROUND, READABLE, Accent
from directapp.kernel.languages import Language
from directapp.kernel.text import Number, Text, _

PRIMARY, SECONDARY = "primary", "secondary"
STANDARD = {PRIMARY: "#0b57c4", SECONDARY: "#515d6c"}
WORDS: Mapping[str, Text] = {
    "about": _("How the pages look for a site's people."),
    "title": _("Branding"),
    "site": _("Site"),
    "choose": _("Choose"),
    "logo": _("Logo"),
    "logo_help": _("PNG, JPEG or WebP. Shown at the top of the menu."),
    "no_logo": _("No logo yet"),
    "remove_logo": _("Remove the logo"),
    "not_a_picture": _("The logo must be a picture: PNG, JPEG or WebP."),
    "primary": _("Primary colour"),
    "secondary": _("Secondary colour"),
    "preview": _("Preview"),
    "show": _("Show"),
    "light": _("Light theme"),
    "dark": _("Dark theme"),
    "button": _("Start technical"),
    "kept": _("The chosen colour has a contrast of {chosen} : 1 with the background and is used as it is."),
    "fitted": _(
        "The chosen colour has a contrast of {chosen} : 1 to the background. {used} is used here, with {reached} : 1."
    ),
    "on_it": _("The text on the button has {text} : 1."),
    "no_colour": _("That is not a colour; for example #001e50."),
    "rule": _("The colours are adjusted so that text and buttons can always be read (at least 4.5 : 1)."),
    "open": _("Logo and colours"),
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
    return Number(f"{int(ratio * 10) / 10:.1f}").pick(language)
