"""The set-up of a company as files: one YAML file for each thing, by which it is read, compared and carried on."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from directapp.declare.fields import Field
from directapp.declare.reading import TYPED
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _, verbatim
from directapp.services.validation import json_value, understand

# By what a thing is known: the values of its key, references in it by what those are known.
Key = tuple[Any, ...]
_SYSTEM = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by"})
_LONGEST_NAME, _MOST_BYTES, _DEEPEST = 60, 1024 * 1024, 50
_AT = _("{file}: {message}")
_NO_FIELD = _("There is no field {name} here, or it is not part of the set-up.")
_NO_FOLDER = _("There is nothing called {name} in the set-up. There are: {known}.")
_NOT_READ = _("The file cannot be read: {why}")
_NO_FILE = _("It must be a file of its own, of at most {most} bytes, and no link.")
_LINK = _("It is a link: nothing is written through it. Delete it.")
_NO_ALIASES = _("Anchors and aliases (& and *) are not taken. Write the value out.")
_TOO_DEEP = _("It is nested too deeply.")
_REFERENCE = _("{label}: write what it is known by, a text or a list of texts.")
_NO_VALUES = _("The file must hold fields and their values.")
_TWICE = _("Two files are about the same: {other} too.")
_UNKNOWN = _("{label}: there is no {wanted} here.")


@dataclass(frozen=True, slots=True)
class Thing:
    """A row of the set-up: its values as JSON, references as the keys of what they point to; ``file`` it came from."""

    collection: str
    key: Key
    values: Mapping[str, Any] = field(repr=False)
    file: str = ""
    called: str = ""

    @property
    def name(self) -> str:
        """What it is called: as its collection says, else the folder and the file."""
        return self.called.format(*self.key) if self.called else f"{self.collection}/{slug(self.key)}"


Things = dict[tuple[str, Key], Thing]


def carried(spec: Spec) -> list[CollectionMeta]:
    """Return the collections of the set-up, each after those that it points to."""
    left = {meta.name: meta for meta in spec.metas.values() if meta.declared.set_up and meta.declared.set_up.carried}
    found: list[CollectionMeta] = []
    while left:
        ready = [
            meta
            for meta in left.values()
            if not any(item.points_to in left for item in fields_of(meta) if item.points_to != meta.name)
        ]
        found += [left.pop(meta.name) for meta in sorted(ready, key=lambda meta: meta.name)]
    return found


def fields_of(meta: CollectionMeta) -> list[Field]:
    """Return the fields of a thing that its file holds, in their declared order."""
    set_up = meta.declared.set_up
    left_out = _SYSTEM | set(set_up.leave_out if set_up else ())
    return [item for item in meta.stored if not item.computed and not item.secret and item.name not in left_out]


def key_of(meta: CollectionMeta, values: Mapping[str, Any]) -> Key:
    """Return by what a thing is known."""
    set_up = meta.declared.set_up
    return tuple(_frozen(values.get(name)) for name in (set_up.key if set_up else ()))


def thing_of(meta: CollectionMeta, key: Key, values: Mapping[str, Any], file: str = "") -> Thing:
    """Return a thing of a collection."""
    set_up = meta.declared.set_up
    return Thing(meta.name, key, values, file, set_up.called if set_up else "")


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def written(key: Any) -> Any:
    """Return a key as a file names what has it: one value bare, several as a list."""
    if not isinstance(key, tuple):
        return key
    return written(key[0]) if len(key) == 1 else [written(one) for one in key]


def slug(key: Key) -> str:
    """Return the name of a thing's file without its ending."""
    words = " ".join(str(one) for one in _flat(key) if one is not None)
    plain = re.sub(r"[^a-z0-9æøå]+", "-", words.casefold()).strip("-")
    return plain[:_LONGEST_NAME] or "company"


def _flat(key: Any) -> Iterable[Any]:
    if isinstance(key, tuple | list):
        for one in key:
            yield from _flat(one)
    else:
        yield key


def write(folder: Path, spec: Spec, things: Things) -> list[Path]:
    """Write things into a folder, over what it holds of them; files of what is there no more go. Return the files.

    Raises:
        InvalidError: a file or folder of it is a link, which leads elsewhere.

    """
    written: list[Path] = []
    for place in (folder / meta.name for meta in carried(spec)):
        if links := [one for one in (place, *place.glob("*.yaml")) if one.is_symlink()]:
            raise InvalidError([at(str(one.relative_to(folder)), Problem(_LINK)) for one in links])
    for meta in carried(spec):
        names: set[str] = set()
        for _key, thing in sorted(
            ((k, t) for k, t in things.items() if t.collection == meta.name), key=lambda pair: repr(pair[0])
        ):
            name = _free(slug(thing.key), names)
            path = folder / meta.name / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_dump({n: v for n, v in thing.values.items() if v is not None}))
            written.append(path)
        for stale in set((folder / meta.name).glob("*.yaml")) - set(written):
            stale.unlink()
    return written


def _free(name: str, names: set[str]) -> str:
    free, number = name, 2
    while free in names:
        free, number = f"{name}-{number}", number + 1
    names.add(free)
    return free


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are read, and everything in its place."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write out what stands in several places."""
        del data
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    whole = "\n" in value and not any(line != line.rstrip() for line in value.split("\n"))
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if whole else None)


_Dumper.add_representer(str, _text)


def _dump(values: Mapping[str, Any]) -> str:
    text: str = yaml.dump(dict(values), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return text


class _Loader(yaml.SafeLoader):
    """Reads what is written out alone: an alias in an alias would stand for more than there is room for."""

    def __init__(self, text: str) -> None:
        """Begin at the outermost value."""
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next value."""
        if self.check_event(yaml.AliasEvent):
            raise InvalidError(Problem(_NO_ALIASES))
        if self._depth > _DEEPEST:
            raise InvalidError(Problem(_TOO_DEEP))
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def read(folder: Path, spec: Spec) -> Things:
    """Return the things that a folder holds.

    Raises:
        InvalidError: a file or field that does not belong, a value that does not fit; each with its file.

    """
    metas = {meta.name: meta for meta in carried(spec)}
    things: Things = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*/*.yaml")):
        name, file = path.parent.name, f"{path.parent.name}/{path.name}"
        if name.startswith("."):
            continue
        if name not in metas:
            problems.append(at(file, Problem(_NO_FOLDER.fill(name=name, known=", ".join(metas)))))
            continue
        try:
            thing = _read_one(metas[name], file, path)
        except InvalidError as error:
            problems += [at(file, problem) for problem in error.problems]
            continue
        known = things.setdefault((name, thing.key), thing)
        if known is not thing:
            problems.append(at(file, Problem(_TWICE.fill(other=known.file))))
    if problems:
        raise InvalidError(problems)
    return things


def at(file: str, problem: Problem) -> Problem:
    """Return a problem that says in which file it is."""
    return Problem(_AT.fill(file=file, message=problem.message), field=problem.field, code=problem.code)


def _read_one(meta: CollectionMeta, file: str, path: Path) -> Thing:
    if path.is_symlink() or path.parent.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise InvalidError(Problem(_NO_FILE.fill(most=_MOST_BYTES)))
    try:
        # Made of SafeLoader: it makes values, and no objects.
        raw = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidError(Problem(_NOT_READ.fill(why=str(error).replace("\n", " ")[:200]))) from error
    if not isinstance(raw, dict):
        raise InvalidError(Problem(_NO_VALUES))
    items = {item.name: item for item in fields_of(meta)}
    unknown = [name for name in raw if name not in items]
    if unknown:
        raise InvalidError([Problem(_NO_FIELD.fill(name=str(name)), field=str(name)) for name in unknown])
    odd = [item for item in items.values() if item.points_to is not None and not _names(raw.get(item.name))]
    if odd:
        raise InvalidError([Problem(_REFERENCE.fill(label=item.label), field=item.name) for item in odd])
    values = normal(meta, raw)
    return thing_of(meta, key_of(meta, values), values, file)


def _names(value: Any) -> bool:
    """Whether a value may be what something is known by."""
    if isinstance(value, list):
        return all(_names(one) for one in value)
    return value is None or isinstance(value, str | int | float)


def normal(meta: CollectionMeta, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return every value of a thing as the product would store it; references stay as they are written.

    Raises:
        InvalidError: a problem for each value that does not fit.

    """
    items = fields_of(meta)
    own = {item.name: raw.get(item.name) for item in items if item.points_to is None}
    read_values = understand(meta, own, None, TYPED)
    return {
        item.name: raw.get(item.name) if item.points_to is not None else json_value(item, read_values.get(item.name))
        for item in items
    }


def resolved(
    meta: CollectionMeta, values: Mapping[str, Any], find: Callable[[str, Key], UUID | None]
) -> dict[str, Any]:
    """Return values with the ids of what they point to (InvalidError: something is not here)."""
    found, problems = dict(values), []
    for item in fields_of(meta):
        wanted = values.get(item.name)
        if item.points_to is not None and wanted is not None:
            found[item.name] = find(item.points_to, _frozen(wanted if isinstance(wanted, list) else [wanted]))
            if found[item.name] is None:
                words = _UNKNOWN.fill(label=item.label, wanted=verbatim(str(wanted)))
                problems.append(Problem(words, field=item.name))
    if problems:
        raise InvalidError(problems)
    return found
