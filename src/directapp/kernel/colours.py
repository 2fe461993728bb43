"""Colours: from any brand colour to accents that can be read in both themes (WCAG 2.2, 4.5:1)."""

import re
from dataclasses import dataclass

Rgb = tuple[int, int, int]

WHITE, INK = "#ffffff", "#10151c"
LIGHT_GROUND, DARK_GROUND = "#ffffff", "#222a35"
READABLE = 4.5
# A brand without much colour must stand out by its lightness, or its buttons look as if they were off.
GREYISH, STRONG = 48, 9.0
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")
_LINEAR_BELOW = 0.04045
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Accent:
    """A colour for marks and buttons in one theme, and the colour of the text on it."""

    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class Theme:
    """The accents of a brand in the light and the dark theme."""

    light: Accent
    dark: Accent


def parse_hex(colour: str) -> Rgb | None:
    """Understand ``#rrggbb``; None when it is something else."""
    match = _HEX.fullmatch(colour.strip())
    if match is None:
        return None
    digits = match[1]
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _hex(rgb: Rgb) -> str:
    return f"#{rgb[0]:02x}{rgb[1]:02x}{rgb[2]:02x}"


def _channel(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= _LINEAR_BELOW else ((share + 0.055) / 1.055) ** 2.4


def luminance(rgb: Rgb) -> float:
    """Return the relative luminance that WCAG defines."""
    red, green, blue = (_channel(v) for v in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _toward(rgb: Rgb, goal: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(rgb, goal, strict=True))
    return red, green, blue


def readable_on(rgb: Rgb, ground: Rgb, ratio: float = READABLE) -> Rgb:
    """Return the colour, darkened or lightened only as far as it takes to be read on the ground."""
    black: Rgb = (0, 0, 0)
    white: Rgb = (255, 255, 255)
    goal = black if contrast(black, ground) > contrast(white, ground) else white
    for step in range(_STEPS + 1):
        tried = _toward(rgb, goal, step / _STEPS)
        if contrast(tried, ground) >= ratio:
            return tried
    return goal


def text_on(rgb: Rgb) -> str:
    """Return white or ink, whichever reads better on a colour."""
    white, ink = parse_hex(WHITE) or rgb, parse_hex(INK) or rgb
    return WHITE if contrast(white, rgb) >= contrast(ink, rgb) else INK


def _accent(rgb: Rgb, ground: str) -> Accent:
    under = parse_hex(ground) or (255, 255, 255)
    fitted = readable_on(rgb, under)
    if max(fitted) - min(fitted) < GREYISH:
        fitted = readable_on(fitted, under, STRONG)
    return Accent(_hex(fitted), text_on(fitted))


def theme_of(colour: str) -> Theme | None:
    """Return a brand colour's accents, each read at 4.5:1 on its theme and under its own text."""
    rgb = parse_hex(colour)
    if rgb is None:
        return None
    return Theme(_accent(rgb, LIGHT_GROUND), _accent(rgb, DARK_GROUND))
