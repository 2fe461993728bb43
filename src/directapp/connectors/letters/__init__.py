"""Letters: a message as HTML that mail programs show alike, and as plain text, in the look of who sends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _

STANDARD = "#0b57c4"
GROUND = "#ffffff"
# How a letter begins that greets somebody.
GREETING = _("Hello ")


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
    words: Mapping[str, Text]
    facts: Sequence[Sequence[str]] = ()
    lines: Sequence[Sequence[str]] = ()

    @property
    def paragraphs(self) -> list[str]:
        """The sentences, a greeting of its own line where there is one."""
        text = self.body.strip()
        head, dot, rest = text.partition(". ")
        if text.startswith(GREETING.pick(self.language)) and dot and rest:
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
    folder = resources.files("directapp.connectors.letters")
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
