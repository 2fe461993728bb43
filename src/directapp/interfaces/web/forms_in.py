"""Forms that come back: their fields, their token, their version and key."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from fastapi import Request
from starlette.datastructures import UploadFile

from directapp.interfaces.web.desk import Desk, check_form

_MOST_FIELDS, _MOST_FILES = 2000, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a form brought: ``typed`` values by name, uploads, and what the form knew when it was made."""

    typed: Mapping[str, list[str]]
    files: tuple[UploadFile, ...] = ()
    version: int | None = None
    key: str | None = None
    base: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return the last value of a name, empty when there is none."""
        return self.typed.get(name, [""])[-1]


async def read_form(request: Request) -> Posted:
    """Read a form without asking who sent it: for pages before sign-in."""
    form = await request.form(max_fields=_MOST_FIELDS, max_files=_MOST_FILES)
    typed: dict[str, list[str]] = {}
    files: list[UploadFile] = []
    for name, value in form.multi_items():
        if isinstance(value, str):
            typed.setdefault(name, []).append(value)
        elif value.filename:
            files.append(value)
    known = typed.get("_fields", [""])[-1]
    typed["_fields"] = known.split()
    version = typed.get("_version", [""])[-1]
    return Posted(
        typed=typed,
        files=tuple(files),
        version=int(version) if version.isascii() and version.isdigit() else None,
        key=typed.get("_key", [""])[-1][:64] or None,
        base=_base(typed.get("_base", [""])[-1]),
    )


def _base(text: str) -> dict[str, str]:
    try:
        read = orjson.loads(text) if text else {}
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in read.items()} if isinstance(read, dict) else {}


async def read_signed(desk: Desk) -> Posted:
    """Read a form of a signed-in person (ForbiddenError: it does not carry their token)."""
    posted = await read_form(desk.request)
    check_form(desk, posted.get("_csrf") or desk.request.headers.get("x-csrf-token", ""))
    return posted
