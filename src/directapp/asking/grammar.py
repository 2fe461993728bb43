"""A question read: its collection, its filter, its shape. What is not understood is said, and nothing is guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from directapp.asking import vocabulary
from directapp.asking.lexicon import Key, Lexicon, Meaning, Name, collections_of, lexicon_of, names_for
from directapp.asking.periods import Lasting, Period, read_period, whole
from directapp.asking.tokens import Token, cut, near
from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta, Spec
from directapp.derive.board import EVERYTHING
from directapp.derive.questions import FROM, NONE, TO
from directapp.kernel.actor import Actor

Shape = Literal["list", "count", "groups"]
LONGEST, _MOST_TOKENS = 300, 60
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
_TEXTS = frozenset({Kind.STRING, Kind.TEXT, Kind.EMAIL, Kind.PHONE})
_DATES = frozenset({Kind.DATE, Kind.INSTANT})
_BARE_AMOUNT = 10_000


@dataclass(frozen=True, slots=True)
class Term:
    """One part of the filter, as a chip tells it: the field, and the parameters of a list's address."""

    field: str
    params: tuple[tuple[str, str], ...]
    shown: tuple[str, ...] = ()


@dataclass(slots=True)
class Question:
    """A question as it was understood; ``unread`` are its words that were not.

    ``everything``: it asks of what has happened, so that what is closed by now counts too.
    """

    meta: CollectionMeta
    terms: list[Term] = field(default_factory=list)
    search: str = ""
    shape: Shape = "list"
    group: str = ""
    sort: str = ""
    limit: int = 0
    everything: bool = False
    unread: list[str] = field(default_factory=list)

    @property
    def sure(self) -> bool:
        """Whether all of it was understood, and something was asked."""
        return not self.unread

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        """The parameters of the list's address."""
        more = (("sort", self.sort), ("q", self.search), (EVERYTHING, "1" if self.everything else ""))
        return (*(pair for term in self.terms for pair in term.params), *((n, v) for n, v in more if v))


def about(spec: Spec, actor: Actor, question: str, *, here: str | None = None) -> CollectionMeta | None:
    """Return the collection that a question is about, of those the actor opens; ``here``: the list it is asked on."""
    metas = tuple(meta for meta in spec.exposed if meta.grants_of(actor.roles))
    return _about(metas, _cut(question), here, actor)


def understand(
    spec: Spec, actor: Actor, meta: CollectionMeta, question: str, *, names: Iterable[Name], today: date
) -> Question:
    """Return how a question about a collection is understood; ``names``: records and values that people name."""
    metas = tuple(one for one in spec.exposed if one.grants_of(actor.roles))
    lexicon = lexicon_of(meta, actor)
    reader = _Reader(lexicon, names_for(meta, lexicon.readable, names), collections_of(metas), today, _cut(question))
    return reader.read()


def _cut(question: str) -> list[Token]:
    return cut(question[:LONGEST])[:_MOST_TOKENS]


def _about(
    metas: Sequence[CollectionMeta], tokens: Sequence[Token], here: str | None, actor: Actor
) -> CollectionMeta | None:
    """Return the collection of the list, else the one that is named, else the one that is worked with most."""
    at_hand = next((meta for meta in metas if meta.name == here), None)
    usual = at_hand or next((meta for meta in metas if meta.declared.workflow and meta.declared.views.menu), None)
    # A word of the usual list may be the name of another: an inspection is also a status.
    own = lexicon_of(usual, actor).phrases if usual else {}
    known = collections_of(tuple(metas))
    named = (_collection(known, token) for token in tokens if (token.stem,) not in own)
    return next((meta for meta in named if meta is not None), None) or usual


def _collection(known: Mapping[str, CollectionMeta], token: Token) -> CollectionMeta | None:
    return known.get(token.stem) or next((meta for stem, meta in known.items() if near(stem, token.stem)), None)


class _Reader:
    """Reads one question from its first word to its last."""

    def __init__(
        self,
        lexicon: Lexicon,
        names: Mapping[Key, list[Meaning]],
        collections: Mapping[str, CollectionMeta],
        today: date,
        tokens: list[Token],
    ) -> None:
        self.lexicon, self.names, self.collections, self.today, self.tokens = lexicon, names, collections, today, tokens
        self.meta = lexicon.meta
        self.found = Question(self.meta)
        self.pending: Field | None = None
        self.pending_words = ""
        self.dated: str | None = None
        self.chosen: dict[str, list[str]] = {}
        self.named: dict[str, list[tuple[str, str]]] = {}
        self.negated = self.without = False
        self.floating: list[tuple[Period | Lasting, str]] = []

    def read(self) -> Question:
        at = 0
        while at < len(self.tokens):
            at += self._step(self.tokens[at:])
        self._settle()
        return self.found

    # -- one step ----------------------------------------------------------------------------------

    def _step(self, rest: list[Token]) -> int:
        """Read what the rest begins with, and return how many words that was."""
        for read in (
            self._quoted,
            self._asks,
            self._top,
            self._group,
            self._period,
            self._number,
            self._negation,
            self._phrase,
        ):
            used = read(rest)
            if used:
                return used
        if rest[0].plain not in vocabulary.SAYS | vocabulary.OR:
            self._word(rest[0])
        return 1

    def _word(self, first: Token) -> None:
        """Read a word that nothing else knows: another list, a value, a code, a misspelling."""
        named = _collection(self.collections, first)
        close = self.lexicon.misspelt(first)
        if named is self.meta:
            return
        if named is None and self.pending is not None and self.pending.kind in _TEXTS and self._takes_any(first):
            self._take_text(first.written)
        elif named is None and first.code and not self.found.search:
            self.found.search = first.written
        elif named is None and close is not None:
            self._mean(*close[:2], first.written)
        else:
            self.found.unread.append(first.written)

    def _takes_any(self, token: Token) -> bool:
        """Whether a word right behind a field's is its value: not of people, whose names have to be quoted."""
        assert self.pending is not None
        before = self.tokens[self.tokens.index(token) - 1].written
        return self.pending.personal is None and self.pending_words.endswith(before)

    def _quoted(self, rest: list[Token]) -> int:
        if not rest[0].quoted:
            return 0
        text = rest[0].written[1:-1]
        if self.pending is not None and self.pending.kind in _TEXTS:
            self._take_text(text)
        else:
            self.found.search = text
        return 1

    def _asks(self, rest: list[Token]) -> int:
        words = tuple(token.plain for token in rest[:2])
        for key in vocabulary.COUNT:
            if words[: len(key)] == key:
                self.found.shape = "count"
                return len(key)
        for key in vocabulary.SORT:
            if words[: len(key)] == key:
                found = self.lexicon.find(rest[len(key) :], {}) if rest[len(key) :] else None
                if found is not None:
                    self.found.sort = found[1][-1].field
                    return len(key) + found[2]
        return 0

    def _top(self, rest: list[Token]) -> int:
        at = 1 if rest[0].plain in vocabulary.TOP else 0
        count = whole(rest[at].plain) if len(rest) > at else None
        used = at + (count is not None)
        word = rest[used].plain if len(rest) > used else ""
        field_name = self._sorted_by(word)
        if field_name is None:
            return 0
        self.found.sort = f"-{field_name}" if word in vocabulary.COSTLIEST | vocabulary.NEWEST else field_name
        self.found.limit = count or 1
        return used + 1

    def _sorted_by(self, word: str) -> str | None:
        """Return what a superlative looks at: what is costly by its price, what is new or old by when it was made."""
        readable = [item for item in self.meta.fields.values() if item.name in self.lexicon.readable]
        if word in vocabulary.COSTLIEST | vocabulary.CHEAPEST:
            return next((item.name for item in readable if item.kind is Kind.MONEY), None)
        return "created_at" if word in vocabulary.NEWEST | vocabulary.OLDEST else None

    def _group(self, rest: list[Token]) -> int:
        if rest[0].plain not in vocabulary.PER or len(rest) < 2:  # noqa: PLR2004 - per what
            return 0
        at = 2 if rest[1].plain in {"på", "by", "etter"} and len(rest) > 2 else 1  # noqa: PLR2004 - grouped by
        found = self.lexicon.find(rest[at:], {})
        item = next((self.meta.fields[m.field] for m in found[1] if m.value is None), None) if found else None
        if item is None or not (item.choices or item.points_to or item.kind in _TEXTS or item.kind is Kind.BOOLEAN):
            return 0
        assert found is not None
        self.found.group = item.name
        self.found.shape = "groups"
        return at + found[2]

    def _period(self, rest: list[Token]) -> int:
        found = read_period(rest, self.today)
        if found is None:
            return 0
        what, used = found
        words = " ".join(token.written for token in rest[:used])
        if isinstance(what, Period) and self.pending is not None and self.pending.kind in _DATES:
            self._between(self.pending.name, what)
            self.pending = None
        else:
            self.floating.append((what, words))
        return used

    def _number(self, rest: list[Token]) -> int:
        plain = [token.plain for token in rest[:6]]
        at = (
            2
            if plain[1:2] and plain[0] in vocabulary.OVER | vocabulary.UNDER and plain[1] in vocabulary.THAN
            else int(plain[0] in vocabulary.OVER | vocabulary.UNDER)
        )
        if at >= len(rest) or not rest[at].number:
            return 0
        amount = (
            float("".join(c for c in plain[at] if c.isdigit()))
            if _grouped(plain[at])
            else float(plain[at].replace(",", "."))
        )
        used = at + 1
        unit = plain[used] if len(plain) > used else ""
        if unit in vocabulary.THOUSANDS:
            amount, used = amount * vocabulary.THOUSANDS[unit], used + 1
            unit = plain[used] if len(plain) > used else ""
        item = self._measured(unit, amount)
        if item is None:
            return 0
        used += bool(unit) and (unit in vocabulary.MONEY or unit == (item.unit or "").casefold())
        word = plain[0] if at else ""
        self._compare(item, word, amount)
        return used

    def _measured(self, unit: str, amount: float) -> Field | None:
        """Return what an amount is of: the field just named, the one of its unit, or a price where it is large."""
        if self.pending is not None and self.pending.kind in _NUMBERS:
            return self.pending
        readable = [i for i in self.meta.fields.values() if i.name in self.lexicon.readable and i.kind in _NUMBERS]
        of_unit = [item for item in readable if unit and (item.unit or "").casefold() == unit]
        if unit in vocabulary.MONEY or (amount >= _BARE_AMOUNT and not of_unit):
            return next((item for item in readable if item.kind is Kind.MONEY), None)
        return next(iter(of_unit), None)

    def _compare(self, item: Field, word: str, amount: float) -> None:
        more = item.kind is Kind.INTEGER and word not in vocabulary.INCLUSIVE
        if word in vocabulary.OVER:
            params: tuple[tuple[str, str], ...] = ((item.name + FROM, _plain(amount + more)),)
        elif word in vocabulary.UNDER:
            params = ((item.name + TO, _plain(amount - more)),)
        else:
            params = ((item.name, _plain(amount)),)
        self._add(Term(item.name, params, (word or "=", _plain(amount))))
        self.pending = None

    def _negation(self, rest: list[Token]) -> int:
        if rest[0].plain in vocabulary.WITHOUT:
            self.without = True
            return 1
        if rest[0].plain in vocabulary.NOT:
            self.negated = True
            return 1
        return 0

    def _phrase(self, rest: list[Token]) -> int:
        found = self.lexicon.find(rest, self.names)
        if found is None or (found[2] == 1 and rest[0].plain in vocabulary.SAYS):
            return 0
        key, meanings, used = found
        if rest[0].stem in self.collections and self.collections[rest[0].stem] is self.meta and used == 1:
            return 0
        self._mean(key, meanings, " ".join(token.written for token in rest[:used]))
        return used

    # -- what a phrase means -----------------------------------------------------------------------

    def _mean(self, key: Key, meanings: list[Meaning], words: str) -> None:
        if self.without:
            self.without = False
            item = next((self.meta.fields[m.field] for m in meanings if m.value is None), None)
            if item is None or item.kind is Kind.BOOLEAN:
                self._negate(meanings, words)
            else:
                self._add(Term(item.name, ((item.name, NONE),)))
            return
        fitting = [m for m in meanings if self.pending is not None and m.field == self.pending.name and m.value]
        meaning = (fitting or meanings)[0]
        item = self.meta.fields[meaning.field]
        self._drop_pending(keep=bool(fitting))
        if self.negated:
            self.negated = False
            self._negate(meanings, words)
        elif meaning.shown is not None:
            # A person may be there in several ways, and which one is meant has to be said.
            ways = {m.field for m in meanings} & {*self.meta.declared.views.assigned}
            if len(ways) > 1 and not fitting:
                self.found.unread.append(words)
            else:
                self.named.setdefault(item.name, []).append((meaning.value or "", meaning.shown))
        elif meaning.value is not None:
            self.chosen.setdefault(item.name, []).append(meaning.value)
            self.dated = self.lexicon.dates.get(key, self.dated)
        elif item.kind is not Kind.BOOLEAN:
            self.pending, self.pending_words = item, words
            return
        self.pending = None

    def _negate(self, meanings: list[Meaning], words: str) -> None:
        meaning = next((m for m in meanings if m.value is not None and m.shown is None), None)
        if meaning is None:
            self.found.unread.append(words)
            return
        item = self.meta.fields[meaning.field]
        if item.kind is Kind.BOOLEAN:
            self.chosen[item.name] = ["false"]
        elif item.name in self.chosen:
            self.chosen[item.name] = [code for code in self.chosen[item.name] if code != meaning.value]
        else:
            self.chosen[item.name] = [c.code for c in item.choices if c.code != meaning.value]

    def _drop_pending(self, *, keep: bool) -> None:
        if self.pending is not None and not keep and self.pending.points_to is None and not self.pending.choices:
            self.found.unread.append(self.pending_words)
        self.pending = self.pending if keep else None

    def _take_text(self, text: str) -> None:
        assert self.pending is not None
        self._add(Term(self.pending.name, ((self.pending.name, text),), (text,)))
        self.pending = None

    def _between(self, name: str, period: Period) -> None:
        self.found.everything |= self.meta.fields[name].fact
        if period.first is not None and period.first == period.last:
            self._add(Term(name, ((name, period.first.isoformat()),)))
            return
        ends = ((name + FROM, period.first), (name + TO, period.last))
        self._add(Term(name, tuple((key, day.isoformat()) for key, day in ends if day is not None)))

    def _add(self, term: Term) -> None:
        self.found.terms.append(term)

    # -- the end -----------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Give days to what they are of, and say what is left over."""
        if self.negated or self.without:
            self.found.unread.append("ikke" if self.negated else "uten")
        waiting = self.pending
        for what, words in self.floating:
            self._place(what, words, waiting)
            waiting = None if waiting is not None and waiting.kind in _DATES else waiting
        if waiting is not None:
            self.found.unread.append(self.pending_words)
        for name, codes in self.chosen.items():
            self._add(Term(name, tuple((name, code) for code in dict.fromkeys(codes))))
        for name, values in self.named.items():
            self._add(Term(name, tuple((name, value) for value, _ in values), tuple(text for _, text in values)))
        if (
            not (self.found.terms or self.found.search or self.found.sort or self.found.group)
            and not self._plain_list()
        ):
            self.found.unread = self.found.unread or [token.written for token in self.tokens]

    def _plain_list(self) -> bool:
        """Whether it asks for a whole list by its name."""
        return any(_collection(self.collections, token) is self.meta for token in self.tokens)

    def _place(self, what: Period | Lasting, words: str, waiting: Field | None) -> None:
        flow = self.meta.declared.workflow
        since = flow.since if flow and flow.since in self.lexicon.readable else None
        if isinstance(what, Lasting):
            if since is None:
                self.found.unread.append(words)
                return
            day = self.today - timedelta(days=what.days)
            key = since + (TO if what.word == "over" else FROM)
            self._add(Term(since, ((key, day.isoformat()),)))
            return
        if waiting is not None and waiting.kind in _DATES:
            self._between(waiting.name, what)
            return
        if self.dated is not None:
            name, self.dated = self.dated, None
            # What happened then has happened, whatever the status is by now.
            self.chosen.pop("status", None)
            self._between(name, what)
        elif set(self.chosen) == {self.meta.declared.views.urgency} and (due := self._due()) is not None:
            self._between(due, what)
        elif since is not None and self.chosen:
            self._between(since, what)
        else:
            self.found.unread.append(words)

    def _due(self) -> str | None:
        """Return the day that lists are filtered by: what is late is late for that day."""
        names = (n for n in self.meta.declared.views.filters if n in self.lexicon.readable)
        return next((n for n in names if self.meta.fields[n].kind in _DATES), None)


def _grouped(text: str) -> bool:
    """Whether a number is written in groups of three."""
    parts = text.replace("\u00a0", " ").replace(".", " ").split(" ")
    return len(parts) > 1 and all(len(part) == 3 for part in parts[1:])  # noqa: PLR2004 - thousands


def _plain(amount: float) -> str:
    return str(int(amount)) if amount == int(amount) else str(amount)
