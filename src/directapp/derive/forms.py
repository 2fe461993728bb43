"""Forms: a record's groups as a person may fill them in and read them, from the declaration and their rights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from directapp.declare.fields import Field, Group
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.derive.inputs import Filling, Input, base_of, build_input
from directapp.derive.shown import Formatter, Shown, page_of
from directapp.kernel.errors import Problem
from directapp.kernel.languages import Language

_HIDDEN = frozenset({"id", "version"})


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field that is read: its label and what is shown."""

    name: str
    label: str
    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class FormGroup:
    """A group: the inputs a person may fill in, and the lines they may only read."""

    code: str
    label: str
    inputs: tuple[Input, ...] = ()
    lines: tuple[FieldLine, ...] = ()

    @property
    def base(self) -> str:
        """What stands in the group's inputs now, carried along by its form."""
        return base_of(self.inputs)

    @property
    def wrong(self) -> bool:
        """Whether some input has a problem."""
        return any(i.problems or i.theirs for i in self.inputs)

    @property
    def demanding(self) -> bool:
        """Whether some input has to be filled in and is empty."""
        return any(i.required and not i.value for i in self.inputs)

    @property
    def filled(self) -> tuple[FieldLine, ...]:
        """The lines that have something to show."""
        return tuple(line for line in self.lines if line.shown)


def edit_groups(meta: CollectionMeta, writable: frozenset[str], filling: Filling) -> tuple[FormGroup, ...]:
    """Return the groups with something to fill in, in the declared order."""
    made = (_inputs(group, writable, filling) for group in meta.groups)
    return tuple(group for group in made if group.inputs)


def _inputs(group: Group, writable: frozenset[str], filling: Filling) -> FormGroup:
    items = (f for f in group.fields if f.name in writable)
    inputs = tuple(i for f in items if (i := build_input(f, filling)).control != "none")
    return FormGroup(code=group.code, label=group.label.pick(filling.language), inputs=inputs)


def read_groups(
    meta: CollectionMeta,
    formatter: Formatter,
    row: Mapping[str, Any],
    readable: frozenset[str],
    *,
    without: frozenset[str],
) -> tuple[FormGroup, ...]:
    """Return the groups a person only reads, each line with what is shown; ``without`` are shown elsewhere."""
    made = []
    for group in meta.groups:
        names = [f for f in group.fields if f.name in readable - without - _HIDDEN]
        lines = tuple(
            FieldLine(f.name, f.label.pick(formatter.language), formatter.value(meta, f.name, row)) for f in names
        )
        if lines:
            made.append(FormGroup(code=group.code, label=group.label.pick(formatter.language), lines=lines))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One line of a form's summary of problems: the words, the input they are about, whether a yes is enough.

    ``other`` is the page of another record that is in the way, ``field`` the label of the input.
    """

    text: str
    name: str | None = None
    label: str | None = None
    asks: bool = False
    other: str | None = None
    field: str | None = None


def sort_problems(
    problems: Iterable[Problem], fields: Mapping[str, Field], language: Language
) -> tuple[dict[str, list[str]], tuple[Complaint, ...]]:
    """Return the problems by field, and all of them as the lines of a summary."""
    by_field: dict[str, list[str]] = {}
    summary = []
    for problem in problems:
        text = problem.message.pick(language)
        item = fields.get(problem.field or "")
        label = item.label.pick(language) if item else None
        if item is not None:
            by_field.setdefault(item.name, []).append(text)
        says_itself = label is None or text.lower().startswith(label.lower())
        asks = problem.code == "CONFIRM"
        other = page_of(*problem.stands_on) if problem.stands_on else None
        name = item.name if item else None
        summary.append(Complaint(text, name, None if says_itself or asks else label, asks, other, label))
    return by_field, tuple(dict.fromkeys(summary))


def small_refs(fields: Iterable[Field], small: Sequence[str]) -> dict[str, str]:
    """Return the ref fields whose collection is small enough for a plain select, with that collection."""
    return {f.name: f.ref for f in fields if f.kind is Kind.REF and f.ref is not None and f.ref in small}
