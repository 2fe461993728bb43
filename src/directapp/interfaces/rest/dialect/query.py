"""The query dialect: what a request asks of a collection becomes a Query. What is not listed is refused by name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta, Spec
from directapp.derive.cursor import keys_of, unpack
from directapp.interfaces.rest.dialect.filter import LONGEST_PATH, FilterReader, followed, readable_field
from directapp.interfaces.rest.dialect.input import mapping, words
from directapp.kernel.actor import Actor
from directapp.kernel.errors import BadQueryError, Problem, bad_query
from directapp.kernel.text import _
from directapp.store.query import Aggregate, Order, Path, Query
from directapp.store.words import Word, question_words

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 10_000
_LARGEST_NUMBER = 1_000_000_000
LARGEST_OFFSET = 10_000
_MOST_FIELDS = 300
MOST_SORTS = 8
_MOST_MEMBERS = 12_000
_MOST_CELLS = 500_000
_MOST_VALUES = 2_000
_DEEPEST_STAR = 3
META = frozenset({"total_count", "filter_count"})
PARAMETERS = ("fields", "filter", "search", "sort", "limit", "offset", "page", "cursor", "aggregate", "groupBy", "meta")
_WITH_FIGURES = frozenset({"filter", "search", "limit", "aggregate", "groupBy", "meta"})

UNLISTED = frozenset({Kind.JSON, Kind.CHOICES, Kind.REFS})
_SUMMED = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
FIGURES: dict[str, frozenset[Kind]] = {
    "count": frozenset(Kind),
    "countDistinct": frozenset(Kind) - {Kind.JSON},
    "sum": _SUMMED,
    "avg": _SUMMED,
    "min": frozenset(Kind) - UNLISTED - {Kind.REF, Kind.BOOLEAN},
    "max": frozenset(Kind) - UNLISTED - {Kind.REF, Kind.BOOLEAN},
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_UNSUPPORTED = _("The parameter {name} is not supported.")
_NUMBER = _("{name} must be a whole number, {low} to {high}.")
_TOGETHER = _("{name} cannot be used with {other}.")
_FIELD = _("The field {name} cannot be asked for like that.")
_TOO_MUCH = _("That is too much at once. Name the fields instead of *.")
_CELLS = _("{rows} rows of {fields} fields are too much at once: ask for at most {most} rows, or name fewer fields.")
_VALUES = _("The filter names {count} values; at most {most} at once.")
_SORT = _("{name} cannot be sorted by.")
_META_WORD = _("There is no meta={name}.")
_TEXT = _("{name} must be text.")
_FIGURE = _("{name} is not supported in aggregate.")
_FIGURE_KIND = _("{function} cannot be used on {name}.")
_STAR = _("{name}: either * or fields.")
_NEEDS = _("{name} needs aggregate.")
_FAR = _("{name}: a list cannot begin more than {high} rows in. Go on with cursor (meta=cursor).")
_KEYSET = _("Sorting by {name} cannot be used with a cursor; use offset.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question understood: the Query, and what the answer carries beside the rows.

    ``keys`` are those of the cursor, None where none was asked for; ``added`` fields serve it alone.
    ``lasting`` questions mean the same for everyone with the same roles, now and later.
    """

    query: Query
    keys: tuple[Order, ...] | None = None
    added: tuple[str, ...] = ()
    lasting: bool = True


def parse_fields(spec: Spec, meta: CollectionMeta, actor: Actor, raw: Any) -> tuple[Path, ...]:
    """Return the field paths; empty for every field of the record itself.

    Raises:
        BadQueryError: a path cannot be read, or asks for too much.
        ForbiddenError: a field that is not the actor's to read.

    """
    names = list(dict.fromkeys(words(raw, "fields")))
    paths = tuple(_path(spec, meta, actor, name) for name in names)
    if len(names) > _MOST_FIELDS or _width(spec, meta, actor, paths, cases=True) > _MOST_MEMBERS:
        raise BadQueryError(Problem(_TOO_MUCH, field="fields"))
    return () if paths == (("*",),) else paths


def _width(spec: Spec, meta: CollectionMeta, actor: Actor, paths: tuple[Path, ...], *, cases: bool) -> int:
    return sum(_members(spec, meta, actor, path, cases=cases) for path in paths or (("*",),))


def _path(spec: Spec, meta: CollectionMeta, actor: Actor, dotted: str) -> Path:
    path = tuple(dotted.split("."))
    named = [step for step in path if step != "*"]
    stars = path[len(named) :]
    if len(path) > LONGEST_PATH or len(stars) > _DEEPEST_STAR or set(stars) - {"*"}:
        raise bad_query(_FIELD, dotted)
    for place, step in enumerate(named):
        if not _NAME.fullmatch(step) and "(" not in step:
            raise bad_query(_FIELD, dotted)
        item = readable_field(meta, actor, step, dotted)
        if place + 1 < len(path):
            meta = followed(spec, item, dotted)
    return path


def _members(spec: Spec, meta: CollectionMeta, actor: Actor, path: Path, *, cases: bool) -> int:
    """Count what a path asks for; ``cases``: as often as a masked row is written out in the statement."""
    head, rest = path[0], path[1:]
    grants = meta.grants_of(actor.roles)
    reads = frozenset[str]().union(*(meta.reads(g) for g in grants))
    if head != "*":
        ref = meta.fields[head].points_to
        return 1 + (_members(spec, spec[ref], actor, rest, cases=cases) if rest and ref else 0)
    total = len(reads)
    for name in reads if rest else ():
        item = meta.fields[name]
        if item.points_to is not None:
            total += _members(spec, spec[item.points_to], actor, rest, cases=cases)
        if total > _MOST_MEMBERS:
            break
    return total * max(1, len({meta.reads(g) for g in grants})) if cases else total


class Reader:
    """Reads one request's parameters for one actor."""

    def __init__(self, spec: Spec, meta: CollectionMeta, actor: Actor, now: datetime, order: tuple[Order, ...]) -> None:
        """Keep what is asked about, by whom and when, and the order where none is asked for."""
        self._order = order
        self._spec = spec
        self._collection = meta
        self._actor = actor
        self._now = now
        self._lasting = True

    def read(self, raw: Mapping[str, Any]) -> Asked:
        """Return the question.

        Raises:
            BadQueryError: what cannot be understood or is not supported, by name.
            ForbiddenError: a field that is not the actor's to read.

        """
        given = {name: value for name, value in raw.items() if value not in (None, "", [], {}) or name == "cursor"}
        for name in raw:
            if name not in PARAMETERS:
                raise bad_query(_UNSUPPORTED, name)
        if "aggregate" in given:
            return self._figures(given)
        if "groupBy" in given:
            raise bad_query(_NEEDS, "groupBy")
        return self._list(given)

    def _list(self, given: Mapping[str, Any]) -> Asked:
        limit = _integer(given.get("limit", DEFAULT_LIMIT), "limit", 0, LARGEST_LIMIT)
        counts, wants_cursor = self._meta(given.get("meta"))
        fields = parse_fields(self._spec, self._collection, self._actor, given.get("fields"))
        width = _width(self._spec, self._collection, self._actor, fields, cases=False)
        most = max(_MOST_CELLS // max(1, width), DEFAULT_LIMIT)
        if limit > most:
            raise BadQueryError(Problem(_CELLS.fill(rows=limit, fields=width, most=most), field="limit"))
        sort = self._sort(given.get("sort")) or self._order
        keys: tuple[Order, ...] | None = None
        after: tuple[Any, ...] | None = None
        added: tuple[str, ...] = ()
        if wants_cursor or "cursor" in given:
            keys = self._keys(sort)
            after = self._after(keys, given)
            added = _missing(fields, keys)
        query = Query(
            fields=(*fields, *((name,) for name in added)),
            filter=self._filter(given),
            sort=sort,
            limit=limit,
            offset=_offset(given, limit),
            after=after,
            search=self._search(given.get("search")),
            counts=counts,
        )
        return Asked(query=query, keys=keys, added=added, lasting=self._lasting)

    def _filter(self, given: Mapping[str, Any]) -> Any:
        if "filter" not in given:
            return None
        reader = FilterReader(self._spec, self._actor, self._now)
        found = reader.read(self._collection, given["filter"])
        self._lasting = reader.lasting
        count = sum(len(v) if isinstance(v, list) else 1 for v in found.values()) if found else 0
        if count > _MOST_VALUES:
            raise BadQueryError(Problem(_VALUES.fill(count=count, most=_MOST_VALUES), field="filter"))
        return found

    @staticmethod
    def _meta(raw: Any) -> tuple[frozenset[str], bool]:
        asked: set[str] = set(words(raw, "meta"))
        if "*" in asked:
            asked = (asked - {"*"}) | META
        for name in sorted(asked - META - {"cursor"}):
            raise bad_query(_META_WORD, name)
        return frozenset(asked & META), "cursor" in asked

    @staticmethod
    def _search(raw: Any) -> tuple[Word, ...]:
        if raw is not None and not isinstance(raw, str):
            raise bad_query(_TEXT, "search")
        return question_words(raw)

    def _sort(self, raw: Any) -> tuple[Order, ...]:
        found: dict[str, Order] = {}
        for word in words(raw, "sort"):
            name = word.removeprefix("-")
            if "." in name:
                raise bad_query(_SORT, name)
            item = readable_field(self._collection, self._actor, name, name)
            if item.kind in UNLISTED:
                raise bad_query(_SORT, name)
            found.setdefault(name, Order(name, word.startswith("-")))
        if len(found) > MOST_SORTS:
            raise bad_query(_SORT, list(found)[MOST_SORTS])
        return tuple(found.values())

    # -- cursor -------------------------------------------------------------------------------------

    def _keys(self, sort: Sequence[Order]) -> tuple[Order, ...]:
        """Return the cursor's keys: those that the actor reads in every row that is seen.

        A cursor is a comparison that the reader chooses; on a masked value it would answer guesses.
        """
        grants = self._collection.grants_of(self._actor.roles)
        for key in sort:
            masked = not all(key.field in self._collection.reads(g) for g in grants)
            if masked or (self._collection.fields[key.field].kind is Kind.REF and key.field != "id"):
                raise bad_query(_KEYSET, key.field)
        return keys_of(sort)

    def _after(self, keys: Sequence[Order], given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        for other in ("offset", "page"):
            if other in given:
                raise bad_query(_TOGETHER, other, other="cursor")
        text = given.get("cursor")
        if text is None or text == "":
            return None
        if not isinstance(text, str):
            raise bad_query(_UNSUPPORTED, "cursor")
        return unpack(self._collection, keys, text)

    # -- figures ------------------------------------------------------------------------------------

    def _figures(self, given: Mapping[str, Any]) -> Asked:
        for name in given:
            if name not in _WITH_FIGURES:
                raise bad_query(_TOGETHER, name, other="aggregate")
        groups = tuple(dict.fromkeys(words(given.get("groupBy"), "groupBy")))
        for name in groups:
            item = readable_field(self._collection, self._actor, name, name)
            if item.kind is Kind.JSON:
                raise bad_query(_FIELD, name)
        counts, wants_cursor = self._meta(given.get("meta"))
        if wants_cursor:
            raise bad_query(_TOGETHER, "cursor", other="aggregate")
        query = Query(
            filter=self._filter(given),
            limit=_integer(given.get("limit", DEFAULT_LIMIT), "limit", 0, LARGEST_LIMIT),
            search=self._search(given.get("search")),
            aggregate=self._aggregates(mapping(given["aggregate"], "aggregate")),
            group_by=groups,
            counts=counts,
        )
        return Asked(query=query, lasting=self._lasting)

    def _aggregates(self, raw: Mapping[str, Any]) -> tuple[Aggregate, ...]:
        found: list[Aggregate] = []
        for function, value in raw.items():
            kinds = FIGURES.get(function)
            if kinds is None:
                raise bad_query(_FIGURE, function)
            names = list(dict.fromkeys(words(value, function)))
            if "*" in names and (function != "count" or len(names) > 1):
                raise bad_query(_STAR, function)
            if len(names) > MOST_SORTS * 4:
                raise BadQueryError(Problem(_TOO_MUCH, field="aggregate"))
            for name in names:
                self._countable(function, kinds, name)
                found.append(Aggregate(function, name))
        if not found:
            raise bad_query(_FIGURE, "aggregate")
        return tuple(found)

    def _countable(self, function: str, kinds: frozenset[Kind], name: str) -> None:
        if name != "*" and readable_field(self._collection, self._actor, name, name).kind not in kinds:
            raise bad_query(_FIGURE_KIND, name, function=function)


def _integer(raw: Any, name: str, low: int, high: int) -> int:
    number = None
    if isinstance(raw, int) and not isinstance(raw, bool):
        number = raw
    elif isinstance(raw, str) and re.fullmatch(r"-?[0-9]{1,12}", raw.strip()):
        number = int(raw)
    if number is None or not low <= number <= high:
        raise bad_query(_NUMBER, name, low=low, high=high)
    return number


def _offset(given: Mapping[str, Any], limit: int) -> int:
    if "page" in given:
        if "offset" in given:
            raise bad_query(_TOGETHER, "page", other="offset")
        name, offset = "page", (_integer(given["page"], "page", 1, _LARGEST_NUMBER) - 1) * limit
    else:
        name, offset = "offset", _integer(given.get("offset", 0), "offset", 0, _LARGEST_NUMBER)
    if offset > LARGEST_OFFSET:
        raise bad_query(_FAR, name, high=LARGEST_OFFSET)
    return offset


def _missing(fields: Sequence[Path], keys: Sequence[Order]) -> tuple[str, ...]:
    if not fields or any(path[0] == "*" for path in fields):
        return ()
    present = {path[0] for path in fields}
    return tuple(key.field for key in keys if key.field not in present)


def parse_query(
    spec: Spec,
    meta: CollectionMeta,
    actor: Actor,
    raw: Mapping[str, Any],
    *,
    now: datetime,
    order: tuple[Order, ...] = (),
) -> Asked:
    """Return what nested parameters ask of a collection (BadQueryError, ForbiddenError: refused by name)."""
    return Reader(spec, meta, actor, now, order).read(raw)
