"""Orders of lists: which of them an index gives, so that PostgreSQL reads the first rows and stops."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from directapp.declare.collection import Index
from directapp.declare.kinds import Kind
from directapp.declare.rules import Other, Rule
from directapp.declare.spec import CollectionMeta
from directapp.store.names import nullable
from directapp.store.query import Condition, Filter, Junction, Order
from directapp.store.tables import indexes_of

# Of these a few values stand in very many rows each: an index that begins with one says little of the order within.
_COARSE = {Kind.CHOICE, Kind.BOOLEAN, Kind.REF, Kind.CHOICES, Kind.REFS, Kind.JSON}


def served(meta: CollectionMeta, roles: frozenset[str], sort: Sequence[Order], condition: Filter | None) -> bool:
    """Whether an index gives an order to an actor of these roles, for the rows of a filter."""
    keys = [*sort]
    if not any(key.field == "id" for key in keys):
        keys.append(Order("id", keys[-1].descending if keys else False))
    if not all(_plainly_read(meta, roles, key.field) for key in keys):
        return False
    if keys[0].field == "id":
        return True
    wanted = tuple((key.field, key.descending) for key in keys)
    return any(_gives(meta, index, wanted) for index in indexes_of(meta) if _holds(index.where, condition))


@lru_cache(maxsize=4096)
def _plainly_read(meta: CollectionMeta, roles: frozenset[str], name: str) -> bool:
    """Whether a field is sorted by as it is stored: every row that is seen shows it, and it is no text."""
    shown = all(name in meta.reads(grant) for grant in meta.grants_of(roles))
    return shown and meta.fields[name].kind not in {Kind.STRING, Kind.TEXT}


def _gives(meta: CollectionMeta, index: Index, wanted: tuple[tuple[str, bool], ...]) -> bool:
    if any(name.lstrip("-") not in meta.fields for name in index.fields):
        # It begins with a copy of what the record that is referred to says.
        return False
    ours = [(name.lstrip("-"), name.startswith("-")) for name in index.fields]
    turned = all(not falling and not nullable(meta.fields[name]) for name, falling in ours)
    for columns in (ours, *([[(name, not falling) for name, falling in ours]] if turned else [])):
        same = next(
            (n for n, pair in enumerate(zip(columns, wanted, strict=False)) if pair[0] != pair[1]), len(columns)
        )
        if same >= len(wanted) or (wanted[:same] and wanted[same - 1][0] == "id"):
            return True
        # The rest is put in order within equal values, where those are few.
        if same and meta.fields[wanted[0][0]].kind not in _COARSE:
            return True
    return False


def _holds(where: Rule | None, condition: Filter | None) -> bool:
    """Whether a filter asks only for rows that a partial index has."""
    if where is None:
        return True
    if not isinstance(where, Other):
        return False
    return any(
        part.path == (where.column,) and part.op == "among" and where.value not in part.value
        for part in conjuncts(condition)
    )


def conjuncts(part: Filter | None) -> Iterator[Condition]:
    """Yield the conditions that all must hold."""
    if isinstance(part, Condition):
        yield part
    elif isinstance(part, Junction) and part.word == "and":
        for one in part.parts:
            yield from conjuncts(one)
