"""Lists in the OpenAPI document: what may be asked of each collection, by its own fields."""

from typing import Any

from directapp.declare.fields import Field, field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.interfaces.rest.dialect.filter import OPERATORS
from directapp.interfaces.rest.dialect.query import FIGURES, META, MOST_SORTS, UNLISTED
from directapp.interfaces.rest.openapi.records import Schema, written
from directapp.kernel.text import verbatim

_MOST = 50
_FILTER = (
    "JSON as here, or brackets as in `filter[status][_eq]=registered`; through relations too, as in"
    ' `{"dealership": {"name": {"_eq": "Audi"}}}`, which is not spelt out here. Values may be variables: `$NOW`,'
    " `$NOW(-7 days)`, `$CURRENT_USER`, `$CURRENT_USER.dealership`, `$CURRENT_USER.roles`."
)
_TEXT: Schema = {"type": "string", "maxLength": 200, "pattern": "^[^\\u0000-\\u001f]*$"}
_WORDS = {"$ref": "#/components/schemas/asked_words"}
_SPOKEN = {Kind.STRING, Kind.TEXT}


def list_parameters(meta: CollectionMeta) -> list[Schema]:
    """Return the parameters of a list."""
    filtered = {"$ref": f"#/components/schemas/{meta.name}_filter"}
    return [
        _ref(f"{meta.name}_fields"),
        {"name": "filter", "in": "query", "description": _FILTER, "content": _json(filtered)},
        _ref("search"),
        _listed("sort", "Descending with a leading `-`; by id when absent.", _orders(meta), MOST_SORTS),
        _ref("limit"),
        _ref("offset"),
        _ref("page"),
        _ref("cursor"),
        {
            "name": "aggregate",
            "in": "query",
            "description": "JSON as here, or brackets as in `aggregate[count]=*`. Not with fields, sort or paging.",
            "content": _json(_figures(meta)),
        },
        _listed("groupBy", "Needs aggregate.", [f.name for f in _readable(meta) if f.kind is not Kind.JSON]),
        _listed("meta", "`*` is both counts; `cursor` a mark to go on from.", [*sorted(META), "cursor", "*"]),
    ]


def shared_parameters(meta: CollectionMeta) -> dict[str, Schema]:
    """Return the parameter that chooses fields, by its name among the document's components."""
    names = [f.name for f in _readable(meta)]
    ways = "|".join(f.name for f in _readable(meta) if f.points_to)
    items: Schema = {"enum": [*names, "*"]}
    if ways:
        items = {"anyOf": [items, {"type": "string", "pattern": rf"^(?:{ways})\.(?:\*|[a-z][a-z_]{{2,40}})$"}]}
    about = "Paths as `vin,dealership.name`, `*`, `*.*`; each way through relations may go on."
    return {f"{meta.name}_fields": _listed("fields", about, items=items)}


def filter_schemas(meta: CollectionMeta) -> dict[str, Schema]:
    """Return the schema of a collection's filters."""
    own = {"$ref": f"#/components/schemas/{meta.name}_filter"}
    both = {"type": "array", "maxItems": _MOST, "items": own}
    asked = {f.name: _asked(f) for f in _readable(meta)}
    found: Schema = {
        "type": "object",
        "properties": {"_and": both, "_or": both, **asked},
        "additionalProperties": False,
    }
    return {f"{meta.name}_filter": found}


def shared_filters() -> dict[str, Schema]:
    """Return what may be asked of fields that only their kind tells about."""
    return {"asked_words": _TEXT} | {f"asked_{kind}": _operators(field(kind, verbatim(""), kind)) for kind in Kind}


def _readable(meta: CollectionMeta) -> list[Field]:
    return [f for f in meta.fields.values() if not f.secret]


def _asked(item: Field) -> Schema:
    particular = item.choices or item.form or item.parse or item.code or item.minimum is not None
    return _operators(item) if particular else {"$ref": f"#/components/schemas/asked_{item.kind}"}


def _operators(item: Field) -> Schema:
    value = _TEXT if item.kind in _SPOKEN and not (item.parse or item.code) else _value(item)
    whole = _TEXT | {"pattern": "^[!-~]+$"} if item.kind in _SPOKEN else value
    either = {"anyOf": [value, {"type": "null"}]}
    read: dict[str, Schema] = {
        "list": {"type": "array", "items": either, "maxItems": _MOST},
        "range": {"type": "array", "items": whole, "minItems": 2, "maxItems": 2},
        "flag": {"type": "boolean"},
        "text": _WORDS,
    }
    found: Schema = {}
    for name, operator in OPERATORS.items():
        if item.kind in operator.kinds:
            loose = either if operator.op in {"eq", "neq"} else whole
            found[name] = read.get(operator.read, loose)
    return {"type": "object", "properties": found, "additionalProperties": False}


def _value(item: Field) -> Schema:
    found = written(item, empty=False)
    return {name: part for name, part in found.items() if name not in {"title", "description", "readOnly"}}


def _orders(meta: CollectionMeta) -> list[str]:
    names = [f.name for f in _readable(meta) if f.kind not in UNLISTED]
    return [*names, *(f"-{name}" for name in names)]


def _figures(meta: CollectionMeta) -> Schema:
    properties: Schema = {}
    for function, kinds in FIGURES.items():
        names = [f.name for f in _readable(meta) if f.kind in kinds]
        if not names:
            continue
        several = {"type": "array", "items": {"enum": names}, "minItems": 1, "maxItems": 32, "uniqueItems": True}
        properties[function] = {"anyOf": [{"const": "*"}, several]} if function == "count" else several
    return {"type": "object", "properties": properties, "minProperties": 1, "additionalProperties": False}


def _listed(name: str, about: str, codes: list[str] | None = None, most: int = 0, items: Any = None) -> Schema:
    schema: Schema = {"type": "array", "items": items or {"enum": codes}, "uniqueItems": True}
    schema |= {"maxItems": most} if most else {}
    return {"name": name, "in": "query", "description": about, "style": "form", "explode": False, "schema": schema}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/parameters/{name}"}
