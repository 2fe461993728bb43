"""The words of a collection as one person knows it: labels, choices, names; made from the Spec."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from directapp.asking.tokens import LINKS, Token, cut, near, stem
from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.derive.shown import readable_anywhere
from directapp.kernel.actor import Actor
from directapp.kernel.languages import DEFAULT, SOURCE
from directapp.kernel.text import Text

Key = tuple[str, ...]
_DATED = frozenset({Kind.DATE, Kind.INSTANT})
# What every record has, and what people call it.
_SYSTEM = {
    "created_at": ("lagt inn", "opprettet", "registrert inn", "added", "created", "entered"),
    "updated_at": ("endret", "changed", "updated", "sist endret"),
}
_MOST_WORDS = 6
_FEWEST_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase may mean: a field; one of its choices; a yes of it; a record that it points to; a value of it."""

    field: str
    value: str | None = None
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A record that people name: its collection, its id and what it is called; ``value_of``: the text is a value."""

    collection: str
    id: str
    text: str
    value_of: str | None = None


@dataclass(slots=True)
class Lexicon:
    """Phrases by their stems, the first meaning being the one that is taken; ``dates`` are instants by their phrase."""

    meta: CollectionMeta
    readable: frozenset[str]
    phrases: dict[Key, list[Meaning]] = field(default_factory=dict)
    dates: dict[Key, str] = field(default_factory=dict)
    compounds: list[tuple[re.Pattern[str], Key]] = field(default_factory=list)

    def find(
        self, tokens: Sequence[Token], names: Mapping[Key, list[Meaning]]
    ) -> tuple[Key, list[Meaning], int] | None:
        """Return the longest phrase that the tokens begin with, its meanings, and how many tokens it takes."""
        stems = tuple(token.stem for token in tokens[:_MOST_WORDS])
        for length in range(len(stems), 0, -1):
            key = stems[:length]
            found = [*self.phrases.get(key, ()), *names.get(key, ())]
            if found:
                return key, found, length
            if key in self.dates:
                return key, [Meaning(self.dates[key])], length
        return self._compound(tokens[0])

    def _compound(self, token: Token) -> tuple[Key, list[Meaning], int] | None:
        if len(token.plain) < _FEWEST_LETTERS:
            return None
        key = next((key for pattern, key in self.compounds if pattern.fullmatch(token.plain)), None)
        return None if key is None else (key, self.phrases[key], 1)

    def misspelt(self, token: Token) -> tuple[Key, list[Meaning], int] | None:
        """Return the phrase of one word that a token is a misspelling of; None where it may be of several."""
        close = {key: found for key, found in self.phrases.items() if len(key) == 1 and near(key[0], token.stem)}
        meanings = {found[0] for found in close.values()}
        if len(meanings) != 1:
            return None
        key, found = next(iter(close.items()))
        return key, found, 1


def keys_of(words: str) -> Key:
    """Return the stems of a phrase."""
    return tuple(token.stem for token in cut(words))


@lru_cache(maxsize=256)
def _built(meta: CollectionMeta, readable: frozenset[str]) -> Lexicon:
    lexicon = Lexicon(meta, readable)
    items = sorted((item for item in meta.fields.values() if item.name in readable), key=lambda item: _rank(meta, item))
    for item in items:
        _add_choices(lexicon, item)
    for item in items:
        if item.kind is not Kind.JSON and item.name not in {"id", "version"}:
            _add_field(lexicon, item)
    for item in items:
        _add_dates(lexicon, item)
    for key in lexicon.phrases:
        if len(key) > 1 and all(len(part) >= 3 for part in key):  # noqa: PLR2004 - a stem
            pattern = LINKS.join(re.escape(part) for part in key)
            lexicon.compounds.append((re.compile(pattern + r"\w{0,4}"), key))
    return lexicon


def _add_choices(lexicon: Lexicon, item: Field) -> None:
    for choice in item.choices if _is_told(lexicon.meta, item) else ():
        for words in (*_labels(choice.label), *choice.also):
            _add(lexicon, words, Meaning(item.name, choice.code))


def _add_dates(lexicon: Lexicon, item: Field) -> None:
    """Let what a choice is also called stand for the day of what it is called itself."""
    for choice in item.choices:
        keys = map(keys_of, _labels(choice.label))
        dated = next((lexicon.dates[key] for key in keys if key in lexicon.dates), None)
        for words in choice.also if dated else ():
            lexicon.dates[keys_of(words)] = str(dated)


def _is_told(meta: CollectionMeta, item: Field) -> bool:
    """Whether choices of a field are meant by their name alone: not those of what is only worked out beside it."""
    views = meta.declared.views
    return item.stored or item.name in views.filters or item.name == views.urgency


def _add_field(lexicon: Lexicon, item: Field) -> None:
    for words in _called(item):
        if item.kind is Kind.BOOLEAN:
            _add(lexicon, words, Meaning(item.name, "true"))
        elif item.kind in _DATED:
            lexicon.dates.setdefault(keys_of(words), item.name)
            _add(lexicon, words, Meaning(item.name), last=True)
        else:
            _add(lexicon, words, Meaning(item.name))


def lexicon_of(meta: CollectionMeta, actor: Actor) -> Lexicon:
    """Return the words of a collection for who may read these fields of it."""
    return _built(meta, readable_anywhere(actor, meta))


def _add(lexicon: Lexicon, words: str, meaning: Meaning, *, last: bool = False) -> None:
    known = lexicon.phrases.setdefault(keys_of(words), [])
    if meaning not in known and not (last and known):
        known.append(meaning)


def _rank(meta: CollectionMeta, item: Field) -> tuple[bool, int]:
    """Return where a field stands: the status first, then what lists are filtered by."""
    filters = list(meta.declared.views.filters)
    return item.name != "status", filters.index(item.name) if item.name in filters else len(filters)


def _labels(label: Text) -> Iterator[str]:
    for language in (DEFAULT, SOURCE):
        yield label.pick(language)


def _called(item: Field) -> Iterable[str]:
    return dict.fromkeys((*_labels(item.label), *item.headings, *_SYSTEM.get(item.name, ())))


def names_for(meta: CollectionMeta, readable: frozenset[str], names: Iterable[Name]) -> dict[Key, list[Meaning]]:
    """Return the meanings of names in a collection: every field that may hold the record, or the value."""
    order = sorted((f for f in meta.fields.values() if f.name in readable), key=lambda item: _rank(meta, item))
    found: dict[Key, list[Meaning]] = {}
    # Where a site is called as a make is, the make is meant.
    for name in sorted(names, key=lambda one: one.value_of is None):
        fields = [
            item.name
            for item in order
            if (name.value_of == item.name if name.value_of else item.points_to == name.collection)
        ]
        value = name.text if name.value_of else name.id
        found.setdefault(keys_of(name.text), []).extend(Meaning(one, value, name.text) for one in fields)
    return found


@lru_cache(maxsize=64)
def collections_of(metas: tuple[CollectionMeta, ...]) -> dict[str, CollectionMeta]:
    """Return the collections by the stems of what they are called, of one word."""
    found: dict[str, CollectionMeta] = {}
    for meta in metas:
        for label in (meta.declared.plural, meta.declared.label):
            for words in _labels(label):
                if " " not in words:
                    found.setdefault(stem(words.casefold()), meta)
    return found
