"""Texts of the tests' own declarations: in both languages at the place, and in no catalogue."""

from dataclasses import dataclass

from directapp.kernel.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class Bilingual(Text):
    """A text that is one thing in Norwegian and another in English; equal to whatever says the same in both."""

    nb: str
    en: str

    def pick(self, language: str) -> str:
        return self.nb if language == "nb" else self.en

    def fill(self, **values: object) -> "Bilingual":
        nb, en = (
            self.pick(code).format(**{n: v.pick(code) if isinstance(v, Text) else v for n, v in values.items()})
            for code in ("nb", "en")
        )
        return Bilingual(nb, en)

    def as_json(self) -> object:
        return {"names": {"nb": self.nb, "en": self.en}}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (other.pick("nb"), other.pick("en")) == (self.nb, self.en)

    def __hash__(self) -> int:
        return hash((self.nb, self.en))


def bilingual(nb: str, en: str) -> Text:
    """Return a text from what it is in Norwegian and in English."""
    return Bilingual(nb, en)
