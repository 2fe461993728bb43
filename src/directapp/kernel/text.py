"""Text in the two languages of the product."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["nb", "en"]
LANGUAGES: tuple[Language, ...] = ("nb", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Norwegian (bokmål) and English."""

    nb: str
    en: str

    def pick(self, language: str) -> str:
        """Return the sentence in a language; anything but English reads Norwegian."""
        return self.en if language == "en" else self.nb

    @property
    def both(self) -> str:
        """The sentence in both languages, for what is kept as written and read by people of either."""
        return f"{self.nb} / {self.en}"

    def fill(self, **values: object) -> "Text":
        """Return the sentence with its ``{name}`` places filled; a Text value is filled per language."""
        nb = {k: v.nb if isinstance(v, Text) else v for k, v in values.items()}
        en = {k: v.en if isinstance(v, Text) else v for k, v in values.items()}
        return Text(self.nb.format(**nb), self.en.format(**en))


def pick_language(accept: str | None, preferred: str | None = None) -> Language:
    """Choose a language from a user's preference, else an ``Accept-Language`` header, else Norwegian."""
    if preferred in LANGUAGES:
        return preferred
    weighted: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accept or "").split(",")):
        tag, _, quality = part.strip().partition(";q=")
        code = tag.split("-")[0].lower()
        language: Language | None = "nb" if code in {"nb", "no", "nn"} else "en" if code == "en" else None
        if language is None:
            continue
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        weighted.append((-weight, place, language))
    return min(weighted)[2] if weighted else "nb"
