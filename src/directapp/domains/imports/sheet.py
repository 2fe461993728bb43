"""Sheet: one row of the prototype being understood value by value, with the notes that this leaves."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from directapp.declare.kinds import BadValueError
from directapp.declare.spec import CollectionMeta
from directapp.kernel.text import Text, _
from directapp.services.incoming import UNSTORABLE, Incoming, Level, Note, Pointer, Raw

_REPAIRED = _("“{before}” was read as “{after}”.")
_IMPOSSIBLE = _("“{value}”: {why}")
_AHEAD = _("The time lies ahead of now and was kept: {when}.")
_UNSTORABLE = _("The column “{column}” is too long, or has characters that cannot be stored: {value}")
_UNKNOWN = _("The column “{name}” is not known and was not taken in: {value}.")
_NOISE = re.compile(r"[\s\-]+")


@dataclass(slots=True)
class Sheet:
    """Collects what a row becomes; ``values`` are those of the collection's fields."""

    raw: Raw
    meta: CollectionMeta
    now: datetime
    values: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    read: set[str] = field(default_factory=lambda: {"id"})

    def given(self, column: str) -> Any:
        """Return a value as it came; empty text is no value."""
        self.read.add(column)
        value = self.raw.data.get(column)
        if isinstance(value, dict) and value.get("is") == UNSTORABLE:
            self._refuse(column, value["text"])
            return None
        return None if isinstance(value, str) and not value.strip() else value

    def _refuse(self, column: str, shown: str) -> None:
        note = Note(level="rejected", text=_UNSTORABLE.fill(column=column, value=shown), before=shown)
        if note not in self.notes:
            self.notes.append(note)

    def word(self, column: str) -> str:
        """Return a value as a word to look up: lower case, without stray spaces."""
        value = self.given(column)
        return "" if value is None else str(value).strip().lower()

    def put(self, name: str, value: Any) -> None:
        """Set a field; no value is left out."""
        if value is not None:
            self.values[name] = value

    def point(self, name: str, collection: str, column: str, *, by: str | None = None, required: bool = False) -> None:
        """Set a field to a record that the source names."""
        value = self.given(column)
        if value is not None:
            self.values[name] = Pointer(collection, str(value).strip(), by, required)

    def take(self, name: str, column: str, *, tidy: bool = False) -> Any:
        """Understand a value as its field does; an impossible one rejects the row.

        ``tidy`` reports a value that had to be put right; how people space it is no matter.
        """
        value = self.given(column)
        if value is None:
            return None
        try:
            understood = self.meta.fields[name].understand(value)
        except BadValueError as error:
            self.note("rejected", _IMPOSSIBLE.fill(value=value, why=error.text), name, before=value)
            return None
        if tidy:
            self._report_repair(name, value, understood)
        if isinstance(understood, datetime):
            self.fact(name, understood)
        else:
            self.put(name, understood)
        return understood

    def _report_repair(self, name: str, value: Any, understood: Any) -> None:
        written = str(value)
        spaced = name != "vin" and written == written.strip()
        if (_NOISE.sub("", written) if spaced else written) != understood:
            text = _REPAIRED.fill(before=value, after=understood)
            self.note("repaired", text, name, before=value, after=understood)

    def fact(self, name: str, when: datetime | None) -> None:
        """Set a time; one ahead of now is kept and remarked on."""
        if when is None:
            return
        self.values[name] = when
        if self.meta.fields[name].fact and when > self.now:
            shown = when.astimezone(UTC).isoformat(timespec="minutes")
            self.note("warning", _AHEAD.fill(when=shown), name, after=shown)

    def note(self, level: Level, text: Text, name: str | None = None, *, before: Any = None, after: Any = None) -> None:
        """Keep a remark."""
        self.notes.append(Note(level=level, text=text, field=name, before=before, after=after))

    def incoming(self, *, status: str | None = None, **more: Any) -> Incoming:
        """Return the row as it is to be written; what was not read is remarked on."""
        for name, value in self.raw.data.items():
            if name not in self.read and value not in (None, "", [], False):
                self.note("warning", _UNKNOWN.fill(name=name, value=value), before=value)
        external = self.raw.data.get("id")
        return Incoming(
            collection=self.raw.collection,
            number=self.raw.number,
            data=self.raw.data,
            values=self.values,
            external=None if external is None else str(external),
            status=status,
            notes=tuple(self.notes),
            **more,
        )
