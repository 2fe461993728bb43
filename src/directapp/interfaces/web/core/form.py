"""A form that came back: what was typed, its uploads, and what the form knew when it was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import orjson
from starlette.datastructures import UploadFile

from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _

_PASSING = frozenset({"_csrf", "_at", "_key", "_otp", "_passkey"})
_LONGEST_REASON = 1000
_PAGES = "/app/"
_REASON = _("The reason can have at most {most} characters.")


def page_or(asked: str, otherwise: str) -> str:
    """Return the page that a form or an address asks to go on to, where it is one of these, else another."""
    return asked if asked.startswith(_PAGES) else otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a form brought: ``typed`` values by name, uploads, and what the form knew when it was made."""

    typed: Mapping[str, list[str]]
    files: tuple[UploadFile, ...] = ()
    version: int | None = None
    key: str | None = None
    path: str = ""
    base: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """What was typed and where, as it is sent again: without the token and the time at which a tap waited."""
        return self.said_but()

    def said_but(self, *left_out: str) -> str:
        """Return what was typed and chosen, and where, without some of the fields."""
        passing = _PASSING.union(left_out)
        told: dict[str, Any] = {name: values for name, values in self.typed.items() if name not in passing}
        told[""] = [self.path, *((file.filename, file.size) for file in self.files)]
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()

    def key_of(self, part: object) -> str | None:
        """Return the key of a part of what the form does: a record of many, a file; None where the form has none."""
        return uuid5(NAMESPACE_OID, f"{self.key} {part}").hex if self.key else None

    def again(self, *left_out: str) -> list[tuple[str, str]]:
        """Return what was typed as a form sends it once more, without some of the fields."""
        but = frozenset({"_csrf", "_fields", *left_out})
        typed = [(name, value) for name, values in self.typed.items() if name not in but for value in values]
        return [*typed, ("_fields", " ".join(self.typed.get("_fields", [])))]

    def get(self, name: str) -> str:
        """Return the last value of a name, empty when there is none."""
        return self.typed.get(name, [""])[-1]

    @property
    def reason(self) -> str | None:
        """Why the sender does it, where the form asks (InvalidError: too long a story)."""
        text = " ".join(self.get("_reason").replace("\0", "").split())
        if len(text) > _LONGEST_REASON:
            raise InvalidError(Problem(_REASON.fill(most=_LONGEST_REASON), field="_reason"))
        return text or None
